import { SqlError } from '../sql-error.ts';
import { type Cluster, type Job, type JobStatus, type JobType, type SimState, terminalJobStates, type Us, us } from './model.ts';

/** Creates a running job with the next id, which looks like the product's: 18 or 19 digits, only growing. */
export function addJob(
  cluster: Cluster,
  of: { type: JobType; description: string; user: string; vcId: number; home?: number; windowUs?: Us },
  atUs: Us,
): Job {
  const job: Job = {
    id: String(cluster.nextJobId),
    type: of.type,
    description: of.description,
    user: of.user,
    vcId: of.vcId,
    home: of.home ?? 1,
    createdUs: atUs,
    status: 'running',
    runningStatus: null,
    error: '',
    finishedUs: null,
    modifiedUs: atUs,
    change: null,
    windowUs: of.windowUs ?? 0,
    expiresUs: null,
    retainsFromUs: atUs,
  };
  // An odd stride: neighbours differ in their last digits, where a number that lost precision shows.
  cluster.nextJobId += 1_048_577n * 3n;
  cluster.jobs.push(job);
  return job;
}

/** Moves a job on at once; a terminal status also ends it. */
export function setJob(job: Job, status: JobStatus, atUs: Us): void {
  job.status = status;
  job.modifiedUs = atUs;
  job.change = null;
  if (terminalJobStates.has(status)) {
    job.finishedUs = atUs;
    job.expiresUs = null;
  }
}

const illegal = (cluster: Cluster, job: Job, action: 'paused' | 'canceled'): SqlError =>
  new SqlError('55000', `job with ${cluster.dialect.jobStateWord} ${job.status} cannot be requested to be ${action}`);

/** PAUSE: returns false when it is paused, or about to be. */
export function pauseJob(state: SimState, cluster: Cluster, job: Job, reason: string | null, atUs: Us): boolean {
  if (job.status === 'paused' || job.status === 'pause-requested') return false;
  if (job.status !== 'running') throw illegal(cluster, job, 'paused');
  setJob(job, 'pause-requested', atUs);
  if (reason !== null && cluster.dialect.tellsWhyPaused) job.runningStatus = `pausing: ${reason}`;
  job.change = { to: 'paused', atUs: atUs + us(state.pace.pauseMs) };
  return true;
}

/** RESUME: returns false when it runs. A job that is still on its way to `paused` refuses. */
export function resumeJob(state: SimState, cluster: Cluster, job: Job, atUs: Us): boolean {
  if (job.status === 'running') return false;
  if (job.status !== 'paused') {
    throw new SqlError('XXUUU', `job with ${cluster.dialect.jobStateWord} ${job.status} cannot be resumed`);
  }
  setJob(job, 'running', atUs);
  job.runningStatus = null;
  job.change = { to: 'running', atUs: atUs + us(state.pace.resumeMs) };
  return true;
}

/** CANCEL: returns false when a cancellation is under way. */
export function cancelJob(state: SimState, cluster: Cluster, job: Job, atUs: Us): boolean {
  if (['cancel-requested', 'reverting', 'canceled'].includes(job.status)) return false;
  if (terminalJobStates.has(job.status)) throw illegal(cluster, job, 'canceled');
  setJob(job, 'cancel-requested', atUs);
  job.change = { to: 'reverting', atUs: atUs + us(state.pace.cancelMs / 2) };
  return true;
}

/** True while the job does its work: not while it waits to be picked up again. */
export const isWorking = (job: Job): boolean =>
  (job.status === 'running' && job.change?.to !== 'running') || job.status === 'pause-requested' || job.status === 'cancel-requested';
