import { SqlError } from '../../sql-error.ts';
import type { Cluster, SimState, User } from '../../state/model.ts';
import { type Call, currentUser, hasPrivilege } from '../../statements/call.ts';
import type { TableName } from '../grammar/ldr-statement.ts';
import type { SimDatabase } from '../state/model.ts';
import { fullName, type SimTable } from '../state/table.ts';

/** Where a name is looked up: a cluster, one of its virtual clusters, and the database of the session. */
export interface Place {
  readonly state: SimState;
  readonly cluster: Cluster;
  readonly vcId: number;
  readonly database: string;
}

export const placeOf = (call: Call): Place => ({
  state: call.state,
  cluster: call.cluster,
  vcId: call.session.vcId,
  database: call.session.variables.get('database') ?? 'defaultdb',
});

interface FullName {
  readonly database: string;
  readonly schema: string;
  readonly name: string;
}

/** How an unqualified name is completed: by the session's database, and the schema `public`. */
export function completeName(place: Place, parts: TableName): FullName {
  const [first = '', second, third] = parts;
  if (third !== undefined) return { database: first, schema: second ?? '', name: third };
  if (second === undefined) return { database: place.database, schema: 'public', name: first };
  // `a.b`: a schema of this database, or else a database.
  const isDatabase = databasesIn(place).some(({ name }) => name === first);
  return isDatabase ? { database: first, schema: 'public', name: second } : { database: place.database, schema: first, name: second };
}

/** What every virtual cluster has from the start, though not for ever. */
const bornWith = ['defaultdb', 'postgres', 'system'] as const;

export const databasesIn = ({ state, cluster, vcId }: Place): readonly SimDatabase[] => {
  const made = state.ldr.databases.filter((database) => database.side === cluster.side && database.vcId === vcId);
  const born = bornWith.map(
    (name): SimDatabase => ({ side: cluster.side, vcId, name, owner: name === 'system' ? 'node' : 'root', grants: new Map() }),
  );
  const names = new Set(made.map(({ name }) => name));
  return [...born.filter(({ name }) => !names.has(name)), ...made].sort((a, b) => (a.name < b.name ? -1 : 1));
};

export const tablesIn = ({ state, cluster, vcId }: Place): readonly SimTable[] =>
  state.ldr.tables.filter((table) => table.side === cluster.side && table.vcId === vcId);

export function findTable(place: Place, parts: TableName): SimTable | null {
  const { database, schema, name } = completeName(place, parts);
  return tablesIn(place).find((table) => table.database === database && table.schema === schema && table.name === name) ?? null;
}

/** The database of that name. Throws 3D000. */
export function requireDatabase(place: Place, name: string): SimDatabase {
  const database = databasesIn(place).find((candidate) => candidate.name === name);
  if (database === undefined) throw new SqlError('3D000', `database "${name}" does not exist`);
  return database;
}

/** The table of that name. Throws 42P01, and 55000 for one that a scan is still making. */
export function requireTable(place: Place, parts: TableName): SimTable {
  const table = findTable(place, parts);
  if (table === null) throw new SqlError('42P01', `relation "${parts.join('.')}" does not exist`);
  if (table.offline) throw new SqlError('55000', `relation "${table.name}" is offline: importing`);
  return table;
}

/** Admins and the owner hold every privilege on a table. */
export const holdsOn = (
  user: User,
  object: { readonly owner: string; readonly grants: Map<string, Set<string>> },
  privilege: string,
): boolean => user.admin || object.owner === user.name || object.grants.get(user.name)?.has(privilege) === true;

export function requireOn(call: Call, table: SimTable, privilege: string): void {
  const user = currentUser(call);
  if (holdsOn(user, table, privilege)) return;
  throw new SqlError('42501', `user ${user.name} does not have ${privilege} privilege on relation ${table.name}`);
}

/** To see how a table is made takes any privilege on it. */
export function requireAny(call: Call, table: SimTable): void {
  const user = currentUser(call);
  if (user.admin || table.owner === user.name || (table.grants.get(user.name)?.size ?? 0) > 0) return;
  throw new SqlError('42501', `user ${user.name} has no privileges on relation ${table.name}`);
}

/** True when the user may do it on the whole cluster or on this very table. */
export const mayReplicate = (user: User, table: SimTable, privilege: 'REPLICATIONSOURCE' | 'REPLICATIONDEST'): boolean =>
  hasPrivilege(user, [privilege, 'REPLICATION']) || holdsOn(user, table, privilege);

/** A table or database that the user owns or holds a privilege on; null when there is none. */
export function heldObject(place: Place, user: string): string | null {
  const holds = ({ owner, grants }: { readonly owner: string; readonly grants: SimTable['grants'] }): boolean =>
    owner === user || (grants.get(user)?.size ?? 0) > 0;
  const table = tablesIn(place).find(holds);
  if (table !== undefined) return fullName(table);
  return databasesIn(place).find(holds)?.name ?? null;
}
