import { type Job, jobOf, type Us } from '../../state/model.ts';
import type { Call } from '../../statements/call.ts';
import { visibleJobs } from '../../statements/show-jobs.ts';
import { columnsOf, pick, type ShowPlan } from '../../statements/show-plan.ts';
import type { SqlType, SqlValue } from '../../values/sql-types.ts';
import { ldrDialects } from '../grammar/ldr-dialect.ts';
import type { LdrShow } from '../grammar/ldr-statement.ts';
import { appliedAt } from '../state/content.ts';
import type { LdrJob } from '../state/model.ts';
import { fullName } from '../state/table.ts';

const second = 1_000_000;

/** Whole seconds; null before the initial scan has ended. */
export function replicatedSecond(call: Pick<Call, 'state'>, job: LdrJob, atUs: Us): Us | null {
  const applied = appliedAt(job, atUs, call.state.pace);
  return applied === null ? null : Math.floor(applied / second) * second;
}

/** SHOW LOGICAL REPLICATION JOBS: those that write to this cluster, finished ones too. */
export function showLdrJobs(call: Call, { details }: Extract<LdrShow, { kind: 'show-ldr-jobs' }>): ShowPlan {
  const dialect = ldrDialects[call.cluster.dialect.version];
  const { tablesColumn = 'tables', commandColumn = 'command' } = dialect ?? {};
  const more: Record<string, SqlType> = details
    ? { replication_start_time: 'TIMESTAMPTZ', conflict_resolution_type: 'STRING', [commandColumn]: 'STRING' }
    : {};
  const plain: Record<string, SqlType> = { job_id: 'INT8', status: 'STRING', [tablesColumn]: 'STRING[]', replicated_time: 'TIMESTAMPTZ' };
  const columns = columnsOf({ ...plain, ...more });
  const recordOf = (ldr: LdrJob, job: Job): Readonly<Record<string, SqlValue>> => ({
    job_id: BigInt(job.id),
    status: job.status,
    [tablesColumn]: ldr.pairs.map(({ destination }) => fullName(destination)),
    replicated_time: replicatedSecond(call, ldr, call.nowUs()),
    replication_start_time: ldr.beginsAtUs,
    conflict_resolution_type: ldr.conflict,
    [commandColumn]: ldr.command,
  });
  const rows = (): readonly (readonly SqlValue[])[] => {
    const visible = new Set(visibleJobs(call).map((job) => job.id));
    const chosen = call.state.ldr.jobs.filter(({ side, jobId }) => side === call.cluster.side && visible.has(jobId));
    return pick(
      columns,
      chosen.map((ldr) => recordOf(ldr, jobOf(call.cluster, ldr.jobId))),
    );
  };
  return { columns, rows, tag: 'SHOW LOGICAL REPLICATION JOBS', counted: true };
}
