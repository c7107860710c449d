import { nextMajor } from '../grammar/dialect.ts';
import { SqlError, uncategorized } from '../sql-error.ts';
import { newWork } from './frontier.ts';
import { addJob } from './jobs.ts';
import { type Cluster, findVc, type Job, jobOf, type SimState, type Stream, tenantText, type Us, us, type Vc } from './model.ts';
import type { StreamSource } from './source-uri.ts';
import { addReader, addVc } from './virtual-clusters.ts';

/** Options of a stream, read from the statement. Lengths in microseconds. */
export interface StreamOptions {
  readonly retentionUs: Us | null;
  readonly expirationUs: Us | null;
  readonly reader: boolean;
}

const defaultRetentionUs = 4 * 3_600_000_000;

/** The active version, which the binaries may be ahead of. */
const activeOf = ({ settings, dialect }: Cluster): number => Number(settings.get('version') ?? dialect.version);

/** A destination has to be as new as its source, or one upgrade ahead. */
function checkVersions(destination: Cluster, source: Cluster): void {
  if (Number(destination.dialect.version) < Number(source.dialect.version)) {
    throw uncategorized(
      `the source cluster version (${source.dialect.version}) is newer than the destination's (${destination.dialect.version})`,
    );
  }
  const [own, others] = [activeOf(destination), activeOf(source)];
  if (own < others) {
    throw uncategorized(`the active version of the source cluster (${others}) is newer than the destination's (${own})`);
  }
  if (own > nextMajor(others)) {
    throw uncategorized(
      `the active version of the destination cluster (${own}) is more than one upgrade ahead of the source's (${others})`,
    );
  }
}

function producerFor(state: SimState, source: StreamSource, atUs: Us): Job {
  const hours = source.cluster.dialect.expirationHours;
  return addJob(
    source.cluster,
    {
      type: 'REPLICATION STREAM PRODUCER',
      description: `History Retention for Physical Replication of ${source.vc.name}`,
      user: 'node',
      vcId: source.vc.id,
      windowUs: state.pace.expirationMs === null ? hours * 3_600_000_000 : us(state.pace.expirationMs),
    },
    atUs,
  );
}

interface Beginning {
  readonly description: string;
  readonly user: string;
  readonly workMs: number;
  readonly beginsAtUs: Us;
}

export function attach(
  state: SimState,
  cluster: Cluster,
  vc: Vc,
  source: StreamSource,
  options: StreamOptions,
  begin: Beginning,
  atUs: Us,
): Stream {
  const job = addJob(
    cluster,
    { type: 'REPLICATION STREAM INGESTION', description: begin.description, user: begin.user, vcId: vc.id },
    atUs,
  );
  const producer = producerFor(state, source, atUs);
  if (options.expirationUs !== null) producer.windowUs = options.expirationUs;
  producer.retainsFromUs = begin.beginsAtUs;
  vc.stream = newStream(state, source, begin, job, producer, options.retentionUs ?? defaultRetentionUs);
  // Bytes are copied: users, schedules and content come along, as the source has them.
  vc.users = source.vc.users;
  vc.finalized = source.vc.finalized;
  vc.schedules = source.vc.schedules.map((schedule) => ({ ...schedule }));
  vc.changefeeds = source.vc.changefeeds.map((feed) => ({ ...feed }));
  vc.epochs = source.vc.epochs;
  return vc.stream;
}

function newStream(state: SimState, source: StreamSource, begin: Beginning, job: Job, producer: Job, retentionUs: Us): Stream {
  return {
    sourceSide: source.cluster.side,
    sourceVcId: source.vc.id,
    sourceVcName: source.vc.name,
    uri: source.uri,
    shownUri: source.shownUri,
    jobId: job.id,
    producerId: producer.id,
    shownFromUs: job.createdUs + us(state.pace.acceptMs),
    originUs: begin.beginsAtUs,
    beginsAtUs: begin.beginsAtUs,
    retentionUs,
    phase: 'initializing',
    work: newWork(us(begin.workMs)),
    frontier: null,
    streamingSinceUs: null,
    failover: null,
    silentSinceUs: null,
    blockedSinceUs: null,
  };
}

/** A licence is one of an organization: both have to be set. */
function checkLicence({ dialect, settings }: Cluster): void {
  const isSet = (name: string): boolean => (settings.get(name) ?? '') !== '';
  if (!dialect.licensed || ['enterprise.license', 'cluster.organization'].every(isSet)) return;
  throw new SqlError('XXC02', 'use of CREATE VIRTUAL CLUSTER FROM REPLICATION requires an enterprise license');
}

export function checkSource(destination: Cluster, source: StreamSource): void {
  checkVersions(destination, source.cluster);
  for (const cluster of [destination, source.cluster]) checkLicence(cluster);
  if (source.vc.name === 'system' && source.cluster.settings.get('kv.rangefeed.enabled') !== 'true') {
    throw uncategorized('kv.rangefeed.enabled must be true to start a replication job');
  }
  if (source.vc.base !== 'ready')
    throw uncategorized(`${tenantText(source.vc)} is not ready to be replicated (data state ${source.vc.base})`);
}

/** CREATE VIRTUAL CLUSTER … FROM REPLICATION. */
export function createFromReplication(
  state: SimState,
  cluster: Cluster,
  name: string,
  source: StreamSource,
  options: StreamOptions,
  user: string,
  atUs: Us,
): Vc {
  checkSource(cluster, source);
  if (findVc(cluster, name) !== null) throw new SqlError('42710', `tenant with name "${name}" already exists`);
  const vc = addVc(cluster, name, atUs);
  // Who gives an older cluster a copy to serve has given up what is in its system virtual cluster.
  cluster.flat = false;
  const description = `CREATE VIRTUAL CLUSTER ${name} FROM REPLICATION OF ${source.vc.name} ON '${source.shownUri}'`;
  attach(state, cluster, vc, source, options, { description, user, workMs: state.pace.scanMs, beginsAtUs: atUs }, atUs);
  if (options.reader) addReader(cluster, vc, atUs);
  return vc;
}

/** The stream into a virtual cluster; without one there is nothing to pause, resume or complete. */
export function activeStream(vc: Vc): Stream {
  if (vc.stream === null) throw uncategorized(`${tenantText(vc)} does not have an active replication consumer job`);
  return vc.stream;
}

/** ALTER VIRTUAL CLUSTER … SET REPLICATION. */
export function setReplication(state: SimState, cluster: Cluster, vc: Vc, options: StreamOptions, atUs: Us): boolean {
  const stream = activeStream(vc);
  if (options.reader && (stream.phase !== 'streaming' || jobOf(cluster, stream.jobId).status !== 'running')) {
    throw new SqlError('55000', `cannot add a reader: ${tenantText(vc)} is not replicating`);
  }
  if (options.reader) addReader(cluster, vc, atUs);
  const producer = jobOf(state.clusters[stream.sourceSide], stream.producerId);
  const retentionUs = options.retentionUs ?? stream.retentionUs;
  const windowUs = options.expirationUs ?? producer.windowUs;
  const changed = options.reader || retentionUs !== stream.retentionUs || windowUs !== producer.windowUs;
  stream.retentionUs = retentionUs;
  producer.windowUs = windowUs;
  return changed;
}

/** SET REPLICATION SOURCE EXPIRATION WINDOW, on the source: every producer of the virtual cluster. */
export function setSourceExpiration(cluster: Cluster, vc: Vc, windowUs: Us): boolean {
  const producers = cluster.jobs.filter(
    (job) => job.type === 'REPLICATION STREAM PRODUCER' && job.vcId === vc.id && job.status === 'running',
  );
  if (producers.length === 0) throw uncategorized(`${tenantText(vc)} is not the source of a replication stream`);
  const changed = producers.some((job) => job.windowUs !== windowUs);
  for (const job of producers) {
    if (job.expiresUs !== null) job.expiresUs += windowUs - job.windowUs;
    job.windowUs = windowUs;
  }
  return changed;
}
