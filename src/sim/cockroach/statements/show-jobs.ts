import type { Expression, Show } from '../grammar/statement.ts';
import { ldrRunningStatus, scanFraction } from '../ldr/state/lifecycle.ts';
import { SqlError } from '../sql-error.ts';
import { replicatedAt, workFraction } from '../state/frontier.ts';
import { type Job, terminalJobStates, type Us } from '../state/model.ts';
import { hlcDecimal, hlcOfUs } from '../values/hlc.ts';
import type { Column, SqlType, SqlValue } from '../values/sql-types.ts';
import { type Call, currentUser, hasPrivilege } from './call.ts';
import { castTo, evaluateAlone } from './evaluate.ts';
import { columnsOf, pick, type ShowPlan } from './show-plan.ts';

const hourUs = 3_600_000_000;
/** Finished jobs leave the list after this, and the records after that. */
const listedUs = 12 * hourUs;
const keptUs = 14 * 24 * hourUs;
const shortDescription = 70;

function jobColumns(call: Call, single: boolean, resolved: boolean): readonly Column[] {
  const pairs: Record<string, SqlType> = { job_id: 'INT8', job_type: 'STRING', description: 'STRING' };
  if (single) pairs['statement'] = 'STRING';
  Object.assign(pairs, { user_name: 'STRING', status: 'STRING', running_status: 'STRING', created: 'TIMESTAMPTZ' });
  if (call.cluster.dialect.jobsHaveStarted) pairs['started'] = 'TIMESTAMPTZ';
  Object.assign(pairs, {
    finished: 'TIMESTAMPTZ',
    modified: 'TIMESTAMPTZ',
    fraction_completed: 'FLOAT8',
    error: 'STRING',
    coordinator_id: 'INT8',
  });
  if (single) Object.assign(pairs, { trace_id: 'INT8', execution_errors: 'STRING[]' });
  if (resolved) pairs['resolved_timestamp'] = 'DECIMAL';
  return columnsOf(pairs);
}

const rounded = (fraction: number | null): number | null => (fraction === null ? null : Math.min(1, Math.round(fraction * 1000) / 1000));

function fractionOf(call: Call, job: Job, nowUs: Us): number | null {
  if (job.status === 'succeeded') return 1;
  if (job.type === 'LOGICAL REPLICATION') return rounded(scanFraction(call.state, call.cluster, job, nowUs));
  const stream = call.cluster.vcs.find((vc) => vc.stream?.jobId === job.id)?.stream;
  return stream?.work == null ? 0 : rounded(workFraction(stream.work, nowUs));
}

function runningStatusOf(call: Call, job: Job): string | null {
  if (job.runningStatus !== null) return job.runningStatus;
  const logical = ldrRunningStatus(call.state, call.cluster, job);
  if (logical !== null) return logical;
  const stream = call.cluster.vcs.find((vc) => vc.stream?.jobId === job.id)?.stream;
  if (stream == null || job.status !== 'running') return null;
  if (stream.blockedSinceUs !== null) return 'retrying: the producer on the source cluster does not answer';
  return stream.phase === 'failing-over'
    ? 'cutting over'
    : stream.phase === 'initializing'
      ? 'running initial scan'
      : 'running the SQL flow for the stream ingestion job';
}

function recordOf(call: Call, job: Job, single: boolean, nowUs: Us): Readonly<Record<string, SqlValue>> {
  const stream = call.cluster.vcs.find((vc) => vc.stream?.jobId === job.id)?.stream;
  const resolved = stream == null ? null : replicatedAt(stream, nowUs, call.state.pace);
  const long = job.description.length > shortDescription && !single;
  return {
    job_id: BigInt(job.id),
    job_type: job.type,
    description: long ? `${job.description.slice(0, shortDescription)}...` : job.description,
    statement: '',
    user_name: job.user,
    status: job.status,
    running_status: runningStatusOf(call, job),
    created: job.createdUs,
    started: job.createdUs,
    finished: job.finishedUs,
    modified: job.modifiedUs,
    fraction_completed: fractionOf(call, job, nowUs),
    error: job.error,
    coordinator_id: job.status === 'running' ? 1n : null,
    trace_id: null,
    execution_errors: [],
    resolved_timestamp: resolved === null ? null : hlcDecimal(hlcOfUs(resolved)),
  };
}

/** Jobs that the user may see: all of them with VIEWJOB or CONTROLJOB, otherwise only their own. */
export function visibleJobs(call: Call): readonly Job[] {
  const user = currentUser(call);
  const nowUs = call.nowUs();
  const all = hasPrivilege(user, ['VIEWJOB', 'CONTROLJOB']);
  const ours = call.cluster.jobs.filter(({ home }) => home === call.session.vcId);
  return ours.filter((job) => (all || job.user === user.name) && (job.finishedUs === null || nowUs - job.finishedUs < keptUs));
}

/** SHOW JOBS. */
export function showJobs(call: Call, show: Extract<Show, { kind: 'show-jobs' }>): ShowPlan {
  const columns = jobColumns(call, false, show.resolvedTimestamp);
  const rows = (): readonly (readonly SqlValue[])[] => {
    const nowUs = call.nowUs();
    const listed = visibleJobs(call).filter((job) => job.finishedUs === null || nowUs - job.finishedUs < listedUs);
    return pick(
      columns,
      [...listed].reverse().map((job) => recordOf(call, job, false, nowUs)),
    );
  };
  return { columns, rows, tag: 'SHOW JOBS', counted: true };
}

/** A job id from an expression, as text. */
export function jobIdOf(call: Call, expression: Expression): string {
  const { type, value } = evaluateAlone(call, expression);
  if (value === null) throw new SqlError('22023', 'job id must not be NULL');
  return String(castTo('INT8', type, value));
}

/** SHOW JOB and SHOW JOB WHEN COMPLETE. */
export function showJob(call: Call, show: Extract<Show, { kind: 'show-job' }>): ShowPlan {
  const columns = jobColumns(call, true, false);
  const find = (): Job | undefined => {
    const id = jobIdOf(call, show.job);
    return visibleJobs(call).find((job) => job.id === id);
  };
  const rows = (): readonly (readonly SqlValue[])[] => {
    const job = find();
    return job === undefined ? [] : pick(columns, [recordOf(call, job, true, call.nowUs())]);
  };
  const ready = (): boolean => {
    const job = find();
    return job === undefined || terminalJobStates.has(job.status);
  };
  return { columns, rows, tag: 'SHOW JOBS', counted: true, ...(show.whenComplete ? { ready } : {}) };
}
