import { application, type Cluster, type Copy, type Database, findDatabase, isCopyUp, type Ms, type SimState } from './model.ts';

/** Transactions that a database has taken by a moment of the past or the present. */
function writtenAt({ segments }: Database, atMs: Ms): number {
  const segment = segments.findLast(({ fromMs }) => fromMs <= atMs) ?? segments[0];
  if (segment === undefined) return 0;
  return segment.base + Math.floor((Math.max(0, atMs - segment.fromMs) / 1000) * segment.perSecond);
}

/** The database that a replica follows, alive or not. */
export function upstreamOf(state: SimState, database: Database): Database | null {
  const upstream = database.following?.upstream;
  if (upstream === undefined) return null;
  const isIt = ({ id }: Database): boolean => id === upstream.databaseId;
  return state.clusters[upstream.side].databases.find(isIt) ?? state.graves.find(isIt) ?? null;
}

/** What an upstream offers to those who pull at that moment. */
function offeredAt(state: SimState, database: Database, atMs: Ms): number {
  const source = upstreamOf(state, database);
  if (source === null) return 0;
  const { pace } = state;
  if (database.following?.upstream.addresses === null) return writtenAt(source, Math.floor(atMs / pace.backupMs) * pace.backupMs);
  return writtenAt(source, Math.floor(atMs / pace.pullMs) * pace.pullMs - pace.lagMs);
}

function pulledAt(state: SimState, database: Database, atMs: Ms): number {
  const { following } = database;
  if (following === null) return 0;
  if (!following.moving) return following.base;
  const applied = following.base + Math.floor((Math.max(0, atMs - following.sinceMs) / 1000) * state.pace.applyPerSecond);
  return Math.max(following.base, Math.min(offeredAt(state, database, atMs), applied));
}

/** Transactions that the most advanced copy of a database holds. */
export const txAt = (state: SimState, database: Database, atMs: Ms): number =>
  database.following === null ? writtenAt(database, atMs) : pulledAt(state, database, atMs);

/** Transactions that one copy holds: a secondary has them a little later. */
export function copyTxAt(state: SimState, database: Database, copy: Copy, atMs: Ms): number {
  return txAt(state, database, copy.role === 'primary' ? atMs : Math.max(atMs - state.pace.secondaryLagMs, firstMoment(database)));
}

const firstMoment = (database: Database): Ms => database.following?.sinceMs ?? database.segments[0]?.fromMs ?? 0;

/** Ends what was and goes on from there. */
export function note(database: Database, fromMs: Ms, base: number, perSecond: number): void {
  database.segments.push({ fromMs, base, perSecond });
}

/** What a whole store copy, or the newest backup, brings at once. */
export const copiedAt = (state: SimState, database: Database, atMs: Ms): number => offeredAt(state, database, atMs);

/** The newest backup of the application's data in any bucket: the seed of a restore. */
export function backupAt(state: SimState, atMs: Ms): Database | null {
  const all = [state.clusters.primary, state.clusters.standby].flatMap(({ databases }) => databases);
  const held = all.filter(({ lineage, type }) => lineage === application && type === 'standard');
  return held.sort((a, b) => txAt(state, b, atMs) - txAt(state, a, atMs))[0] ?? null;
}

/** A standard database that has a writer which may write. */
export const isWritable = (cluster: Cluster, database: Database): boolean =>
  database.type === 'standard' &&
  database.access === 'read-write' &&
  database.requested === 'online' &&
  database.copies.some((copy) => copy.serverId === database.writer && isCopyUp(cluster, copy));

/** True when the two releases can replicate: equal ones before the general surface, upstream not newer since. */
export function areCompatible(upstream: Cluster, downstream: Cluster): boolean {
  const [from, to] = [upstream.release, downstream.release];
  if (to.surface === 'none') return false;
  return to.surface === 'preview' ? from.version === to.version : from.month >= 202_501 && from.month <= to.month;
}

/** True when a replica can pull right now. */
export function isFed(state: SimState, cluster: Cluster, database: Database): boolean {
  const upstream = database.following?.upstream;
  if (upstream === undefined) return false;
  if (upstream.addresses === null) return true;
  const source = state.clusters[upstream.side];
  const found = findDatabase(source, upstream.remote);
  if (found === null || found.id !== upstream.databaseId || found.requested !== 'online') return false;
  if (!areCompatible(source, cluster)) return false;
  return state.linkUp && reachable(source, upstream.addresses).some((id) => hosts(source, found, id));
}

/** Ids of the servers that stand behind those endpoints and are up. */
export const reachable = (cluster: Cluster, addresses: readonly string[]): readonly string[] =>
  cluster.outage === 'dead'
    ? []
    : cluster.servers.filter(({ up, replication }) => up && addresses.includes(replication)).map(({ id }) => id);

const hosts = (cluster: Cluster, database: Database, serverId: string): boolean =>
  database.copies.some((copy) => copy.serverId === serverId && isCopyUp(cluster, copy));
