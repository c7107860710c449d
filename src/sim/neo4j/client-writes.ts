import { type SimSide, simSides } from './contract.ts';
import { catchUp, type Realm } from './realm.ts';
import { application } from './state/model.ts';
import { isWritable, note, txAt } from './state/transactions.ts';

interface Written {
  readonly side: SimSide;
  readonly database: string;
  readonly id: string;
  /** Transactions that the database has with this one. */
  readonly tx: number;
}

/** A database that was dropped and made anew, even under its old name, does not hold what was written to the old one. */
function isGone({ state }: Realm, { side, id, tx }: Written, nowMs: number): boolean {
  const database = state.clusters[side].databases.find((one) => one.id === id);
  return database === undefined || txAt(state, database, nowMs) < tx;
}

/** Clients commit one transaction on every database of theirs that takes writes. Returns how to ask which of them are gone by then. */
export function clientsCommit(realm: Realm): () => readonly string[] {
  const nowMs = catchUp(realm);
  const { state } = realm;
  const written = simSides.flatMap((side) => {
    const cluster = state.clusters[side];
    const open = cluster.databases.filter((database) => database.lineage === application && isWritable(cluster, database));
    return open.map((database): Written => {
      const tx = txAt(state, database, nowMs) + 1;
      note(database, nowMs, tx, database.segments.at(-1)?.perSecond ?? 0);
      return { side, database: database.name, id: database.id, tx };
    });
  });
  return () => {
    const thenMs = catchUp(realm);
    return written
      .filter((one) => isGone(realm, one, thenMs))
      .map(({ side, database, tx }) => `transaction ${tx} of ${database} on the ${side}`);
  };
}
