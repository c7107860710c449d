import type { DatabaseTruth, SimSide, TransactionTruth } from './contract.ts';
import type { Genesis } from './genesis.ts';
import { catchUp, nowOf, type Realm } from './realm.ts';
import { application, findDatabase, isUp, serverOf } from './state/model.ts';
import { lossOf, overlaps, writableIntervals } from './state/records.ts';
import { copyTxAt, isWritable, txAt } from './state/transactions.ts';
import { stragglerQuery } from './statements/transactions.ts';
import { truthOfAll } from './world-truth.ts';

function truthOf(realm: Realm, side: SimSide, name: string): DatabaseTruth | null {
  const nowMs = catchUp(realm);
  const { state } = realm;
  const cluster = state.clusters[side];
  const database = findDatabase(cluster, name);
  if (database === null) return null;
  return {
    name: database.name,
    type: database.type,
    access: database.access,
    requested: database.requested,
    writable: isWritable(cluster, database),
    tx: txAt(state, database, nowMs),
    copies: database.copies.map((copy) => {
      const server = serverOf(cluster, copy.serverId);
      return {
        server: server.name,
        role: copy.role,
        status: isUp(cluster, server) ? copy.status : 'unknown',
        message: copy.message,
        writer: copy.serverId === database.writer,
        tx: copyTxAt(state, database, copy, nowMs),
      };
    }),
  };
}

function transactionsOf(realm: Realm, side: SimSide): readonly TransactionTruth[] {
  catchUp(realm);
  const cluster = realm.state.clusters[side];
  const sessions = realm.sessions.all().filter((session) => session.side === side);
  return [
    ...sessions.flatMap(({ transaction, user, active }) =>
      transaction === null ? [] : [{ id: transaction.id, database: transaction.database, user: user ?? '', query: active?.text ?? '' }],
    ),
    ...cluster.stragglers.map(({ id, databaseId }) => ({
      id,
      database: cluster.databases.find((database) => database.id === databaseId)?.name ?? '',
      user: 'app',
      query: stragglerQuery,
    })),
  ];
}

/** What the world tells about itself; each answer is of this moment. */
export function createReaders(realm: Realm, genesis: Genesis) {
  const { state } = realm;
  const fresh = <T>(read: () => T): T => {
    catchUp(realm);
    return read();
  };
  const serves = (side: SimSide): boolean =>
    state.clusters[side].databases.some((database) => database.lineage === application && isWritable(state.clusters[side], database));
  return {
    now: () => nowOf(realm),
    effects: () => fresh(() => [...state.effects]),
    statements: () => fresh(() => realm.seen.map((entry) => ({ ...entry }))),
    writable: () => fresh(() => ({ primary: serves('primary'), standby: serves('standby') })),
    writableHistory: () => fresh(() => writableIntervals(state)),
    splitBrain: () => fresh(() => overlaps(state)),
    lost: () => fresh(() => lossOf(state)),
    database: (side: SimSide, name?: string) => truthOf(realm, side, name ?? (side === 'primary' ? genesis.database : genesis.replica)),
    databases: (side: SimSide) => fresh(() => state.clusters[side].databases.map(({ name }) => name)),
    transactions: (side: SimSide) => transactionsOf(realm, side),
    truth: () => truthOfAll(realm),
  };
}
