import { newWork } from './frontier.ts';
import { addJob, setJob } from './jobs.ts';
import { type Cluster, type Job, jobOf, type SimState, type Stream, sourceIdOf, type Us, us, type Vc } from './model.ts';

const hourUs = 3_600_000_000;

/** The initial scan, or the rewind of a failback, has ended. */
export function finishInitializing(stream: Stream, atUs: Us): void {
  stream.phase = 'streaming';
  stream.work = null;
  stream.streamingSinceUs = atUs;
  stream.frontier = { replicatedUs: stream.beginsAtUs, movingSinceUs: null };
}

/** The target time is reached: from here on it can't be changed. */
export function startReverting(state: SimState, cluster: Cluster, vc: Vc, stream: Stream, atUs: Us): void {
  stream.phase = 'failing-over';
  stream.work = newWork(us(state.pace.revertMs));
  const destroysReader = cluster.dialect.failoverAlwaysDropsReader || stream.failover?.latest === false;
  for (const reader of cluster.vcs.filter((candidate) => candidate.readerOf === vc.id && destroysReader)) {
    reader.service = 'none';
    reader.goneUs = atUs + us(state.pace.dropMs);
  }
}

/** The virtual cluster is its own master now. History is kept for a failback, on both sides. */
export function finishRevert(state: SimState, cluster: Cluster, vc: Vc, stream: Stream, atUs: Us): void {
  const { failover } = stream;
  if (failover === null) throw new TypeError(`${vc.name} reverted without a failover time`);
  const source = state.clusters[stream.sourceSide];
  setJob(jobOf(cluster, stream.jobId), 'succeeded', atUs);
  const producer = jobOf(source, stream.producerId);
  if (producer.status === 'running') producer.expiresUs = atUs + producer.windowUs;
  vc.stream = null;
  vc.base = 'ready';
  vc.finalized = { ...vc.finalized };
  vc.prior = { sourceId: sourceIdOf(source, stream.sourceVcId), activation: failover.target };
  vc.epochs = [
    ...vc.epochs.filter((epoch) => epoch.fromUs < failover.targetUs),
    { fromUs: failover.targetUs, writer: `${cluster.uuid}@${atUs}` },
  ];
  for (const schedule of vc.schedules) if (pausesAlone(cluster, schedule)) schedule.status = 'PAUSED';
  for (const feed of vc.changefeeds) if (feed.status === 'running') feed.status = 'failed';
  const description = `History Retention for Physical Replication of ${vc.name}`;
  const retention = addJob(cluster, { type: 'REPLICATION STREAM PRODUCER', description, user: 'node', vcId: vc.id }, atUs);
  retention.retainsFromUs = failover.targetUs;
  retention.expiresUs = atUs + 24 * hourUs;
  state.promotions.push({ side: cluster.side, sourceSide: stream.sourceSide, activationUs: failover.targetUs, atUs });
}

/** Up to 24.1 a schedule of changefeeds goes on as if nothing had happened, beside the one of the old primary. */
const pausesAlone = ({ dialect }: Cluster, { command }: Vc['schedules'][number]): boolean =>
  Number(dialect.version) >= 24.2 || !/^create changefeed/i.test(command);

/** The stream has ended without a promotion: what it brought is of no use any more. */
function abandon(vc: Vc): void {
  vc.stream = null;
  vc.base = 'add';
}

/** Ends a stream's consumer with an error. */
export function failStream(cluster: Cluster, vc: Vc, error: string, atUs: Us): void {
  if (vc.stream === null) return;
  const job = jobOf(cluster, vc.stream.jobId);
  setJob(job, 'failed', atUs);
  job.error = error;
  abandon(vc);
}

/** A cancelled consumer leaves its virtual cluster useless, and its producer learns of it a while later. */
export function cancelDone(state: SimState, cluster: Cluster, job: Job, atUs: Us): void {
  const vc = cluster.vcs.find((candidate) => candidate.stream?.jobId === job.id);
  if (vc?.stream == null) return;
  releaseProducer(state, vc.stream, atUs);
  abandon(vc);
}

/** Tells the producer that its consumer has ended; it fails when it hears of it. */
export function releaseProducer(state: SimState, stream: Stream, atUs: Us): void {
  const producer = jobOf(state.clusters[stream.sourceSide], stream.producerId);
  if (producer.status !== 'running') return;
  producer.change = { to: 'failed', atUs: atUs + us(state.pace.producerNoticeMs) };
  producer.error = 'destination cluster job finished unsuccessfully';
}
