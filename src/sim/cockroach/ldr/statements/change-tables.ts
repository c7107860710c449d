import type { Expression } from '../../grammar/statement.ts';
import { SqlError } from '../../sql-error.ts';
import { type Call, currentUser, usersOf } from '../../statements/call.ts';
import { evaluate } from '../../statements/evaluate.ts';
import { acknowledged, type Outcome } from '../../statements/outcome.ts';
import { typeOf } from '../../statements/typing.ts';
import type { SqlValue } from '../../values/sql-types.ts';
import { ldrDialects } from '../grammar/ldr-dialect.ts';
import type { LdrStatement } from '../grammar/ldr-statement.ts';
import { requireUnlocked } from '../state/lifecycle.ts';
import { emptyTable, type SimTable } from '../state/table.ts';
import { createLdr } from './create-ldr.ts';
import { dlqColumns, dlqRecords, findDlq } from './dlq.ts';
import { findTable, placeOf, requireDatabase, requireOn, requireTable } from './tables.ts';

type Of<Kind extends LdrStatement['kind']> = Extract<LdrStatement, { kind: Kind }>;
type Run<Kind extends LdrStatement['kind']> = (call: Call, statement: Of<Kind>) => Outcome;

const truncate: Run<'truncate-tables'> = (call, { kind, tables }) => {
  const chosen = tables.map((name) => requireTable(placeOf(call), name));
  for (const table of chosen) {
    requireOn(call, table, 'DROP');
    if (ldrDialects[call.cluster.dialect.version]?.truncateLocked === true) requireUnlocked(call.state, table);
  }
  for (const table of chosen) emptyTable(table, call.nowUs());
  call.effect(kind, call.session.vcName, true);
  return acknowledged('TRUNCATE');
};

const drop: Run<'drop-tables'> = (call, { kind, tables, ifExists }) => {
  const place = placeOf(call);
  const chosen = tables.flatMap((name) => (ifExists && findTable(place, name) === null ? [] : [requireTable(place, name)]));
  for (const table of chosen) {
    requireOn(call, table, 'DROP');
    requireUnlocked(call.state, table);
  }
  const all = call.state.ldr.tables;
  for (const table of chosen) all.splice(all.indexOf(table), 1);
  call.effect(kind, call.session.vcName, chosen.length > 0);
  return acknowledged('DROP TABLE');
};

const exclusion = 'ttl_disable_changefeed_replication';

function setParameter(call: Call, table: SimTable, parameter: string, value: string | null): void {
  const { ttl } = table.shape;
  if (parameter === exclusion) {
    if (ttl === null) throw new SqlError('22023', '"ttl_expire_after" and/or "ttl_expiration_expression" must be set');
    table.shape = { ...table.shape, ttl: { ...ttl, excluded: value === 'true' || value === 'on' } };
    return;
  }
  if (parameter !== 'ttl_expire_after' && parameter !== 'ttl') throw new SqlError('22023', `invalid storage parameter "${parameter}"`);
  requireUnlocked(call.state, table);
  const ends = value === null || parameter === 'ttl';
  table.shape = { ...table.shape, ttl: ends ? null : { expireAfter: value, excluded: ttl?.excluded ?? false } };
}

/** Time-to-live parameters: those that don't change what expires may be set while rows are replicated. */
const alterStorage: Run<'alter-table-storage'> = (call, { kind, table: name, parameters }) => {
  const table = requireTable(placeOf(call), name);
  requireOn(call, table, 'CREATE');
  const before = JSON.stringify(table.shape.ttl);
  for (const [parameter, value] of parameters) setParameter(call, table, parameter, value);
  call.effect(kind, call.session.vcName, before !== JSON.stringify(table.shape.ttl));
  return acknowledged('ALTER TABLE');
};

/** The jobs of a queue may still be writing to it: entries are deleted one by one, as in any table. */
const deleteRows: Run<'delete-rows'> = (call, { kind, table: name, where }) => {
  const dlq = findDlq(placeOf(call), name);
  if (dlq === null) {
    requireTable(placeOf(call), name);
    throw new SqlError('0A000', 'unimplemented: rows of other tables are not simulated one by one');
  }
  if (!currentUser(call).admin)
    throw new SqlError('42501', `user ${call.session.user} does not have DELETE privilege on relation ${dlq.name}`);
  const columns = dlqColumns;
  if (where !== null) typeOf(where, columns, call.cluster.dialect);
  const records = dlqRecords(dlq);
  const hit = (at: number): boolean => where === null || matches(call, where, records[at] ?? []);
  const doomed = dlq.rows.filter((_, at) => hit(at));
  for (const row of doomed) dlq.rows.splice(dlq.rows.indexOf(row), 1);
  call.effect(kind, call.session.vcName, doomed.length > 0);
  return acknowledged(`DELETE ${doomed.length}`);
};

const matches = (call: Call, where: Expression, row: readonly SqlValue[]): boolean =>
  evaluate(where, { call, columns: dlqColumns, row, rows: [row] }) === true;

function requireGrantee(call: Call, name: string): string {
  if (usersOf(call.cluster, call.session.vcId).has(name)) return name;
  throw new SqlError('42704', `role/user "${name}" does not exist`);
}

const grantObjects: Run<'grant-objects'> = (call, { kind, grant, on, privileges, objects, users }) => {
  const place = placeOf(call);
  const chosen = objects.map((name) => (on === 'database' ? requireDatabase(place, name.join('.')) : requireTable(place, name)));
  const giver = currentUser(call);
  const foreign = chosen.find(({ owner }) => !giver.admin && owner !== giver.name);
  if (foreign !== undefined) {
    throw new SqlError('42501', `user ${giver.name} missing WITH GRANT OPTION privilege on one or more of ${privileges.join(', ')}`);
  }
  const grantees = users.map((name) => requireGrantee(call, name));
  let changed = false;
  for (const { grants } of chosen) {
    for (const grantee of grantees) {
      const held = grants.get(grantee) ?? new Set();
      grants.set(grantee, held);
      for (const privilege of privileges) {
        changed ||= held.has(privilege) !== grant;
        if (grant) held.add(privilege);
        else held.delete(privilege);
      }
    }
  }
  call.effect(kind, call.session.vcName, changed);
  return acknowledged(grant ? 'GRANT' : 'REVOKE');
};

export const ldrRuns: { readonly [Kind in LdrStatement['kind']]: Run<Kind> } = {
  'create-logical-replication-stream': createLdr,
  'create-logically-replicated': createLdr,
  'grant-objects': grantObjects,
  'truncate-tables': truncate,
  'drop-tables': drop,
  'alter-table-storage': alterStorage,
  'delete-rows': deleteRows,
};
