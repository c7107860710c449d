import { SqlError } from '../../sql-error.ts';
import { type Cluster, isDown, type Job, type SimState, type Us } from '../../state/model.ts';
import { followLdrUri } from '../statements/source.ts';
import { pauseWithError } from './lifecycle.ts';

/** A job that begins to run reads its connection anew; one that leads nowhere, or lets nobody in, makes it pause itself. */
export function pauseLdrWhenLockedOut(state: SimState, cluster: Cluster, job: Job, atUs: Us): void {
  const ldr = state.ldr.jobs.find(({ side, jobId }) => side === cluster.side && jobId === job.id);
  // One that can't reach its source tries for a while.
  if (ldr === undefined || !state.linkUp || isDown(state.clusters[ldr.sourceSide])) return;
  try {
    const { cluster: source } = followLdrUri(state, cluster, ldr.uri, false);
    if (source.side !== ldr.sourceSide) pauseWithError(job, 'the address leads to another cluster', atUs);
  } catch (cause) {
    if (!(cause instanceof SqlError)) throw cause;
    pauseWithError(job, cause.message, atUs);
  }
}
