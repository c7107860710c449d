import type { Cluster, SimState, Stream, Us, Vc } from './model.ts';
import { jobOf, us } from './model.ts';

function streamStatus(state: SimState, cluster: Cluster, stream: Stream, atUs: Us): string {
  const { word } = cluster.dialect;
  const job = jobOf(cluster, stream.jobId);
  if (atUs < stream.shownFromUs) return 'add';
  if (job.status === 'paused' || job.change?.to === 'running') return 'replication paused';
  if (stream.phase === 'failing-over') return word === 'cutover' ? 'replication cutting over' : 'replication failing over';
  if (stream.failover !== null) return `replication pending ${word}`;
  if (stream.blockedSinceUs !== null && atUs >= stream.blockedSinceUs + us(state.pace.retryAfterMs)) return 'replication error';
  return stream.phase === 'initializing' ? 'initializing replication' : 'replicating';
}

/** What SHOW calls data_state, or status. */
export function statusOf(state: SimState, cluster: Cluster, vc: Vc, atUs: Us): string {
  if (vc.goneUs !== null) return 'dropping';
  return vc.stream === null ? vc.base : streamStatus(state, cluster, vc.stream, atUs);
}
