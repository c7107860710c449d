import type { SimSide } from '../contract.ts';
import { simSides } from '../contract.ts';
import { refreshLdr } from '../ldr/state/lifecycle.ts';
import { moveFrontier, moveWork } from './frontier.ts';
import { isWorking } from './jobs.ts';
import { type Cluster, isDown, jobOf, type SimState, type Stream, type Us, type Vc } from './model.ts';
import { timersOf } from './timers.ts';

/** Guards against a world that never comes to rest: more than a year's worth of events. */
const mostEvents = 100_000;

/** Binaries that are older than a virtual cluster's active version refuse to start its SQL, whatever its service mode says. */
export const canStart = (cluster: Cluster, vc: Vc): boolean =>
  vc.goneUs === null && vc.base === 'ready' && vc.service === 'shared' && Number(vc.finalized.version) <= Number(cluster.dialect.version);

/** True when an application could write on this side: a ready virtual cluster with its service on, in a region that is alive. */
export const isWritable = (cluster: Cluster): boolean =>
  !isDown(cluster) && (cluster.flat || cluster.vcs.some((vc) => vc.id > 2 && vc.readerOf === null && canStart(cluster, vc)));

function noteWritable(state: SimState, side: SimSide, atUs: Us): void {
  const open = state.writable.find((interval) => interval.side === side && interval.toUs === null);
  const writable = isWritable(state.clusters[side]);
  if (writable && open === undefined) state.writable.push({ side, fromUs: atUs, toUs: null });
  if (!writable && open !== undefined) open.toUs = atUs;
}

const isLinked = (state: SimState, cluster: Cluster, source: Cluster): boolean => (state.linkUp || source === cluster) && !isDown(source);

/** When something began: kept while it lasts, null when it doesn't. */
const since = (lasts: boolean, beganUs: Us | null, atUs: Us): Us | null => (lasts ? (beganUs ?? atUs) : null);

function refreshStream(state: SimState, cluster: Cluster, stream: Stream, atUs: Us): void {
  const source = state.clusters[stream.sourceSide];
  const working = isWorking(jobOf(cluster, stream.jobId)) && !isDown(cluster);
  const linked = isLinked(state, cluster, source);
  const failingOver = stream.phase === 'failing-over';
  const fed = working && linked && jobOf(source, stream.producerId).status === 'running';
  stream.silentSinceUs = since(!failingOver && !(working && linked), stream.silentSinceUs, atUs);
  stream.blockedSinceUs = since(!failingOver && working && !fed, stream.blockedSinceUs, atUs);
  if (stream.work !== null) moveWork(stream.work, failingOver ? working && !cluster.revertStuck : fed, atUs);
  moveFrontier(stream, fed && !failingOver && !cluster.catchUpStuck, atUs, state.pace);
}

/** Brings everything that follows from the facts into line with them. Call it after each change of a fact. */
export function refresh(state: SimState, atUs: Us): void {
  refreshLdr(state, atUs);
  for (const side of simSides) {
    const cluster = state.clusters[side];
    for (const vc of cluster.vcs) if (vc.stream !== null) refreshStream(state, cluster, vc.stream, atUs);
    noteWritable(state, side, atUs);
  }
}

/** Lets everything that is due by `nowUs` happen, in order, each at its own moment. */
export function settle(state: SimState, nowUs: Us): void {
  for (let events = 0; events < mostEvents; events += 1) {
    const due = simSides
      .flatMap((side) => timersOf(state, state.clusters[side]))
      .filter((timer) => timer.atUs <= nowUs)
      .sort((a, b) => a.atUs - b.atUs)[0];
    if (due === undefined) {
      state.settledUs = Math.max(state.settledUs, nowUs);
      return;
    }
    state.settledUs = Math.max(state.settledUs, due.atUs);
    due.fire();
    refresh(state, state.settledUs);
  }
  throw new TypeError('the simulated world does not come to rest');
}
