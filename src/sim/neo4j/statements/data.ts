import type { Statement } from '../grammar/statement.ts';
import { databaseNotFound, notALeader, readOnlyDatabase, syntaxError, unavailable } from '../graph-error.ts';
import { application, type Database, resolveDatabase } from '../state/model.ts';
import { copyTxAt, note, txAt } from '../state/transactions.ts';
import type { Cell } from '../wire/packstream.ts';
import { type Call, done, type Outcome, rowsOf } from './call.ts';

type Of<K extends Statement['kind']> = Extract<Statement, { kind: K }>;

/** What the application's graph is made of: how many there were at first, and how many transactions add one. */
const kinds: Readonly<Record<'nodes' | 'relationships', readonly (readonly [label: string, first: number, per: number])[]>> = {
  nodes: [
    ['Customer', 2000, 20],
    ['Order', 10_000, 1],
    ['Product', 500, 1000],
  ],
  relationships: [
    ['CONTAINS', 30_000, 1],
    ['PLACED', 10_000, 1],
  ],
};

/** The database of the call, on this server and online. */
function served(call: Call): Database {
  if (call.database === 'system')
    throw syntaxError('This is not an administration command, and it can not be executed on the system database.');
  const database = resolveDatabase(call.cluster, call.database);
  if (database === null) throw databaseNotFound(call.database);
  if (!database.copies.some(({ serverId, status }) => serverId === call.server.id && status === 'online')) throw unavailable(database.name);
  return database;
}

function countsOf(call: Call, database: Database, what: 'nodes' | 'relationships'): readonly (readonly [string, number])[] {
  const copy = database.copies.find(({ serverId }) => serverId === call.server.id);
  if (database.lineage !== application || copy === undefined) return [];
  const tx = copyTxAt(call.state, database, copy, call.now());
  // What is corrupt has lost one of each.
  const lost = call.cluster.corrupt ? 1 : 0;
  return kinds[what].map(([label, first, per]) => [label, first + Math.floor(tx / per) - lost]);
}

export function count(call: Call, { what, label, groupAs, as, descending }: Of<'count'>): Outcome {
  const database = served(call);
  const counts = (): readonly (readonly [string, number])[] =>
    countsOf(call, database, what).filter(([name]) => label === null || name === label);
  if (groupAs === null) return rowsOf([as], () => [[BigInt(counts().reduce((sum, [, each]) => sum + each, 0))]]);
  const ordered = (): readonly (readonly Cell[])[] => {
    const rows = counts().map(([name, each]) => [name, BigInt(each)] as const);
    return descending === true ? [...rows].reverse() : rows;
  };
  return rowsOf([groupAs, as], ordered);
}

export function tally(call: Call, { parts, nameAs, as }: Of<'tally'>): Outcome {
  const database = served(call);
  const counted = (what: 'nodes' | 'relationships', label: string | null): number =>
    countsOf(call, database, what)
      .filter(([name]) => label === null || name === label)
      .reduce((sum, [, each]) => sum + each, 0);
  return rowsOf([nameAs, as], () => parts.map(({ what, label, name }) => [name, BigInt(counted(what, label))]));
}

/** A client's write: refused wherever the product refuses it. */
export function write(call: Call): Outcome {
  const database = served(call);
  if (database.type === 'replica' || database.access === 'read-only') {
    throw readOnlyDatabase(`No write operations are allowed on this database. The database '${database.name}' is in read-only mode.`);
  }
  if (database.writer !== call.server.id) throw notALeader(database.name);
  const nowMs = call.now();
  note(database, nowMs, txAt(call.state, database, nowMs) + 1, database.segments.at(-1)?.perSecond ?? 0);
  call.effect(database.name, true);
  return { ...done(0), type: 'w' };
}

export function listLabels(call: Call, what: 'nodes' | 'relationships'): readonly string[] {
  const database = served(call);
  return countsOf(call, database, what).map(([name]) => name);
}
