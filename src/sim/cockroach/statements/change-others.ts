import type { Expression, OtherStatement, Select } from '../grammar/statement.ts';
import { cancelSession, unknownSession } from '../sessions.ts';
import { SqlError } from '../sql-error.ts';
import { cancelJob, pauseJob, resumeJob } from '../state/jobs.ts';
import type { Job } from '../state/model.ts';
import { toCastText } from '../values/sql-types.ts';
import { type Call, currentUser, hasPrivilege, usersOf } from './call.ts';
import { accessRuns } from './change-access.ts';
import { evaluateAlone } from './evaluate.ts';
import { acknowledged, type Outcome } from './outcome.ts';
import { planSelect } from './select.ts';
import { setClusterSetting } from './settings.ts';
import { isOn, normalizeVariable, variableDefaults } from './variables.ts';

type Of<Kind extends OtherStatement['kind']> = Extract<OtherStatement, { kind: Kind }>;
type Run<Kind extends OtherStatement['kind']> = (call: Call, statement: Of<Kind>) => Outcome;

function wordOf(call: Call, expression: Expression): string {
  const { type, value } = evaluateAlone(call, expression);
  return toCastText(type, value) ?? '';
}

/** The ids that a list or a one-column SELECT gives. */
function idsOf(call: Call, given: Expression | readonly Expression[] | Select): readonly string[] {
  if (Array.isArray(given)) return given.map((expression: Expression) => wordOf(call, expression));
  // Array.isArray does not narrow readonly arrays away.
  const single = given as Expression | Select;
  if (single.kind !== 'select') return [wordOf(call, single)];
  const plan = planSelect(call, single);
  const [column] = plan.columns;
  if (column === undefined || plan.columns.length !== 1) throw new SqlError('42601', 'expected a subquery with one column');
  return plan.run().rows.map(([value]) => toCastText(column.type, value ?? null) ?? '');
}

const begin: Run<'begin'> = (call, { readOnly }) => {
  if (call.session.transaction !== 'I') throw new SqlError('25001', 'there is already a transaction in progress');
  call.session.transaction = 'T';
  call.session.readOnly = readOnly;
  return acknowledged('BEGIN');
};

const end =
  (tag: 'COMMIT' | 'ROLLBACK') =>
  (call: Call): Outcome => {
    const failed = call.session.transaction === 'E';
    call.session.transaction = 'I';
    call.session.readOnly = false;
    return acknowledged(failed ? 'ROLLBACK' : tag);
  };

const setVariable: Run<'set-variable'> = (call, { name, value }) => {
  const text = value === null ? (variableDefaults[name] ?? '') : wordOf(call, value);
  call.session.variables.set(name, normalizeVariable(name, text));
  return acknowledged(value === null ? 'RESET' : 'SET');
};

const setSetting: Run<'set-cluster-setting'> = (call, { kind, name, value }) => {
  const changed = setClusterSetting(call, name, value === null ? null : wordOf(call, value));
  call.effect(kind, null, changed);
  return acknowledged('SET CLUSTER SETTING');
};

function controllableJob(call: Call, id: string): Job {
  const user = currentUser(call);
  const job = call.cluster.jobs.find((candidate) => candidate.id === id && candidate.home === call.session.vcId);
  if (job === undefined) throw new SqlError('42704', `job with ID ${id} does not exist`);
  const owner = usersOf(call.cluster, call.session.vcId).get(job.user);
  const foreign = job.user !== user.name && !hasPrivilege(user, ['CONTROLJOB']);
  const above = !user.admin && (owner?.admin ?? job.user === 'node');
  if (foreign || above) throw new SqlError('42501', `user ${user.name} does not have privileges for job ${id}`);
  return job;
}

const jobControls = {
  pause: (call: Call, job: Job, reason: string | null) => pauseJob(call.state, call.cluster, job, reason, call.nowUs()),
  resume: (call: Call, job: Job) => resumeJob(call.state, call.cluster, job, call.nowUs()),
  cancel: (call: Call, job: Job) => cancelJob(call.state, call.cluster, job, call.nowUs()),
};

const controlJobs: Run<'control-jobs'> = (call, { kind, action, jobs, reason }) => {
  const chosen = idsOf(call, jobs).map((id) => controllableJob(call, id));
  for (const job of chosen) {
    const changed = jobControls[action](call, job, reason === null ? null : wordOf(call, reason));
    const name = call.cluster.vcs.find((vc) => vc.id === job.vcId)?.name ?? null;
    call.effect(kind, name, changed);
  }
  return acknowledged(`${action.toUpperCase()} JOBS ${chosen.length}`);
};

const controlSchedules: Run<'control-schedules'> = (call, { kind, action, schedules }) => {
  const vc = call.cluster.vcs.find((candidate) => candidate.id === call.session.vcId);
  const ids = idsOf(call, schedules);
  for (const id of ids) {
    const schedule = vc?.schedules.find((candidate) => candidate.id === id);
    if (schedule === undefined) throw new SqlError('42704', `schedule with ID ${id} does not exist`);
    const status = action === 'pause' ? 'PAUSED' : 'ACTIVE';
    call.effect(kind, vc?.name ?? null, schedule.status !== status);
    schedule.status = status;
  }
  return acknowledged(`${action.toUpperCase()} SCHEDULES ${ids.length}`);
};

const cancelSessions: Run<'cancel-sessions'> = (call, { kind, sessions, ifExists }) => {
  const user = currentUser(call);
  const ids = idsOf(call, sessions);
  const live = call.sessions.on(call.session.side, call.session.vcId);
  const found = ids.flatMap((id) => {
    const session = live.find((candidate) => candidate.id === id);
    if (session === undefined && !ifExists) throw unknownSession(id);
    return session === undefined ? [] : [session];
  });
  for (const session of found) {
    const foreign = session.user !== user.name && !hasPrivilege(user, ['CANCELQUERY']);
    if (foreign) throw new SqlError('42501', 'this operation requires the CANCELQUERY system privilege');
  }
  for (const session of found) cancelSession(call.sessions, session);
  call.effect(kind, null, found.length > 0);
  return acknowledged(`CANCEL SESSIONS ${ids.length}`);
};

export const otherRuns: { readonly [Kind in Exclude<OtherStatement['kind'], 'empty'>]: Run<Kind> } = {
  ...accessRuns,
  begin,
  commit: end('COMMIT'),
  rollback: end('ROLLBACK'),
  'set-variable': setVariable,
  'set-cluster-setting': setSetting,
  'control-jobs': controlJobs,
  'control-schedules': controlSchedules,
  'cancel-sessions': cancelSessions,
};

export const isReadOnly = (call: Call): boolean =>
  call.session.readOnly || (call.session.transaction === 'I' && isOn(call, 'default_transaction_read_only'));
