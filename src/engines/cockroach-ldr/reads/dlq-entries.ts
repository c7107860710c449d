import type { SqlRow, SqlSession } from '../../../transports/sql.ts';
import { quoteLiteral } from '../../../transports/sql-quoting.ts';
import { microsOfTimestamp } from '../../cockroach/times.ts';
import { isMore } from '../waiting.ts';
import { type Queue, quoteQueue } from './queues.ts';

/** So many of the newest entries of a queue are listed. */
const listed = 20;
/** So many of the newest jobs are asked for: older ones have put nothing newer there. */
const jobsAsked = 5;

/** A queue that may hold something. */
export interface OpenQueue {
  readonly queue: Queue;
  /** Null when it was not counted. */
  readonly entries: number | null;
  /** Jobs that may have put it there, newest first. */
  readonly jobs: readonly string[];
}

/** A queue that was counted to its end is short enough to be put in order. */
export const isShort = ({ entries }: Pick<OpenQueue, 'entries'>): boolean => entries !== null && !isMore(entries);

/**
 * The statement that lists a queue's newest entries with the key of each. Those of one job are found at once however long the queue is,
 * since its key begins with the job and the time.
 */
export function entriesText(queue: Queue, key: readonly string[], job: string | null): string {
  const columns = key.map((column, place) => `incoming_row->>${quoteLiteral(column)} AS k${place}`);
  const ofJob = job === null ? '' : ` WHERE ingestion_job_id = ${job}`;
  return `SELECT ${['id', 'dlq_timestamp', 'dlq_reason', 'mutation_type', ...columns].join(', ')} FROM ${quoteQueue(queue)}${ofJob} ORDER BY dlq_timestamp DESC LIMIT ${listed}`;
}

/** The newest entries of a queue, as far as they can be found at once. Throws a Fault. */
export async function readNewest(session: SqlSession, open: OpenQueue, key: readonly string[]): Promise<readonly SqlRow[]> {
  const { queue, entries, jobs } = open;
  const found: SqlRow[] = [];
  for (const job of jobs.slice(0, jobsAsked)) found.push(...(await session.read(entriesText(queue, key, job))));
  // Jobs are listed for some days only.
  const lacks = isShort(open) && found.length < Math.min(listed, entries ?? 0);
  if (lacks) return session.read(entriesText(queue, key, null));
  const at = (row: SqlRow): bigint => microsOfTimestamp(row['dlq_timestamp'] ?? '') ?? 0n;
  return found.sort((a, b) => (at(a) > at(b) ? -1 : 1)).slice(0, listed);
}
