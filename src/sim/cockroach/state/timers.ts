import { endLdrOf, ldrTimers } from '../ldr/state/lifecycle.ts';
import { pauseLdrWhenLockedOut } from '../ldr/state/lock-out.ts';
import { SqlError } from '../sql-error.ts';
import { reachesAt } from './frontier.ts';
import { addJob, setJob } from './jobs.ts';
import { cancelDone, failStream, finishInitializing, finishRevert, startReverting } from './milestones.ts';
import { type Cluster, isDown, type Job, jobOf, type SimState, type Stream, terminalJobStates, type Us, us, type Vc } from './model.ts';
import { resolveSource } from './source-uri.ts';

/** Something that will happen at a known moment unless a statement or a fault changes the facts first. */
export interface Timer {
  readonly atUs: Us;
  fire(): void;
}

const workTimer = (stream: Stream, fire: (atUs: Us) => void): Timer[] => {
  const { work } = stream;
  if (work?.sinceUs == null) return [];
  const atUs = work.sinceUs + work.leftUs;
  return [{ atUs, fire: () => fire(atUs) }];
};

function failoverTimer(state: SimState, cluster: Cluster, vc: Vc, stream: Stream): Timer[] {
  const { failover } = stream;
  const job = jobOf(cluster, stream.jobId);
  if (failover === null || stream.phase !== 'streaming' || job.status !== 'running' || job.change !== null) return [];
  const reached = reachesAt(stream, failover.targetUs, state.settledUs, state.pace);
  if (reached === null) return [];
  const atUs = Math.max(reached, failover.earliestUs, state.settledUs);
  return [{ atUs, fire: () => startReverting(state, cluster, vc, stream, atUs) }];
}

/** A job that can't reach its source pauses itself in the end. */
function giveUpTimer(state: SimState, cluster: Cluster, stream: Stream): Timer[] {
  if (stream.blockedSinceUs === null) return [];
  const job = jobOf(cluster, stream.jobId);
  const atUs = stream.blockedSinceUs + us(state.pace.giveUpMs);
  const fire = (): void => setPaused(job, 'the producer on the source cluster does not answer', atUs);
  return job.status === 'running' ? [{ atUs, fire }] : [];
}

/** A producer that hears nothing of its consumer gives its history up. */
function expiryTimer(state: SimState, stream: Stream): Timer[] {
  const producer = jobOf(state.clusters[stream.sourceSide], stream.producerId);
  if (stream.silentSinceUs === null || producer.status !== 'running') return [];
  const atUs = stream.silentSinceUs + producer.windowUs;
  const fire = (): void => {
    setJob(producer, 'failed', atUs);
    producer.error = `replication stream ${producer.id} timed out`;
  };
  return [{ atUs, fire }];
}

function streamTimers(state: SimState, cluster: Cluster, vc: Vc): Timer[] {
  const { stream } = vc;
  if (stream === null) return [];
  const byPhase: Readonly<Record<Stream['phase'], () => Timer[]>> = {
    initializing: () => workTimer(stream, (atUs) => finishInitializing(stream, atUs)),
    streaming: () => failoverTimer(state, cluster, vc, stream),
    'failing-over': () => workTimer(stream, (atUs) => finishRevert(state, cluster, vc, stream, atUs)),
  };
  const next = byPhase[stream.phase]();
  // A promotion whose time is reached needs no source any more, so the job no longer minds that it is gone.
  const promoted = stream.phase === 'streaming' && next.length > 0;
  return [...next, ...(promoted ? [] : giveUpTimer(state, cluster, stream)), ...expiryTimer(state, stream)];
}

function vcTimers(state: SimState, cluster: Cluster, vc: Vc): Timer[] {
  const timers: Timer[] = [];
  const { serviceChange, goneUs } = vc;
  if (serviceChange !== null) {
    const fire = (): void => {
      vc.service = serviceChange.to;
      vc.serviceChange = null;
    };
    timers.push({ atUs: serviceChange.atUs, fire });
  }
  if (goneUs !== null) timers.push({ atUs: goneUs, fire: () => removeVc(cluster, vc, goneUs) });
  const main = vc.readerOf === null || vc.base === 'ready' ? null : cluster.vcs.find((candidate) => candidate.id === vc.readerOf);
  if (main?.stream?.streamingSinceUs != null && vc.goneUs === null) {
    const atUs = Math.max(main.stream.streamingSinceUs, vc.createdUs) + us(state.pace.readerMs);
    const fire = (): void => {
      vc.base = 'ready';
      vc.service = 'shared';
      vc.serviceUpUs = cluster.readerStuck ? Number.POSITIVE_INFINITY : atUs;
    };
    timers.push({ atUs, fire });
  }
  return timers;
}

function removeVc(cluster: Cluster, vc: Vc, atUs: Us): void {
  cluster.vcs.splice(cluster.vcs.indexOf(vc), 1);
  addJob(cluster, { type: 'SCHEMA CHANGE GC', description: `GC for tenant ${vc.id}`, user: 'node', vcId: vc.id }, atUs);
}

function changeTimer(state: SimState, cluster: Cluster, job: Job): Timer[] {
  const { change } = job;
  if (change === null) return [];
  const { atUs, to } = change;
  const fire = (): void => {
    setJob(job, to, atUs);
    if (to === 'reverting') job.change = { to: 'canceled', atUs: atUs + us(state.pace.cancelMs / 2) };
    if (to === 'canceled') {
      cancelDone(state, cluster, job, atUs);
      endLdrOf(state, cluster, job);
    }
    if (to === 'running') {
      failWhenHistoryIsGone(state, cluster, job, atUs);
      pauseWhenLockedOut(state, cluster, job, atUs);
      pauseLdrWhenLockedOut(state, cluster, job, atUs);
    }
  };
  return [{ atUs, fire }];
}

/** A consumer whose producer has ended can't go on, unless all that is left to do is to fail over. */
function failWhenHistoryIsGone(state: SimState, cluster: Cluster, job: Job, atUs: Us): void {
  const vc = cluster.vcs.find((candidate) => candidate.stream?.jobId === job.id);
  if (vc?.stream == null || vc.stream.failover !== null || vc.stream.phase === 'failing-over') return;
  const producer = jobOf(state.clusters[vc.stream.sourceSide], vc.stream.producerId);
  if (producer.status === 'running') return;
  failStream(cluster, vc, `replication job ${producer.id} must be running (is ${producer.status}) to resume replication`, atUs);
}

/** A job that begins to run reads its address anew; one that leads nowhere, or lets nobody in, makes it pause itself. */
function pauseWhenLockedOut(state: SimState, cluster: Cluster, job: Job, atUs: Us): void {
  const stream = cluster.vcs.find((candidate) => candidate.stream?.jobId === job.id)?.stream;
  // One that can't reach its source tries for a while; see `giveUpTimer`.
  if (stream == null || stream.failover !== null || !state.linkUp || isDown(state.clusters[stream.sourceSide])) return;
  try {
    const { cluster: source } = resolveSource(state, cluster, stream.uri, stream.sourceVcName);
    if (source.side === stream.sourceSide) return;
    setPaused(job, 'the address leads to another cluster', atUs);
  } catch (cause) {
    if (!(cause instanceof SqlError)) throw cause;
    setPaused(job, cause.message, atUs);
  }
}

function setPaused(job: Job, why: string, atUs: Us): void {
  setJob(job, 'paused', atUs);
  job.runningStatus = `ingestion job failed (${why}) but is being paused`;
}

function jobTimers(state: SimState, cluster: Cluster, job: Job): Timer[] {
  const { expiresUs } = job;
  const expiry =
    expiresUs === null || terminalJobStates.has(job.status) ? [] : [{ atUs: expiresUs, fire: () => setJob(job, 'succeeded', expiresUs) }];
  return [...expiry, ...changeTimer(state, cluster, job)];
}

/** Everything that is going to happen by itself on one cluster. A dead cluster does nothing until it is back. */
export function timersOf(state: SimState, cluster: Cluster): readonly Timer[] {
  if (isDown(cluster)) return [];
  return [
    ...cluster.vcs.flatMap((vc) => [...streamTimers(state, cluster, vc), ...vcTimers(state, cluster, vc)]),
    ...cluster.jobs.flatMap((job) => jobTimers(state, cluster, job)),
    ...ldrTimers(state, cluster),
  ];
}
