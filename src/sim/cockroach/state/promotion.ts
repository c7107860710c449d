import { SqlError, uncategorized } from '../sql-error.ts';
import { type Hlc, hlcOfUs, hlcText, usOfHlc } from '../values/hlc.ts';
import { replicatedAt, retainedAt } from './frontier.ts';
import { cancelJob, resumeJob, setJob } from './jobs.ts';
import { releaseProducer } from './milestones.ts';
import { type Cluster, jobOf, type SimState, tenantText, type Us, us, type Vc } from './model.ts';
import { activeStream } from './streams.ts';

/** COMPLETE REPLICATION; `to: null` is LATEST. Returns the effective time and works with the source gone. */
export function completeReplication(state: SimState, cluster: Cluster, vc: Vc, to: Hlc | null, atUs: Us): Hlc {
  const stream = activeStream(vc);
  if (stream.phase === 'failing-over' && stream.failover !== null) {
    throw uncategorized(`job ${stream.jobId} already started cutting over to timestamp ${hlcText(stream.failover.target)}`);
  }
  const replicated = replicatedAt(stream, atUs, state.pace);
  const retained = retainedAt(stream, atUs, state.pace);
  if (replicated === null || retained === null) {
    throw uncategorized(`replicated ${tenantText(vc)} has not yet recorded a retained timestamp`);
  }
  const target = to ?? hlcOfUs(replicated);
  if (usOfHlc(target) < retained) {
    throw uncategorized(`cutover time ${hlcText(target)} is before earliest safe cutover time ${hlcText(hlcOfUs(retained))}`);
  }
  const job = jobOf(cluster, stream.jobId);
  if (job.status === 'pause-requested') throw uncategorized(`job with ${cluster.dialect.jobStateWord} pause-requested cannot be resumed`);
  if (job.status === 'paused') resumeJob(state, cluster, job, atUs);
  stream.failover = { target, targetUs: usOfHlc(target), latest: to === null, earliestUs: atUs + us(state.pace.failoverWaitMs) };
  return target;
}

/** START SERVICE. Returns false when it runs already. */
export function startService(state: SimState, vc: Vc, mode: 'shared' | 'external', atUs: Us): boolean {
  if (vc.id === 1) throw new SqlError('22023', 'cannot change the service mode of the system tenant');
  if (vc.service === mode && vc.serviceChange === null) return false;
  if (vc.serviceChange !== null) throw new SqlError('55000', `${tenantText(vc)} is being stopped`);
  if (vc.service !== 'none') {
    throw new SqlError('55000', `cannot change service mode ${vc.service} to ${mode} directly`, {
      hint: 'Use ALTER VIRTUAL CLUSTER STOP SERVICE before changing the service mode.',
    });
  }
  if (vc.base !== 'ready') throw new SqlError('55000', `cannot use tenant service mode ${mode} with data state add`);
  vc.service = mode;
  vc.serviceUpUs = atUs + us(state.pace.serviceMs);
  return true;
}

/** STOP SERVICE. Returns false when there is none. */
export function stopService(state: SimState, cluster: Cluster, vc: Vc, atUs: Us): boolean {
  if (vc.id === 1) throw new SqlError('22023', 'cannot change the service mode of the system tenant');
  if (vc.service === 'none' || vc.serviceChange !== null) return false;
  const target = 'server.controller.default_target_cluster';
  const checked = cluster.dialect.checksDefaultTarget && cluster.settings.get(`${target}.check_service.enabled`) !== 'false';
  if (checked && cluster.settings.get(target) === vc.name) {
    throw new SqlError('55000', 'cannot stop service while virtual cluster is selected as default', {
      hint: `Update the cluster setting "${target}" to a different value.`,
    });
  }
  vc.serviceChange = { to: 'none', atUs: atUs + us(state.pace.serviceMs) };
  return true;
}

/** DROP VIRTUAL CLUSTER: ends its stream, frees its name at once. */
export function dropVc(state: SimState, cluster: Cluster, vc: Vc, atUs: Us): void {
  if (vc.id === 1) throw new SqlError('22023', 'cannot drop the system tenant');
  if (vc.service !== 'none') throw new SqlError('55000', `cannot drop ${tenantText(vc)} in service mode ${vc.service}`);
  if (vc.stream !== null) {
    const job = jobOf(cluster, vc.stream.jobId);
    cancelJob(state, cluster, job, atUs);
    setJob(job, 'canceled', atUs);
    releaseProducer(state, vc.stream, atUs);
    vc.stream = null;
    vc.base = 'add';
  }
  for (const producer of cluster.jobs.filter((job) => job.type === 'REPLICATION STREAM PRODUCER' && job.vcId === vc.id)) {
    if (producer.status === 'running') setJob(producer, 'failed', atUs);
  }
  vc.goneUs = atUs + us(state.pace.dropMs);
}
