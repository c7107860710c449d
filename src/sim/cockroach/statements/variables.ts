import type { Show } from '../grammar/statement.ts';
import { SqlError } from '../sql-error.ts';
import { parseInterval } from '../values/time-text.ts';
import type { Call } from './call.ts';
import type { ShowPlan } from './show-plan.ts';

/** Session variables and what they begin as. */
export const variableDefaults: Readonly<Record<string, string>> = {
  application_name: '',
  database: 'defaultdb',
  statement_timeout: '0',
  lock_timeout: '0',
  idle_in_transaction_session_timeout: '0',
  idle_in_session_timeout: '0',
  transaction_timeout: '0',
  default_transaction_read_only: 'off',
  sql_safe_updates: 'off',
  allow_unsafe_internals: 'off',
  bypass_pcr_reader_catalog_aost: 'off',
  timezone: 'UTC',
  datestyle: 'ISO, MDY',
  intervalstyle: 'postgres',
  client_encoding: 'UTF8',
  client_min_messages: 'notice',
  extra_float_digits: '1',
  search_path: '"$user", public',
  default_transaction_isolation: 'serializable',
  default_transaction_quality_of_service: 'regular',
};

const readOnlyVariables: Readonly<Record<string, (call: Call) => string>> = {
  virtual_cluster_name: (call) => call.session.vcName,
  server_version: () => '13.0.0',
  server_encoding: () => 'UTF8',
  standard_conforming_strings: () => 'on',
  session_user: (call) => call.session.user,
  session_id: (call) => call.session.id,
  crdb_version: (call) => call.cluster.dialect.build,
  transaction_isolation: () => 'serializable',
};

const timeouts = new Set([
  'statement_timeout',
  'lock_timeout',
  'idle_in_transaction_session_timeout',
  'idle_in_session_timeout',
  'transaction_timeout',
]);
const flags = new Set(['default_transaction_read_only', 'sql_safe_updates', 'allow_unsafe_internals', 'bypass_pcr_reader_catalog_aost']);

const qualities = new Set(['background', 'regular', 'critical']);

const unknownVariable = (name: string): SqlError => new SqlError('42704', `unrecognized configuration parameter "${name}"`);

/** True for a variable that exists and may be set. */
export const isSettable = (name: string): boolean => Object.hasOwn(variableDefaults, name);

/** Brings a value into the form in which SHOW prints it. Timeouts are in ms; a bare number is ms. */
export function normalizeVariable(name: string, value: string): string {
  if (!isSettable(name)) {
    throw Object.hasOwn(readOnlyVariables, name) ? new SqlError('55P02', `parameter "${name}" cannot be changed`) : unknownVariable(name);
  }
  if (timeouts.has(name)) {
    if (/^\d+$/.test(value.trim())) return String(Number(value));
    const lengthUs = parseInterval(value);
    if (lengthUs === null || lengthUs < 0) throw new SqlError('22023', `invalid value for parameter "${name}": "${value}"`);
    return String(Math.round(lengthUs / 1000));
  }
  if (name === 'default_transaction_quality_of_service' && !qualities.has(value)) {
    throw new SqlError('22023', `invalid value for parameter "${name}": "${value}"`);
  }
  if (!flags.has(name)) return value;
  if (/^(on|true|yes|1|t)$/i.test(value)) return 'on';
  if (/^(off|false|no|0|f)$/i.test(value)) return 'off';
  throw new SqlError('22023', `parameter "${name}" requires a Boolean value`);
}

/** SHOW of a session variable: one row, one text column. */
export function showVariable(call: Call, { name }: Extract<Show, { kind: 'show-variable' }>): ShowPlan {
  const read = Object.hasOwn(readOnlyVariables, name) ? readOnlyVariables[name] : undefined;
  if (read === undefined && !isSettable(name)) throw unknownVariable(name);
  const rows = (): readonly (readonly string[])[] => [[read?.(call) ?? call.session.variables.get(name) ?? variableDefaults[name] ?? '']];
  return { columns: [{ name, type: 'STRING' }], rows, tag: 'SHOW', counted: false };
}

/** True when a flag of the session is on. */
export const isOn = (call: Call, name: string): boolean => call.session.variables.get(name) === 'on';
