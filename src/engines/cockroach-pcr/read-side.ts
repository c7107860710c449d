import { isFault } from '../../domain/faults.ts';
import { scrub } from '../../transports/scrub.ts';
import type { SqlConnect, SqlRow, SqlSession } from '../../transports/sql.ts';
import type { ClusterAddress } from '../cockroach/address.ts';
import { deafBy, notUnderstood } from '../cockroach/deaf.ts';
import { ingestionJob, isOver, type Job, producerJob, readReplicationJobs } from '../cockroach/jobs.ts';
import { readNow } from '../cockroach/now.ts';
import { columnOf, firstValue, systemInterface, withSystem } from '../cockroach/session.ts';
import { type Micros, microsOfHlc, microsOfTimestamp } from '../cockroach/times.ts';
import { releaseOf } from '../cockroach/version.ts';
import type { EngineIo } from '../engine.ts';
import { type ReaderView, type ReadSide, readerName, type SideRead, type VirtualClusterView } from './detail.ts';
import { questions } from './reads.ts';

export interface VirtualClusterReading {
  readonly now: Micros;
  readonly vc: VirtualClusterView | null;
  readonly jobs: readonly Job[];
  readonly reader: ReaderView | null;
  /** Virtual clusters of other names into which applications can come. */
  readonly besides: readonly { readonly id: string; readonly name: string }[];
}

/** The same, where nothing that is decided goes by jobs: a busy cluster may take long to list them. */
export interface Glance extends Omit<VirtualClusterReading, 'jobs'> {
  /** Null when they were not told in time. */
  readonly jobs: readonly Job[] | null;
}

/** Reads everything there is to know of one side. A side that can't be asked is an answer, not a Fault; only the caller's own end throws. */
export async function readSide(connect: SqlConnect, address: ClusterAddress, name: string, io: EngineIo): Promise<SideRead> {
  try {
    return await withSystem(connect, address, io, (session) => readWhole(session, address.cluster, name));
  } catch (cause) {
    if (!isFault(cause) || io.signal.aborted) throw cause;
    return deafBy(cause);
  }
}

/** The same in a session that is there. Throws a Fault. */
export async function readWhole(session: SqlSession, cluster: string, name: string): Promise<ReadSide> {
  const version = firstValue(await session.read(questions.release));
  const release = releaseOf(version ?? '');
  if (release === null) throw notUnderstood(cluster, 'version', version);
  const activeVersion = firstValue(await session.read(questions.activeVersion)) ?? '';
  const defaultTarget = firstValue(await session.read(questions.defaultTarget)) ?? '';
  const { now, vc, jobs, reader, besides } = await glanceAt(session, cluster, name);
  const { history, producers } = historyOf(name, jobs);
  return {
    kind: 'read',
    release,
    activeVersion,
    now: String(now),
    defaultTarget,
    vc,
    history,
    reader,
    producers,
    ...(vc === null && besides.length > 0 ? { besides: [...besides] } : {}),
  };
}

/** What a side keeps of the past for the other one. */
export interface HistoryRead {
  readonly kind: 'read';
  readonly history: ReadSide['history'];
  readonly producers: NonNullable<ReadSide['producers']>;
}

/** `jobs`: null when they were not told in time. */
export function historyOf(name: string, jobs: readonly Job[] | null): HistoryRead {
  const own = producersOf(name, jobs ?? []);
  const producers = own.map(({ id, status, created }) => ({ id, status, created: digitsOf(created) }));
  return { kind: 'read', history: jobs === null ? 'untold' : historyIn(own), producers };
}

/** Reads what one virtual cluster is doing now. Throws a Fault. */
export async function readVirtualCluster(session: SqlSession, cluster: string, name: string): Promise<VirtualClusterReading> {
  const { view, ...rest } = await readStates(session, cluster, name);
  const jobs = await readReplicationJobs(session);
  return { ...rest, vc: view(jobs), jobs };
}

/** The same without jobs when they come too late: the session is over then, so they are asked last. Throws a Fault. */
export async function glanceAt(session: SqlSession, cluster: string, name: string): Promise<Glance> {
  const { view, ...rest } = await readStates(session, cluster, name);
  const jobs = await readReplicationJobs(session).catch(unlessLate);
  return { ...rest, vc: view(jobs ?? []), jobs };
}

function unlessLate(cause: unknown): null {
  if (isFault(cause) && cause.code === 'deadline-passed') return null;
  throw cause;
}

/** All but the jobs. */
async function readStates(session: SqlSession, cluster: string, name: string) {
  const all = await session.read(questions.virtualClusters);
  const plain = rowOf(all, name);
  const stream = plain === undefined ? {} : await readStream(session, name);
  const now = await readNow(session, cluster);
  const view = (jobs: readonly Job[]) => (plain === undefined ? null : viewOf(cluster, name, plain, stream, jobs));
  return { now, reader: readerIn(all, name), besides: besidesIn(all, name), view };
}

/** A drop frees the name at once, so that a new one may stand beside one that is being dropped. */
function rowOf(all: readonly SqlRow[], name: string): SqlRow | undefined {
  const rows = all.filter((row) => row['name'] === name);
  return rows.find((row) => row['data_state'] !== 'dropping') ?? rows[0];
}

/** What the list of virtual clusters alone tells of one; null when it is not among them. */
export function standIn(all: readonly SqlRow[], cluster: string, name: string): VirtualClusterView | null {
  const plain = rowOf(all, name);
  return plain === undefined ? null : viewOf(cluster, name, plain, {}, []);
}

/** A reader that is being dropped has lost its name already. */
function readerIn(rows: readonly SqlRow[], name: string): ReaderView | null {
  const row = rows.find((candidate) => candidate['name'] === readerName(name) && candidate['data_state'] !== 'dropping');
  return row === undefined ? null : { status: row['data_state'] ?? '', service: row['service_mode'] ?? '', id: row['id'] ?? '' };
}

const besidesIn = (rows: readonly SqlRow[], name: string) =>
  rows
    .filter((row) => row['data_state'] === 'ready' && row['service_mode'] !== 'none')
    .map((row) => ({ id: row['id'] ?? '', name: row['name'] ?? '' }))
    .filter((row) => ![name, readerName(name), systemInterface].includes(row.name));

/** 23.2 does not know prior details (42601): it is asked again without them. One that is being dropped has lost its name (42704). */
async function readStream(session: SqlSession, name: string): Promise<SqlRow> {
  try {
    return (await session.read(questions.streamWithPrior(name)))[0] ?? {};
  } catch (cause) {
    const sqlState = isFault(cause) ? cause.facts['sqlState'] : null;
    if (sqlState === '42704') return { data_state: 'dropping' };
    if (sqlState !== '42601') throw cause;
    return (await session.read(questions.stream(name)).catch(unlessDropped))[0] ?? {};
  }
}

/** 23.2 may refuse the words before it looks for the name. */
function unlessDropped(cause: unknown): readonly SqlRow[] {
  if (isFault(cause) && cause.facts['sqlState'] === '42704') return [{ data_state: 'dropping' }];
  throw cause;
}

function viewOf(cluster: string, name: string, plain: SqlRow, stream: SqlRow, jobs: readonly Job[]): VirtualClusterView {
  const time = (column: string, text: string | null, read: (text: string) => Micros | null) => {
    if (text === null) return null;
    const at = read(text);
    if (at === null) throw notUnderstood(cluster, column, text);
    return String(at);
  };
  const uri = columnOf(stream, 'source_cluster_uri');
  return {
    id: plain['id'] ?? '',
    // Asked after the plain form, so it is nearer to now when a failover begins between the two.
    status: columnOf(stream, 'status', 'data_state') ?? plain['data_state'] ?? '',
    service: plain['service_mode'] ?? '',
    sourceName: columnOf(stream, 'source_tenant_name'),
    sourceUri: uri === null ? null : scrub(uri),
    replicated: time('replicated_time', columnOf(stream, 'replicated_time'), microsOfTimestamp),
    retained: time('retained_time', columnOf(stream, 'retained_time'), microsOfTimestamp),
    failover: time('failover_time', columnOf(stream, 'failover_time', 'cutover_time'), microsOfHlc),
    activated: time('activation_time', columnOf(stream, 'activation_time'), microsOfHlc),
    ...(priorIn(stream) ?? {}),
    job: jobView(jobOf(name, columnOf(stream, 'ingestion_job_id', 'replication_job_id'), jobs)),
  };
}

/** `<id of the source cluster>:<its virtual cluster>`, once it was promoted. */
function priorIn(stream: SqlRow): { readonly copyOf: string } | null {
  const copyOf = /:([^:]+)$/.exec(columnOf(stream, 'source_id') ?? '')?.[1];
  // The control plane is number 1.
  return copyOf === undefined ? null : { copyOf: copyOf === '1' ? systemInterface : copyOf };
}

/** Versions without a job id in the status: the live ingestion job, or else the newest (ids grow) that names the virtual cluster. */
function jobOf(name: string, id: string | null, jobs: readonly Job[]): Job | null {
  if (id !== null) return jobs.find((job) => job.id === id) ?? null;
  const own = jobs.filter((job) => job.type === ingestionJob && names(job, name));
  const newest = own.reduce<Job | null>((best, job) => (best === null || idAfter(job.id, best.id) ? job : best), null);
  return own.find((job) => !isOver(job)) ?? newest;
}

const idAfter = (a: string, b: string): boolean => (a.length === b.length ? a > b : a.length > b.length);

const jobView = (job: Job | null): VirtualClusterView['job'] =>
  job === null
    ? null
    : {
        id: job.id,
        status: job.status,
        runningStatus: job.runningStatus,
        fraction: job.fraction,
        error: job.error,
        modified: digitsOf(job.modified),
        created: digitsOf(job.created),
      };

function digitsOf(timestamp: string | null): string | null {
  const at = timestamp === null ? null : microsOfTimestamp(timestamp);
  return at === null ? null : String(at);
}

/** The producer's description ends with the virtual cluster's name. Newest first. */
const producersOf = (name: string, jobs: readonly Job[]): readonly Job[] =>
  jobs.filter((job) => job.type === producerJob && names(job, name)).sort((a, b) => (idAfter(a.id, b.id) ? -1 : 1));

/** Whether a job there keeps history of the virtual cluster now. */
export const keepsHistory = (name: string, jobs: readonly Job[]): boolean => historyIn(producersOf(name, jobs)) === 'kept';

function historyIn(producers: readonly Job[]): 'kept' | 'lost' | 'none' {
  if (producers.length === 0) return 'none';
  return producers.some((job) => !isOver(job)) ? 'kept' : 'lost';
}

/** Logical replication keeps history by jobs of the same type, for tables whose names say nothing of a virtual cluster. */
const isLogical = (job: Job): boolean => /\bLogical Replication\b/i.test(job.description);

/** Descriptions are cut after some 70 characters in lists, but the name comes before that. */
const names = (job: Job, name: string): boolean => !isLogical(job) && job.description.split(/[\s"']+/).includes(name);
