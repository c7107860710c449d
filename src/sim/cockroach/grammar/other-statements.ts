import type { LdrStatement } from '../ldr/grammar/ldr-statement.ts';
import { parseObjectGrant } from '../ldr/grammar/table-statements.ts';
import { SqlError } from '../sql-error.ts';
import type { Cursor } from './cursor.ts';
import type { Dialect } from './dialect.ts';
import { parseExpression, parseName, parseOperand } from './expressions.ts';
import { parseSelect } from './select.ts';
import type { Expression, Operand, OtherStatement, Select } from './statement.ts';
import { parseSettingName } from './virtual-cluster-statements.ts';

const expectTo = (cursor: Cursor): void => {
  if (!cursor.accept('to')) cursor.expect('=');
};

/** The value after `=`: DEFAULT and ON/OFF are words of their own. */
function parseSetValue(cursor: Cursor): Expression | null {
  if (cursor.accept('default')) return null;
  const word = cursor.peek();
  if (word.kind === 'word' && ['on', 'off'].includes(word.value)) return { kind: 'literal', type: 'STRING', value: cursor.next().value };
  if (word.kind === 'word' && !['true', 'false', 'null', 'interval'].includes(word.value)) {
    return { kind: 'literal', type: 'STRING', value: parseName(cursor) };
  }
  return parseExpression(cursor);
}

/** Parses what follows SET. */
export function parseSet(cursor: Cursor): OtherStatement {
  if (cursor.accept('cluster', 'setting')) {
    cursor.topic('SET CLUSTER SETTING');
    const name = parseSettingName(cursor);
    expectTo(cursor);
    return { kind: 'set-cluster-setting', name, value: parseSetValue(cursor) };
  }
  cursor.topic('SET SESSION');
  if (!cursor.accept('session')) cursor.accept('local');
  const name = parseSettingName(cursor);
  expectTo(cursor);
  return { kind: 'set-variable', name, value: parseSetValue(cursor) };
}

/** Parses what follows RESET. */
export function parseReset(cursor: Cursor): OtherStatement {
  if (cursor.accept('cluster', 'setting')) return { kind: 'set-cluster-setting', name: parseSettingName(cursor), value: null };
  cursor.accept('session');
  return { kind: 'set-variable', name: parseSettingName(cursor), value: null };
}

const parseListOrSelect = (cursor: Cursor, plural: boolean, dialect: Dialect): Expression | Select =>
  plural && (cursor.sees('select') || cursor.sees('(', 'select')) ? parseBracketedSelect(cursor, dialect) : parseExpression(cursor);

function parseBracketedSelect(cursor: Cursor, dialect: Dialect): Select {
  const bracketed = cursor.accept('(');
  cursor.expect('select');
  const select = parseSelect(cursor, dialect);
  if (bracketed) cursor.expect(')');
  return select;
}

/** Parses what follows CANCEL SESSION or CANCEL SESSIONS. */
function parseSessions(cursor: Cursor, plural: boolean, dialect: Dialect): OtherStatement {
  const ifExists = cursor.accept('if', 'exists');
  if (plural && (cursor.sees('select') || cursor.sees('(', 'select'))) {
    return { kind: 'cancel-sessions', sessions: parseBracketedSelect(cursor, dialect), ifExists };
  }
  const sessions = [parseExpression(cursor)];
  while (plural && cursor.accept(',')) sessions.push(parseExpression(cursor));
  return { kind: 'cancel-sessions', sessions, ifExists };
}

/** Parses what follows PAUSE, RESUME and CANCEL. */
export function parseControl(cursor: Cursor, action: 'pause' | 'resume' | 'cancel', dialect: Dialect): OtherStatement {
  cursor.topic(`${action.toUpperCase()} JOBS`);
  if (cursor.sees('jobs') || cursor.sees('job')) {
    const jobs = parseListOrSelect(cursor, cursor.next().value === 'jobs', dialect);
    const reason = action === 'pause' && cursor.accept('with', 'reason', '=') ? parseExpression(cursor) : null;
    return { kind: 'control-jobs', action, jobs, reason };
  }
  if (action === 'cancel' && (cursor.sees('sessions') || cursor.sees('session'))) {
    return parseSessions(cursor, cursor.next().value === 'sessions', dialect);
  }
  if (action !== 'cancel' && (cursor.sees('schedules') || cursor.sees('schedule'))) {
    return { kind: 'control-schedules', action, schedules: parseListOrSelect(cursor, cursor.next().value === 'schedules', dialect) };
  }
  throw cursor.unexpected();
}

/** Parses what follows CREATE, ALTER or DROP when EXTERNAL CONNECTION comes next. */
export function parseExternalConnection(cursor: Cursor, verb: 'create' | 'alter' | 'drop', dialect: Dialect): OtherStatement {
  cursor.topic(`${verb.toUpperCase()} EXTERNAL CONNECTION`);
  if (verb === 'alter' && !dialect.alterExternalConnection) throw cursor.unexpected();
  cursor.expect('external', 'connection');
  const ifNotExists = verb === 'create' && cursor.accept('if', 'not', 'exists');
  const name = parseOperand(cursor);
  if (verb === 'drop') return { kind: 'drop-external-connection', name };
  cursor.expect('as');
  const uri = parseOperand(cursor);
  return verb === 'create'
    ? { kind: 'create-external-connection', name, uri, ifNotExists }
    : { kind: 'alter-external-connection', name, uri };
}

const roleOptions = ['login', 'nologin', 'controljob', 'nocontroljob', 'viewactivity', 'noviewactivity', 'createrole', 'nocreaterole'];

function parseUserOptions(cursor: Cursor): { readonly password: Operand | null; readonly options: readonly string[] } {
  cursor.accept('with');
  let password: Operand | null = null;
  const options: string[] = [];
  for (;;) {
    const option = roleOptions.find((candidate) => cursor.accept(candidate));
    if (option !== undefined) options.push(option.toUpperCase());
    else if (cursor.accept('password')) password = parseOperand(cursor);
    else return { password, options };
  }
}

/** Parses what follows CREATE or ALTER when USER or ROLE comes next. */
export function parseUser(cursor: Cursor, verb: 'create' | 'alter'): OtherStatement {
  cursor.topic(`${verb.toUpperCase()} ROLE`);
  cursor.next();
  const ifNotExists = verb === 'create' && cursor.accept('if', 'not', 'exists');
  const name = parseName(cursor).toLowerCase();
  const { password, options } = parseUserOptions(cursor);
  return verb === 'create'
    ? { kind: 'create-user', name, ifNotExists, password, options }
    : { kind: 'alter-user', name, password, options };
}

function parseNames(cursor: Cursor): readonly string[] {
  const names = [parseName(cursor)];
  while (cursor.accept(',')) names.push(parseName(cursor));
  return names;
}

/** Parses what follows DROP when USER or ROLE comes next. */
export function parseDropUser(cursor: Cursor): OtherStatement {
  cursor.topic('DROP ROLE');
  cursor.next();
  const ifExists = cursor.accept('if', 'exists');
  return { kind: 'drop-user', names: parseNames(cursor), ifExists };
}

const connectionPrivileges: readonly string[] = ['DROP', 'UPDATE', 'USAGE'];

/** What follows the first names of a GRANT when it is about external connections; null when it is not. */
function parseConnectionGrant(cursor: Cursor, grant: boolean, named: readonly string[]): OtherStatement | null {
  if (!cursor.accept('on', 'external', 'connection')) return null;
  const upper = named.map((name) => name.toUpperCase());
  const unknown = upper.find((name) => name !== 'ALL' && !connectionPrivileges.includes(name));
  if (unknown !== undefined) throw new SqlError('22023', `invalid privilege type ${unknown} for external_connection`);
  const connections = parseNames(cursor);
  cursor.expect(grant ? 'to' : 'from');
  const privileges = upper.includes('ALL') ? connectionPrivileges : upper;
  return { kind: 'grant-external-connection', grant, privileges, connections, users: parseNames(cursor) };
}

/** Names of privileges or roles: SELECT is a reserved word and a privilege. */
function parsePrivileges(cursor: Cursor): readonly string[] {
  const names: string[] = [];
  do names.push(cursor.accept('select') ? 'select' : parseName(cursor));
  while (cursor.accept(','));
  return names;
}

/** Names of system privileges, of which a version knows its own. */
function parseSystemPrivileges(cursor: Cursor, dialect: Dialect): readonly string[] {
  const names = parseNames(cursor).map((name) => name.toUpperCase());
  const late = ['REPLICATIONSOURCE', 'REPLICATIONDEST'].filter(
    (name) => !dialect.sourcePrivileges.includes('REPLICATIONSOURCE') && names.includes(name),
  );
  if (late[0] !== undefined) throw new SqlError('42601', `syntax error: not a valid privilege: "${late[0].toLowerCase()}"`);
  return names;
}

/** Parses what follows GRANT or REVOKE. */
export function parseGrant(cursor: Cursor, grant: boolean, dialect: Dialect): OtherStatement | LdrStatement {
  cursor.topic(grant ? 'GRANT' : 'REVOKE');
  const preposition = grant ? 'to' : 'from';
  if (cursor.accept('system')) {
    const privileges = parseSystemPrivileges(cursor, dialect);
    cursor.expect(preposition);
    const users = parseNames(cursor);
    return { kind: 'grant-system', grant, privileges, users, grantable: grant && cursor.accept('with', 'grant', 'option') };
  }
  const named = parsePrivileges(cursor);
  const onConnection = parseConnectionGrant(cursor, grant, named);
  if (onConnection !== null) return onConnection;
  const onObjects = parseObjectGrant(cursor, grant, named, dialect);
  if (onObjects !== null) return onObjects;
  const [role = ''] = named;
  if (named.length > 1) throw cursor.unexpected();
  cursor.expect(preposition);
  return { kind: 'grant-role', grant, role, users: parseNames(cursor) };
}
