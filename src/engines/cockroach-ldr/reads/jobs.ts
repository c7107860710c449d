import { isFault } from '../../../domain/faults.ts';
import type { Side } from '../../../domain/observation.ts';
import { scrub } from '../../../transports/scrub.ts';
import type { SqlRow, SqlSession } from '../../../transports/sql.ts';
import { notUnderstood } from '../../cockroach/deaf.ts';
import { isOver, isOverStatus, type Job, producerJob, readLogicalJobs } from '../../cockroach/jobs.ts';
import { columnOf } from '../../cockroach/session.ts';
import { textArrayOf } from '../../cockroach/text-array.ts';
import { microsOfTimestamp } from '../../cockroach/times.ts';
import type { LdrSettings } from '../config.ts';
import type { JobView, ReadSide } from '../detail.ts';
import { namesTable, showTable } from '../table-name.ts';

export interface JobsReading {
  /** Jobs that write to tables of the link on this side: all live ones, then those that are over, newest first. */
  readonly jobs: readonly JobView[];
  readonly history: ReadSide['history'];
}

/** Jobs that are over are listed for 14 days; more of them tell nothing new. */
const shownOver = 10;

export const streamsStatement = 'SHOW LOGICAL REPLICATION JOBS WITH DETAILS';

/** Reads the jobs of a link on one side. Throws a Fault. */
export async function readJobs(session: SqlSession, cluster: string, settings: LdrSettings, side: Side): Promise<JobsReading> {
  const rows = await session.read(streamsStatement);
  return readingOf({ cluster, settings, side }, rows, await readLogicalJobs(session));
}

/** The same without what only SHOW JOBS tells, which a busy cluster may take long for. Throws a Fault. */
export async function readStreams(session: SqlSession, cluster: string, settings: LdrSettings, side: Side): Promise<readonly JobView[]> {
  return readingOf({ cluster, settings, side }, await session.read(streamsStatement), null).jobs;
}

/**
 * The same without what only SHOW JOBS tells when that comes too late: a busy cluster may take long to list all jobs. The session is over
 * then, so it is asked last, after `besides`. Throws a Fault.
 */
export async function glanceAtJobs<T>(
  session: SqlSession,
  cluster: string,
  settings: LdrSettings,
  side: Side,
  besides: () => Promise<T>,
): Promise<JobsReading & { readonly besides: T }> {
  const rows = await session.read(streamsStatement);
  const told = await besides();
  const listed = await readLogicalJobs(session).catch(unlessLate);
  return { ...readingOf({ cluster, settings, side }, rows, listed), besides: told };
}

function unlessLate(cause: unknown): null {
  if (isFault(cause) && cause.code === 'deadline-passed') return null;
  throw cause;
}

interface Where {
  readonly cluster: string;
  readonly settings: LdrSettings;
  readonly side: Side;
}

function readingOf({ cluster, settings, side }: Where, rows: readonly SqlRow[], listed: readonly Job[] | null): JobsReading {
  const own = rows
    .map((row) => jobOf(cluster, settings, side, row, listed ?? []))
    .filter(({ covers }) => covers.length > 0)
    .sort((a, b) => (idAfter(a.id, b.id) ? -1 : 1));
  const over = own.filter(({ status }) => isOverStatus(status));
  return {
    jobs: [...own.filter(({ status }) => !isOverStatus(status)), ...over.filter((job, place) => place < shownOver || isLastFor(job, over))],
    history: listed === null ? 'untold' : historyFor(settings, side, listed),
  };
}

/** Whether a job is the last one of a table: only it tells up to when that one has everything. `over`: newest first. */
const isLastFor = (job: JobView, over: readonly JobView[]): boolean =>
  job.covers.some((pair) => over.find(({ covers }) => covers.includes(pair)) === job);

/** Ids grow with time. */
const idAfter = (a: string, b: string): boolean => (a.length === b.length ? a > b : a.length > b.length);

function jobOf(cluster: string, settings: LdrSettings, side: Side, row: SqlRow, listed: readonly Job[]): JobView {
  const id = row['job_id'] ?? '';
  const tables = textArrayOf(columnOf(row, 'tables', 'targets') ?? '{}');
  if (tables === null || !/^\d{1,19}$/.test(id)) throw notUnderstood(cluster, 'list of logical replication jobs', JSON.stringify(row));
  const time = (column: string) => timeOf(cluster, column, row[column] ?? null);
  const covers = settings.tables.flatMap((pair, place) => (tables.some((text) => namesTable(text, pair[side])) ? [place] : []));
  const command = columnOf(row, 'command', 'description') ?? '';
  const connection = connectionIn(command);
  return {
    id,
    status: row['status'] ?? '',
    tables: [...tables],
    covers,
    wider: tables.length > covers.length,
    source: sourceOf(connection, settings.streams[side]?.externalConnection ?? null),
    connection,
    parent: /\bPARENT\s*=\s*'?(\d{1,19})/i.exec(withoutNames(command))?.[1] ?? null,
    replicated: time('replicated_time'),
    started: time('replication_start_time'),
    conflicts: row['conflict_resolution_type'] ?? '',
    command: scrub(command),
    ...progressOf(cluster, listed.find((job) => job.id === id) ?? null),
  };
}

type Progress = Pick<JobView, 'runningStatus' | 'fraction' | 'error' | 'modified'>;

/** What only SHOW JOBS tells. It no longer lists a job that was over for 12 h. The status there is later and so more exact. */
function progressOf(cluster: string, job: Job | null): Progress & { readonly status?: string } {
  if (job === null) return { runningStatus: '', fraction: null, error: '', modified: null };
  const { status, runningStatus, fraction, error } = job;
  return { status, runningStatus, fraction, error, modified: timeOf(cluster, 'modified', job.modified) };
}

function timeOf(cluster: string, column: string, text: string | null): string | null {
  if (text === null) return null;
  const at = microsOfTimestamp(text);
  if (at === null) throw notUnderstood(cluster, column, text);
  return String(at);
}

/** A table may be called anything, so what stands in double quotes is no part of the command. */
const withoutNames = (command: string): string => command.replace(/"(?:[^"]|"")*"/g, '""');

/** The external connection that a job reads from: the first one that its command names, whichever version worded it. */
export function connectionIn(command: string): string | null {
  const found = /external:\/\/([A-Za-z0-9_.%-]+)/i.exec(withoutNames(command))?.[1];
  return found ?? null;
}

function sourceOf(connection: string | null, expected: string | null): JobView['source'] {
  if (connection === null || expected === null) return 'unknown';
  return connection === expected ? 'link' : 'other';
}

/**
 * Whether this side keeps history for a job on the other side. Versions word a producer's description differently: where one names a
 * table of the link, only such ones count; else every producer does that is not one of physical replication.
 */
function historyFor(settings: LdrSettings, side: Side, listed: readonly Job[]): Exclude<ReadSide['history'], 'untold'> {
  const producers = listed.filter(isLogicalProducer);
  const named = producers.filter(({ description }) => namesOwn(settings, side, description));
  const own = named.length > 0 ? named : producers;
  if (own.length === 0) return 'none';
  return own.some((job) => !isOver(job)) ? 'kept' : 'lost';
}

/** A job that keeps history for one of logical replication on another cluster. */
const isLogicalProducer = ({ type, description }: Job): boolean => type === producerJob && !/physical/i.test(description);

/**
 * The live job on a side that keeps history for one that brings the link's tables from there; null when none of those listed can be it.
 * Versions word and cut descriptions differently, so one that does not tell its tables may be it. Pure.
 */
export function keeperOn(settings: LdrSettings, side: Side, listed: readonly Job[]): Job | null {
  const live = listed.filter((job) => isLogicalProducer(job) && !isOver(job));
  return live.find(({ description }) => namesOwn(settings, side, description)) ?? live.find((job) => mayName(settings, side, job)) ?? null;
}

const unquoted = (text: string): string => text.replace(/["\s]/gu, '');

function mayName({ tables }: LdrSettings, side: Side, { description }: Job): boolean {
  const told = /\bReplication of (.*)$/isu.exec(description)?.[1];
  if (told === undefined) return true;
  // Long ones are cut, in the middle too, and maybe in the middle of a character.
  const [before = '', ...cut] = told.split(/\.{3}|…/u);
  const isCut = cut.length > 0;
  const names = unquoted(before.replace(/\p{Surrogate}|\uFFFD/gu, ''));
  const last = names.split(',').at(-1) ?? '';
  return tables.some((pair) => {
    const own = unquoted(showTable(pair[side]));
    return names.includes(own) || (isCut && own.startsWith(last));
  });
}

/** Whether a producer's description names a table of the link. */
export const namesOwn = ({ tables }: LdrSettings, side: Side, description: string): boolean =>
  tables.some((pair) => {
    const { database, schema, table } = pair[side];
    return description.includes(showTable(pair[side])) || description.includes(`${database}.${schema}.${table}`);
  });
