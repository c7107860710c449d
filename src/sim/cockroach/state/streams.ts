import { SqlError, uncategorized } from '../sql-error.ts';
import { hlcText, usOfHlc } from '../values/hlc.ts';
import { newWork } from './frontier.ts';
import { addJob } from './jobs.ts';
import {
  type Cluster,
  findVc,
  type Job,
  jobOf,
  type SimState,
  type Stream,
  sourceIdOf,
  tenantText,
  type Us,
  us,
  type Vc,
} from './model.ts';
import type { StreamSource } from './source-uri.ts';

/** Options of a stream, read from the statement. Lengths in microseconds. */
export interface StreamOptions {
  readonly retentionUs: Us | null;
  readonly expirationUs: Us | null;
  readonly reader: boolean;
}

const defaultRetentionUs = 4 * 3_600_000_000;

/** A new virtual cluster record with the next id. */
export function addVc(cluster: Cluster, name: string, atUs: Us, readerOf: number | null = null): Vc {
  const vc: Vc = {
    id: cluster.nextVcId,
    name,
    base: 'add',
    service: 'none',
    serviceUpUs: Number.POSITIVE_INFINITY,
    serviceChange: null,
    goneUs: null,
    createdUs: atUs,
    readerOf,
    stream: null,
    prior: null,
    finalized: { version: cluster.settings.get('version') ?? cluster.dialect.version },
    users: new Map(),
    schedules: [],
    epochs: [],
    capabilities: new Set(),
  };
  cluster.nextVcId += 1;
  cluster.vcs.push(vc);
  return vc;
}

/** Adds the reader of a virtual cluster. */
export function addReader(cluster: Cluster, vc: Vc, atUs: Us): void {
  const name = `${vc.name}-readonly`;
  if (findVc(cluster, name) !== null) throw new SqlError('42710', `tenant with name "${name}" already exists`);
  const reader = addVc(cluster, name, atUs, vc.id);
  reader.users = vc.users;
}

function checkVersions(destination: Cluster, source: Cluster): void {
  if (Number(destination.dialect.version) < Number(source.dialect.version)) {
    throw uncategorized(
      `the source cluster version (${source.dialect.version}) is newer than the destination's (${destination.dialect.version})`,
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

function attach(
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

function checkSource(destination: Cluster, source: StreamSource): void {
  checkVersions(destination, source.cluster);
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

/** The time to which a virtual cluster must be rewound before it can follow that source. */
function divergence(cluster: Cluster, vc: Vc, source: StreamSource): Us {
  if (source.vc.prior?.sourceId === sourceIdOf(cluster, vc.id)) return usOfHlc(source.vc.prior.activation);
  if (vc.prior?.sourceId === sourceIdOf(source.cluster, source.vc.id)) return usOfHlc(vc.prior.activation);
  const identities = [source.vc.prior?.sourceId, vc.prior?.sourceId];
  throw uncategorized(
    `cannot reconfigure existing tenant to replicate from specified source: it was neither previously replicating from this source ` +
      `(${sourceIdOf(source.cluster, source.vc.id)}) nor was this source previously replicating from it (known: ${identities.map((id) => id ?? 'none').join(', ')})`,
  );
}

function checkHistory(vc: Vc, source: StreamSource, fromUs: Us): void {
  const producers = source.cluster.jobs.filter(
    (job) => job.type === 'REPLICATION STREAM PRODUCER' && job.vcId === source.vc.id && job.status === 'running',
  );
  const oldest = Math.min(...producers.map((job) => job.retainsFromUs));
  if (producers.length > 0 && oldest <= fromUs) return;
  const at = hlcText({ ns: BigInt(fromUs) * 1000n, logical: 0 });
  const why =
    producers.length === 0
      ? `no history is retained by ${source.cluster.jobs.filter((job) => job.type === 'REPLICATION STREAM PRODUCER').length} producer jobs`
      : `history retained since ${hlcText({ ns: BigInt(oldest) * 1000n, logical: 0 })}`;
  throw uncategorized(`cannot resume replication into tenant "${vc.name}" by reverting to ${at} (${why})`);
}

/** Refuses START REPLICATION for a virtual cluster that serves or is not ready. */
export function checkRestartable(vc: Vc): void {
  if (vc.service !== 'none') {
    throw new SqlError('55000', `cannot start replication for ${tenantText(vc)} in service mode ${vc.service}; service mode must be none`);
  }
  if (vc.stream !== null || vc.base !== 'ready') {
    throw new SqlError(
      '55000',
      `cannot start replication for ${tenantText(vc)} in state add (is replication or a restore already running?)`,
    );
  }
}

/** ALTER VIRTUAL CLUSTER … START REPLICATION OF: the old primary is rewound and follows. */
export function startReplication(
  state: SimState,
  cluster: Cluster,
  vc: Vc,
  source: StreamSource,
  options: StreamOptions,
  user: string,
  atUs: Us,
): void {
  checkSource(cluster, source);
  const fromUs = divergence(cluster, vc, source);
  checkHistory(vc, source, fromUs);
  const description = `ALTER VIRTUAL CLUSTER ${vc.name} START REPLICATION OF ${source.vc.name} ON '${source.shownUri}'`;
  vc.base = 'add';
  attach(state, cluster, vc, source, options, { description, user, workMs: state.pace.rewindMs, beginsAtUs: fromUs }, atUs);
  if (options.reader) addReader(cluster, vc, atUs);
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
