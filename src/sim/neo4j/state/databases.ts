import { argumentError, databaseExists, GraphError, hasAliases, limitReached, procedureFailed } from '../graph-error.ts';
import type { Cell } from '../wire/packstream.ts';
import { allocate, newCopy, reallocate, type Wanted } from './copies.ts';
import { application, type Cluster, type Database, type Ms, newId, type SimState } from './model.ts';
import { backupAt, txAt } from './transactions.ts';

const namePattern = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/** The name as the server stores it. */
export function checkedName(name: string): string {
  const stored = name.toLowerCase();
  if (!namePattern.test(stored) || stored.startsWith('system')) {
    throw argumentError(
      `Database name '${name}' contains illegal characters, or is reserved. Use simple ascii characters, numbers, dots and dashes, 3 to 63 of them.`,
    );
  }
  return stored;
}

/** Refuses a name that a database or an alias has already, and one database too many. */
export function checkRoom(cluster: Cluster, name: string): void {
  if (name === 'system' || cluster.databases.some((database) => database.name === name)) throw databaseExists(name);
  if (cluster.aliases.has(name)) throw databaseExists(name);
  const most = Number(cluster.settings.get('dbms.max_databases') ?? '100');
  if (cluster.databases.length + 1 >= most) throw limitReached(`The total limit of databases is already reached: ${most}.`);
}

export interface NewDatabase {
  readonly name: string;
  readonly wanted: Wanted;
  readonly options: Readonly<Record<string, Cell>>;
}

export const blank = (state: SimState, name: string, wanted: Wanted, atMs: Ms): Database => ({
  name,
  id: newId(state, 'db'),
  type: 'standard',
  access: 'read-write',
  accessChange: null,
  requested: 'online',
  primaries: wanted.primaries,
  secondaries: wanted.secondaries,
  copies: [],
  following: null,
  segments: [],
  firstTx: 0n,
  writer: null,
  electionAtMs: null,
  lineage: name,
  createdMs: atMs,
  lastStopMs: null,
  options: {},
});

/** CREATE DATABASE: empty, or from the newest backup. */
export function createDatabase(state: SimState, cluster: Cluster, { name, wanted, options }: NewDatabase, atMs: Ms): Database {
  checkRoom(cluster, name);
  const seed = typeof options['seedURI'] === 'string' ? backupAt(state, atMs) : null;
  const copies = allocate(cluster, wanted, false);
  const database: Database = {
    ...blank(state, name, wanted, atMs),
    copies,
    options,
    ...(seed === null ? {} : { lineage: application, firstTx: seed.firstTx }),
  };
  const backedUpMs = Math.floor(atMs / state.pace.backupMs) * state.pace.backupMs;
  database.segments.push({ fromMs: atMs, base: seed === null ? 1 : txAt(state, seed, backedUpMs), perSecond: 0 });
  cluster.databases.push(database);
  return database;
}

export const aliasesOf = (cluster: Cluster, database: Database): readonly string[] =>
  [...cluster.aliases].filter(([, target]) => target === database.name).map(([alias]) => alias);

/** DROP DATABASE. Its name is free as soon as its last copy has gone. */
export function dropDatabase(cluster: Cluster, database: Database, how: { readonly cascade: boolean; readonly dump: boolean }): void {
  const aliases = aliasesOf(cluster, database);
  if (aliases.length > 0 && !how.cascade) throw hasAliases(database.name, aliases);
  for (const alias of aliases) cluster.aliases.delete(alias);
  for (const grant of cluster.grants.filter(({ scope }) => scope === database.name))
    cluster.grants.splice(cluster.grants.indexOf(grant), 1);
  if (how.dump) cluster.dumps.push(`${database.name} (${database.id})`);
  database.requested = 'offline';
  for (const copy of database.copies) copy.goal = 'gone';
}

/** START and STOP. Returns false when that is what was requested already. */
export function setRequested(database: Database, requested: 'online' | 'offline', atMs: Ms): boolean {
  for (const copy of database.copies) {
    if (copy.goal === 'gone') continue;
    copy.goal = requested;
    if (requested === 'online') copy.message = '';
  }
  if (database.requested === requested) return false;
  database.requested = requested;
  if (requested === 'offline') database.lastStopMs = atMs;
  return true;
}

/** ALTER DATABASE … SET ACCESS. Returns false when it has that access already. */
export function setAccess(state: SimState, database: Database, access: 'read-only' | 'read-write', atMs: Ms): boolean {
  if (database.type === 'replica') throw argumentError(`Could not alter access of '${database.name}': it is a replica database.`);
  const coming = database.accessChange?.to ?? database.access;
  if (coming === access) return false;
  database.accessChange = { to: access, atMs: atMs + state.pace.reconcileMs };
  return true;
}

/** ALTER DATABASE … SET TOPOLOGY. Returns false when it has that topology already. */
export function setTopology(cluster: Cluster, database: Database, wanted: Wanted): boolean {
  if (database.primaries === wanted.primaries && database.secondaries === wanted.secondaries) return false;
  if (wanted.primaries === 1 && database.primaries > 1) {
    throw argumentError('Failed to alter the specified database: it is not possible to change to a single primary.');
  }
  reallocate(cluster, database, wanted);
  return true;
}

/** `dbms.recreateDatabase`: from the copies that are left. */
export function recreateDatabase(state: SimState, database: Database, seeds: readonly string[], atMs: Ms): void {
  if (database.type !== 'standard') throw procedureFailed(`Failed to recreate '${database.name}': it is a replica database.`);
  const strange = seeds.find((id) => !database.copies.some(({ serverId }) => serverId === id));
  if (strange !== undefined)
    throw new GraphError('Neo.ClientError.Procedure.ProcedureCallFailed', '52N37', `Server '${strange}' does not host '${database.name}'.`);
  const reached = txAt(state, database, atMs);
  database.copies = database.copies.map(({ serverId, role }) => newCopy(serverId, role, false));
  database.writer = null;
  database.requested = 'online';
  database.segments.push({ fromMs: atMs, base: reached, perSecond: 0 });
}
