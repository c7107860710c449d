import { scrub } from '../../transports/scrub.ts';
import type { SqlRow, SqlSession } from '../../transports/sql.ts';
import { errorWords, statusWords } from './job-words.ts';
import { columnOf } from './session.ts';

/** A job of CockroachDB. Ids have 18 to 19 digits, so they stay strings. */
export interface Job {
  readonly id: string;
  readonly type: string;
  readonly description: string;
  readonly status: string;
  /** In words of our own; see job-words.ts. */
  readonly runningStatus: string;
  /** 0 to 1; null when the job does not tell. */
  readonly fraction: number | null;
  /** In words of our own. */
  readonly error: string;
  readonly modified: string | null;
  readonly created: string | null;
}

export const ingestionJob = 'REPLICATION STREAM INGESTION';
export const producerJob = 'REPLICATION STREAM PRODUCER';
export const logicalJob = 'LOGICAL REPLICATION';

const columns = 'job_id, job_type, description, status, running_status, fraction_completed, error, modified, created';
/** Lists the jobs of one kind of replication. */
export const jobsStatement = (consumer: string): string =>
  `SELECT ${columns} FROM [SHOW JOBS] WHERE job_type IN ('${consumer}', '${producerJob}')`;

/** Statuses from which a job never moves again. */
const over = ['succeeded', 'failed', 'canceled', 'revert-failed'];
export const isOverStatus = (status: string): boolean => over.includes(status);
export const isOver = (job: Job): boolean => isOverStatus(job.status);

/** The jobs of physical replication that the cluster lists: live ones and those that ended in the last 12 h. */
export const readReplicationJobs = (session: SqlSession): Promise<readonly Job[]> => readJobsOf(session, ingestionJob);

/** The same for logical replication. */
export const readLogicalJobs = (session: SqlSession): Promise<readonly Job[]> => readJobsOf(session, logicalJob);

const readJobsOf = async (session: SqlSession, consumer: string): Promise<readonly Job[]> =>
  (await session.read(jobsStatement(consumer))).map(jobOf);

function jobOf(row: SqlRow): Job {
  const fraction = Number(row['fraction_completed'] ?? Number.NaN);
  return {
    id: row['job_id'] ?? '',
    type: row['job_type'] ?? '',
    description: scrub(row['description'] ?? ''),
    status: row['status'] ?? '',
    runningStatus: statusWords(columnOf(row, 'running_status', 'status_message') ?? ''),
    fraction: Number.isFinite(fraction) ? fraction : null,
    error: errorWords(row['error'] ?? ''),
    modified: row['modified'] ?? null,
    created: row['created'] ?? null,
  };
}
