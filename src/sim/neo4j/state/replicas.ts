import { procedureFailed } from '../graph-error.ts';
import type { Cell } from '../wire/packstream.ts';
import { allocate, checkTopology, reallocate, type Wanted } from './copies.ts';
import { blank, checkRoom } from './databases.ts';
import { type Cluster, type Database, findDatabase, isCopyUp, type Ms, type SimState, type Upstream } from './model.ts';
import { areCompatible, reachable, txAt } from './transactions.ts';

export interface ReplicaRequest {
  readonly name: string;
  readonly wanted: Wanted;
  readonly remote: string;
  /** null: from backups. */
  readonly addresses: readonly string[] | null;
  readonly pullUri: string | null;
  readonly options: Readonly<Record<string, Cell>>;
}

const otherOf = (state: SimState, cluster: Cluster): Cluster => state.clusters[cluster.side === 'primary' ? 'standby' : 'primary'];

/** The upstream that the request means, which must be there and be fit to be followed. */
function resolveUpstream(state: SimState, cluster: Cluster, request: ReplicaRequest): readonly [Upstream, Database] {
  const source = otherOf(state, cluster);
  const refuse = (why: string) => procedureFailed(`Failed to create replica database '${request.name}': ${why}`);
  const { addresses } = request;
  if (addresses !== null && (!state.linkUp || reachable(source, addresses).length === 0)) {
    throw refuse(`Unable to contact any of the servers [${addresses.join(', ')}].`);
  }
  const found = findDatabase(source, request.remote);
  if (found === null) throw refuse(`Database '${request.remote}' does not exist on the upstream cluster.`);
  if (found.type !== 'standard') throw refuse(`Database '${request.remote}' can't be replicated because of its type.`);
  if (found.requested !== 'online' || !found.copies.some((copy) => isCopyUp(source, copy))) {
    throw refuse(`Database '${request.remote}' is not running on the upstream cluster.`);
  }
  if (!areCompatible(source, cluster)) {
    throw refuse(`The upstream's version ${source.release.version} does not go with version ${cluster.release.version}.`);
  }
  const upstream = { side: source.side, remote: found.name, databaseId: found.id, addresses, pullUri: request.pullUri };
  return [upstream, found];
}

/** Creates a replica; its stores are copied afterwards. A name that is taken, or too few servers, are told before the upstream is asked. */
export function createReplica(state: SimState, cluster: Cluster, request: ReplicaRequest, leavesRow: boolean, atMs: Ms): Database {
  checkRoom(cluster, request.name);
  checkTopology(request.wanted);
  const copies = allocate(cluster, request.wanted, true);
  const base = blank(state, request.name, request.wanted, atMs);
  try {
    const [upstream, source] = resolveUpstream(state, cluster, request);
    const database: Database = {
      ...base,
      type: 'replica',
      access: cluster.release.replicaAccess,
      copies,
      following: { upstream, base: 0, sinceMs: atMs, moving: false },
      lineage: source.lineage,
      firstTx: source.firstTx,
      options: request.options,
    };
    cluster.databases.push(database);
    return database;
  } catch (cause) {
    if (leavesRow) {
      const failed = copies.map((copy) => ({
        ...copy,
        status: 'offline' as const,
        message: 'Unable to start database: the upstream can not be contacted.',
      }));
      cluster.databases.push({ ...base, type: 'replica', access: cluster.release.replicaAccess, copies: failed });
    }
    throw cause;
  }
}

/** Makes a replica a standard database. A writer is elected afterwards; there is no way back. */
export function promoteReplica(state: SimState, cluster: Cluster, database: Database, wanted: Wanted | null, atMs: Ms): void {
  const { following } = database;
  if (database.type !== 'replica' || following === null) {
    throw procedureFailed(`Failed to promote '${database.name}': it is not a replica database.`);
  }
  if (!database.copies.some((copy) => isCopyUp(cluster, copy))) {
    throw procedureFailed(`Failed to promote '${database.name}': none of its copies is online.`);
  }
  if (wanted !== null) reallocate(cluster, database, wanted);
  const reached = txAt(state, database, atMs);
  state.promotions.push({ side: cluster.side, upstream: following.upstream, reached, atMs });
  database.type = 'standard';
  database.access = 'read-write';
  database.following = null;
  database.writer = null;
  database.segments = [{ fromMs: atMs, base: reached, perSecond: 0 }];
}
