import { isFault } from '../../../domain/faults.ts';
import type { Side } from '../../../domain/observation.ts';
import type { SqlConnect, SqlSession } from '../../../transports/sql.ts';
import { quoteIdentifier, quoteLiteral } from '../../../transports/sql-quoting.ts';
import { wasRefused } from '../../cockroach/deaf.ts';
import { withInterface } from '../../cockroach/session.ts';
import { microsOfTimestamp } from '../../cockroach/times.ts';
import type { EngineIo } from '../../engine.ts';
import type { LdrSettings } from '../config.ts';
import type { DlqView } from '../detail.ts';
import { mostCounted } from '../waiting.ts';
import { databasesOf, readIn, tablesQuery } from './tables.ts';

/** A dead letter queue of one table of the link. */
export interface Queue {
  /** Place of the table in the config. */
  readonly pair: number;
  readonly database: string;
  readonly queue: string;
}

/** The queue's table for a statement. */
export const quoteQueue = ({ database, queue }: Queue): string => `${quoteIdentifier(database)}.crdb_replication.${quoteIdentifier(queue)}`;

const ofQueues = String.raw`table_schema = 'crdb_replication' AND table_name LIKE 'dlq\_%'`;
/** Lists all dead letter queues of a database. */
export const queuesQuery = (database: string): string => tablesQuery(database, 'table_name', ofQueues);

/** Counts a dead letter queue, whose name is quoted already, as far as it is counted: a queue grows exactly when things go wrong, and no index holds its times. */
export const queueCountQuery = (queue: string): string =>
  `SELECT count(*) AS n, min(dlq_timestamp) AS oldest, max(dlq_timestamp) AS newest FROM (SELECT dlq_timestamp FROM ${queue} LIMIT ${mostCounted + 1})`;

/** Lists the entries of a queue for a person, without what is in the rows. */
export const queueEntriesQuery = (queue: Queue): string =>
  `SELECT id, dlq_timestamp, dlq_reason, mutation_type FROM ${quoteQueue(queue)} ORDER BY dlq_timestamp DESC`;

/** Stand in a statement for what is read right before it is sent. */
const anyJobs = '<jobs into this side>';
export const sincePlaceholder = '<when they were counted>';

/**
 * Tells whether jobs put anything into a queue after a time. A queue's key begins with the job and the time, so that this is as quick in
 * a long queue as in a short one.
 */
export const laterQuery = (queue: string, jobs: readonly string[] | null, since: string): string =>
  `SELECT count(*) AS n FROM (SELECT 1 FROM ${queue} WHERE ingestion_job_id IN (${jobs === null ? anyJobs : jobs.join(', ')}) AND dlq_timestamp > ${quoteLiteral(since)} LIMIT 1)`;

/** Finds the dead letter queues on a side: a table that was made anew may have several. */
export async function findQueues(session: SqlSession, settings: LdrSettings, side: Side): Promise<readonly Queue[]> {
  const queues: Queue[] = [];
  for (const database of databasesOf(settings, side)) {
    for (const row of await readIn(session, database, 'table_name', ofQueues)) {
      const queue = row['table_name'] ?? '';
      const rest = /^dlq_\d+_(.*)$/su.exec(queue)?.[1] ?? null;
      settings.tables.forEach((pair, place) => {
        const name = pair[side];
        if (name.database === database && `${name.schema}_${name.table}` === rest) queues.push({ pair: place, database, queue });
      });
    }
  }
  return queues;
}

export interface DlqReading {
  readonly dlq: readonly DlqView[];
  /** Why some could not be read; null when all were. */
  readonly problem: string | null;
}

/** Time that counting has of the time of one look: no decision rests on it. */
const share = 0.5;

/**
 * Counts on a session of its own what waits in the dead letter queues of a side. Counts that come too late, or may not be read, are an
 * answer; everything else throws a Fault.
 */
export async function readQueues(connect: SqlConnect, settings: LdrSettings, side: Side, io: EngineIo): Promise<DlqReading> {
  const { signal, tag, timeoutMs } = io;
  const own = { signal, tag, timeoutMs: Math.ceil(timeoutMs * share) };
  try {
    return await withInterface(connect, settings[side], settings.interface, own, (session) => readDlq(session, settings, side));
  } catch (cause) {
    if (!isLate(cause) || signal.aborted) throw cause;
    return { dlq: [], problem: lateWords(settings, side) };
  }
}

/** The same on a side that has just told all the rest: whatever keeps the counts away, they are not told. Throws only when the caller gave up. */
export async function readQueuesIfTold(connect: SqlConnect, settings: LdrSettings, side: Side, io: EngineIo): Promise<DlqReading> {
  try {
    return await readQueues(connect, settings, side, io);
  } catch (cause) {
    if (!isFault(cause) || io.signal.aborted) throw cause;
    return { dlq: [], problem: cause.message };
  }
}

const isLate = (cause: unknown): boolean => isFault(cause) && cause.code === 'deadline-passed';

const lateWords = (settings: LdrSettings, side: Side): string =>
  `${settings[side].cluster} did not tell in time what waits in its dead letter queues.`;

/** Counts what waits in the dead letter queues of a side. A queue that may not be read is an answer, and so is one that is not counted in time. */
export async function readDlq(session: SqlSession, settings: LdrSettings, side: Side): Promise<DlqReading> {
  const dlq: DlqView[] = [];
  let problem: string | null = null;
  let late = false;
  for (const queue of await findQueues(session, settings, side)) {
    try {
      // A session that was late is over.
      dlq.push(late ? untold(queue) : await countOne(session, queue));
    } catch (cause) {
      late = isLate(cause);
      if (!isFault(cause) || !(late || wasRefused(cause))) throw cause;
      problem ??= late ? lateWords(settings, side) : cause.message;
      dlq.push(untold(queue));
    }
  }
  return { dlq, problem };
}

/** What came into the queues of a side after a time: names of queues, and why some could not be asked; null when all were. */
export interface Later {
  readonly grown: readonly string[];
  readonly problem: string | null;
}

/**
 * Asks each queue of a side whether one of the jobs put anything into it since. What comes too late, or may not be read, is an answer;
 * everything else throws a Fault.
 */
export async function readLater(
  connect: SqlConnect,
  settings: LdrSettings,
  side: Side,
  io: EngineIo,
  jobs: readonly string[],
  since: (queue: string) => string,
): Promise<Later> {
  const { signal, tag, timeoutMs } = io;
  const own = { signal, tag, timeoutMs: Math.ceil(timeoutMs * share) };
  try {
    return await withInterface(connect, settings[side], settings.interface, own, async (session) => {
      const grown: string[] = [];
      for (const queue of jobs.length === 0 ? [] : await findQueues(session, settings, side)) {
        const [row] = await session.read(laterQuery(quoteQueue(queue), jobs, since(queue.queue)));
        if (row?.['n'] !== '0') grown.push(queue.queue);
      }
      return { grown, problem: null };
    });
  } catch (cause) {
    if (!isFault(cause) || io.signal.aborted || !(isLate(cause) || wasRefused(cause))) throw cause;
    return { grown: [], problem: isLate(cause) ? lateWords(settings, side) : cause.message };
  }
}

const untold = ({ pair, queue }: Queue): DlqView => ({ pair, queue, entries: null, oldest: null, newest: null });

async function countOne(session: SqlSession, queue: Queue): Promise<DlqView> {
  const [row] = await session.read(queueCountQuery(quoteQueue(queue)));
  const entries = Number(row?.['n'] ?? Number.NaN);
  if (!Number.isSafeInteger(entries)) return untold(queue);
  // Of a queue that is longer, only some times were seen.
  const time = (column: string) => (entries > mostCounted ? null : digitsOf(row?.[column] ?? null));
  return { pair: queue.pair, queue: queue.queue, entries, oldest: time('oldest'), newest: time('newest') };
}

function digitsOf(timestamp: string | null): string | null {
  const at = timestamp === null ? null : microsOfTimestamp(timestamp);
  return at === null ? null : String(at);
}
