import { simSides } from '../contract.ts';
import { nextStep } from './copies.ts';
import { application, type Cluster, type Copy, type Database, isCopyUp, isDead, isUp, type Ms, type SimState, serverOf } from './model.ts';
import { copiedAt, isFed, isWritable, note, txAt } from './transactions.ts';

/** Guards against a world that never comes to rest. */
const mostEvents = 100_000;

/** Something that will happen at a known moment unless the facts change first. */
interface Timer {
  readonly atMs: Ms;
  fire(): void;
}

/** A store is copied from another copy, or from the upstream. */
function canFill(state: SimState, cluster: Cluster, database: Database, copy: Copy): boolean {
  if (cluster.copyStuck) return false;
  return isFed(state, cluster, database) || database.copies.some((other) => other !== copy && isCopyUp(cluster, other));
}

function refreshCopy(state: SimState, cluster: Cluster, database: Database, copy: Copy, atMs: Ms): void {
  const next = nextStep(copy, state.pace);
  if (next === null) {
    copy.step = null;
    return;
  }
  if (copy.step?.to !== next.to) copy.step = { ...next, sinceMs: null };
  const { step } = copy;
  const server = serverOf(cluster, copy.serverId);
  const moves =
    isUp(cluster, server) &&
    !server.failing &&
    (copy.status !== 'store copying' || step.to !== 'online' || canFill(state, cluster, database, copy));
  if (step.sinceMs !== null) step.leftMs = Math.max(0, step.leftMs - (atMs - step.sinceMs));
  step.sinceMs = moves ? atMs : null;
}

function refreshFollowing(state: SimState, cluster: Cluster, database: Database, atMs: Ms): void {
  const { following } = database;
  if (following === null) return;
  const runs = database.requested === 'online' && database.copies.some((copy) => isCopyUp(cluster, copy));
  const moving = runs && !cluster.catchUpStuck && isFed(state, cluster, database);
  if (moving === following.moving) return;
  following.base = txAt(state, database, atMs);
  following.sinceMs = atMs;
  following.moving = moving;
}

/** A majority of the primaries must stand for one of them to write. */
function refreshWriter(state: SimState, cluster: Cluster, database: Database, atMs: Ms): void {
  const standing = database.copies.filter((copy) => copy.role === 'primary' && copy.goal === 'online' && isCopyUp(cluster, copy));
  const able = database.type === 'standard' && database.requested === 'online' && standing.length * 2 > database.primaries;
  if (!able || !standing.some(({ serverId }) => serverId === database.writer)) database.writer = null;
  if (!able || database.writer !== null || cluster.electionStuck) database.electionAtMs = null;
  else database.electionAtMs ??= atMs + state.pace.electionMs;
}

function refreshWrites(state: SimState, cluster: Cluster, database: Database, atMs: Ms): void {
  if (database.following !== null) return;
  const perSecond = database.lineage === application && isWritable(cluster, database) ? state.writesPerSecond : 0;
  if (database.segments.at(-1)?.perSecond !== perSecond) note(database, atMs, txAt(state, database, atMs), perSecond);
}

const servesApplication = (cluster: Cluster): boolean =>
  cluster.databases.some((database) => database.lineage === application && isWritable(cluster, database));

function noteWritable(state: SimState, cluster: Cluster, atMs: Ms): void {
  const open = state.writable.find(({ side, toMs }) => side === cluster.side && toMs === null);
  const writable = servesApplication(cluster);
  if (writable && open === undefined) state.writable.push({ side: cluster.side, fromMs: atMs, toMs: null });
  if (!writable && open !== undefined) open.toMs = atMs;
}

/** Brings everything that follows from the facts into line with them. Call it after each change of a fact. */
export function refresh(state: SimState, atMs: Ms): void {
  for (const side of simSides) {
    const cluster = state.clusters[side];
    for (const database of cluster.databases) {
      for (const copy of database.copies) refreshCopy(state, cluster, database, copy, atMs);
      refreshWriter(state, cluster, database, atMs);
      refreshWrites(state, cluster, database, atMs);
    }
    noteWritable(state, cluster, atMs);
  }
  // After all of them: who follows looks at the other side.
  for (const side of simSides) {
    for (const database of state.clusters[side].databases) refreshFollowing(state, state.clusters[side], database, atMs);
  }
}

function endStep(state: SimState, database: Database, copy: Copy, to: Copy['status'] | 'gone', atMs: Ms): void {
  if (to === 'gone') {
    database.copies = database.copies.filter((other) => other !== copy);
    return;
  }
  if (to === 'online') {
    const first = database.copies.every(({ status, needsStore }) => status !== 'online' && needsStore);
    if (first && database.following !== null) database.following.base = copiedAt(state, database, atMs);
    copy.needsStore = false;
  }
  copy.status = to;
}

function copyTimers(state: SimState, database: Database, copy: Copy): Timer[] {
  const { step } = copy;
  if (step === null || step.sinceMs === null) return [];
  const atMs = step.sinceMs + step.leftMs;
  return [{ atMs, fire: () => endStep(state, database, copy, step.to, atMs) }];
}

function databaseTimers(state: SimState, cluster: Cluster, database: Database): Timer[] {
  const timers = database.copies.flatMap((copy) => copyTimers(state, database, copy));
  const { accessChange: change, electionAtMs } = database;
  if (change !== null) {
    const fire = (): void => {
      database.access = change.to;
      database.accessChange = null;
    };
    timers.push({ atMs: change.atMs, fire });
  }
  if (electionAtMs === null) return timers;
  const elect = (): void => {
    const first = database.copies.find((copy) => copy.role === 'primary' && copy.goal === 'online' && isCopyUp(cluster, copy));
    database.writer = first?.serverId ?? null;
    database.electionAtMs = null;
    // A new leader begins with a transaction of its own.
    note(database, electionAtMs, txAt(state, database, electionAtMs) + 1, 0);
  };
  return [...timers, { atMs: electionAtMs, fire: elect }];
}

/** A client's transaction commits at its end, whatever the access mode has become. */
function stragglerTimers(state: SimState, cluster: Cluster): Timer[] {
  return cluster.stragglers.map((straggler) => ({
    atMs: straggler.endsMs,
    fire: () => {
      cluster.stragglers.splice(cluster.stragglers.indexOf(straggler), 1);
      const database = cluster.databases.find(({ id }) => id === straggler.databaseId);
      if (database === undefined || database.type !== 'standard' || database.writer !== straggler.serverId) return;
      note(database, straggler.endsMs, txAt(state, database, straggler.endsMs) + 1, database.segments.at(-1)?.perSecond ?? 0);
    },
  }));
}

const timersOf = (state: SimState, cluster: Cluster): readonly Timer[] =>
  isDead(cluster)
    ? []
    : [...cluster.databases.flatMap((database) => databaseTimers(state, cluster, database)), ...stragglerTimers(state, cluster)];

function bury(state: SimState): void {
  for (const side of simSides) {
    const { databases } = state.clusters[side];
    for (const database of databases.filter(({ copies }) => copies.length === 0)) {
      databases.splice(databases.indexOf(database), 1);
      state.graves.push(database);
    }
  }
}

/** Lets everything that is due by `nowMs` happen, in order, each at its own moment. */
export function settle(state: SimState, nowMs: Ms): void {
  for (let events = 0; events < mostEvents; events += 1) {
    const due = simSides
      .flatMap((side) => timersOf(state, state.clusters[side]))
      .filter(({ atMs }) => atMs <= nowMs)
      .sort((a, b) => a.atMs - b.atMs)[0];
    if (due === undefined) {
      state.settledMs = Math.max(state.settledMs, nowMs);
      return;
    }
    state.settledMs = Math.max(state.settledMs, due.atMs);
    due.fire();
    bury(state);
    refresh(state, state.settledMs);
  }
  throw new TypeError('the simulated world does not come to rest');
}
