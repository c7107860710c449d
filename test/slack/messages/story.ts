import { asChannelId, asEffectId, asLinkId, asMessageTs, asRunId, asUserId } from '../../../src/domain/ids.ts';
import type { Link } from '../../../src/domain/link.ts';
import type { Observation } from '../../../src/domain/observation.ts';
import { hashPlan, type Plan, type Step } from '../../../src/domain/plan.ts';
import type { Entry, JournalRecord, Vote } from '../../../src/domain/run.ts';
import type { Requirement, Verdict } from '../../../src/domain/verdict.ts';

export const ana = asUserId('U0ANA');
export const bob = asUserId('U0BOB');
export const chloe = asUserId('U0CHLOE');
export const runId = asRunId('r-4k9zq0tm2x');
export const linkId = asLinkId('prod-sql');
/** 2026-11-20 02:47:00 UTC */
export const night = 1_795_142_820_000;

export const theLink: Link = {
  id: linkId,
  engine: 'cockroach-pcr',
  environment: 'production',
  description: 'Orders and payments, Frankfurt to Dublin',
  incidentChannels: [asChannelId('C0INC')],
  redirect: { kind: 'manual', instructions: 'Point sql.prod.example.com to the load balancer of sql-west.' },
  settings: null,
};

const step = (number: number, more: Partial<Step>): Step => ({
  id: `s${number}`,
  kind: `pcr.step-${number}`,
  title: `Do step ${number}`,
  cluster: 'sql-west',
  side: 'standby',
  statements: [],
  params: {},
  budgetMs: 60_000,
  performMs: 10_000,
  onLate: 'halt',
  pointOfNoReturn: false,
  undo: { kind: 'none', why: 'It changes nothing.' },
  by: 'engine',
  ...more,
});

const undoing = (title: string, statement: string): Step['undo'] => ({
  kind: 'act',
  act: { kind: 'pcr.undo', title, cluster: 'sql-east', side: 'primary', statements: [statement], params: {} },
});

export const switchoverSteps: readonly Step[] = [
  step(1, {
    title: 'Check that sql-west has caught up to within 5 s',
    statements: ['SELECT replicated_time, replication_lag FROM [SHOW VIRTUAL CLUSTER main WITH REPLICATION STATUS]'],
  }),
  step(2, {
    title: 'Stop writes on sql-east',
    cluster: 'sql-east',
    side: 'primary',
    statements: ['ALTER VIRTUAL CLUSTER main STOP SERVICE'],
    onLate: 'undo',
    undo: undoing('Start the service on sql-east again', 'ALTER VIRTUAL CLUSTER main START SERVICE SHARED'),
  }),
  step(3, {
    title: 'Promote sql-west',
    statements: ['ALTER VIRTUAL CLUSTER main COMPLETE REPLICATION TO LATEST', 'ALTER VIRTUAL CLUSTER main START SERVICE SHARED'],
    budgetMs: 300_000,
    pointOfNoReturn: true,
    undo: { kind: 'none', why: 'A promoted standby has its own history; only a failback returns the roles.' },
  }),
  step(4, {
    kind: 'redirect',
    title: 'Redirect application traffic to sql-west',
    cluster: null,
    side: null,
    by: 'person',
    statements: ['Point sql.prod.example.com to the load balancer of sql-west.'],
    undo: { kind: 'none', why: 'Traffic is moved by people.' },
  }),
  step(5, {
    title: 'Replicate from sql-west to sql-east',
    cluster: 'sql-east',
    statements: [
      'ALTER VIRTUAL CLUSTER main START REPLICATION OF main ON $1',
      "-- $1 = 'postgresql://replops:[redacted]@sql-west.example.com:26257/defaultdb?sslmode=verify-full'",
    ],
    undo: undoing('Stop replicating to sql-east', 'DROP VIRTUAL CLUSTER main'),
  }),
];

export const aPlan = (more: Partial<Plan> = {}): Plan => ({
  kind: 'plan',
  link: linkId,
  engine: 'cockroach-pcr',
  operation: { kind: 'switchover', link: linkId, maxWriteStopMs: 60_000 },
  summary: 'Makes sql-west the primary of prod-sql and sql-east its standby, without losing data.',
  steps: switchoverSteps,
  predictedLoss: { ms: 0, words: 'None: writes stop before sql-west is promoted.' },
  predictedDowntime: { ms: 41_000, words: 'About 41 s: 4 s of lag to catch up, 37 s to promote.' },
  warnings: [
    'sql-west runs 26.2.1 and sql-east 26.2.0; replication works from older to newer only, so failing back needs an upgrade first.',
  ],
  fingerprint: 'f'.repeat(64) as Plan['fingerprint'],
  facts: [],
  ...more,
});

export const aRequirement = (more: Partial<Requirement> = {}): Requirement => ({
  quorum: 2,
  from: ['dba', 'sre-leads'],
  requesterExcluded: true,
  means: ['button', 'reaction', 'command'],
  approvalWithinMs: 900_000,
  startWithinMs: 1_800_000,
  ...more,
});

export const needsApproval = (requirement = aRequirement()): Verdict => ({
  kind: 'needs-approval',
  requirement,
  policyVersion: 7,
  rule: 'production-changes',
  sentence: 'Changes to production need two people of dba or sre-leads.',
  trace: [{ rule: 'production-changes', decided: true, why: 'The link is in production and the operation is a switchover.' }],
  breakGlass: true,
});

export const side = { cluster: 'sql-east', reachable: true, problem: null, version: '26.2.0', role: 'primary', writable: 'yes' } as const;

export const anObservation = (more: Partial<Observation> = {}): Observation => ({
  link: linkId,
  engine: 'cockroach-pcr',
  observedAt: night,
  health: 'healthy',
  headline: 'prod-sql replicates from sql-east to sql-west, 3.8 s behind.',
  primary: side,
  standby: { ...side, cluster: 'sql-west', role: 'standby', writable: 'no' },
  lag: { kind: 'duration', ms: 3_800 },
  facts: [
    { name: 'standby.status', label: 'Status of the standby', value: 'replicating', binding: true },
    { name: 'retention', label: 'Retention of the standby', value: '4 h', binding: false },
  ],
  detail: {},
  ...more,
});

export const proposed = (plan: Plan = aPlan(), more: Partial<Extract<Entry, { kind: 'proposed' }>> = {}): Entry => ({
  kind: 'proposed',
  at: night,
  run: runId,
  plan,
  planHash: hashPlan(plan),
  origin: { person: ana, channel: asChannelId('C0OPS'), thread: null, via: 'slash' },
  reason: 'Rack 4 in Frankfurt loses power at 03:30',
  wait: false,
  breakGlass: null,
  verdict: needsApproval(),
  ...more,
});

export const vote = (person = bob, more: Partial<Vote> = {}): Vote => ({
  person,
  choice: 'approve',
  means: 'button',
  groups: ['dba'],
  reason: null,
  at: night + 60_000,
  ...more,
});

export const voted = (plan: Plan, given: Vote): Entry => ({ kind: 'voted', at: given.at, vote: given, planHash: hashPlan(plan) });

export const intent = (id: string, at: number, undoing = false): Entry => ({
  kind: 'intent',
  at,
  step: id,
  effect: asEffectId(`${runId}/${id}/1`),
  attempt: 1,
  deadlineAt: at + 60_000,
  inverse: null,
  undoing,
});

export const performing = (id: string, at: number): Entry => ({
  kind: 'performing',
  at,
  step: id,
  effect: asEffectId(`${runId}/${id}/1`),
  quietAt: at + 11_000,
});

export const done = (id: string, at: number, evidence: Extract<Entry, { kind: 'done' }>['evidence'] = {}, undoing = false): Entry => ({
  kind: 'done',
  at,
  step: id,
  effect: asEffectId(`${runId}/${id}/1`),
  evidence,
  undoing,
});

export const started = (at: number): Entry => ({ kind: 'started', at, observation: anObservation() });

/** From the proposal to the approval by two people. */
export const approvedEntries = (plan: Plan = aPlan()): readonly Entry[] => [
  proposed(plan),
  { kind: 'approval-asked', at: night + 100, requirement: aRequirement(), expiresAt: night + 900_000 },
  voted(plan, vote(bob)),
  voted(plan, vote(chloe, { means: 'reaction', groups: ['sre-leads'], at: night + 90_000 })),
  { kind: 'approved', at: night + 90_010, by: [bob, chloe], startBy: night + 1_890_000 },
];

export const asRecords = (entries: readonly Entry[]): readonly JournalRecord[] =>
  entries.map((entry, index) => ({ seq: index + 1, fence: 0, entry, chain: 'c0ffee'.repeat(10) }));

export const shownAt = (channel: string, ts: string): Entry => ({
  kind: 'posted',
  at: night,
  key: 'run',
  channel: asChannelId(channel),
  ts: asMessageTs(ts),
});

const t = night + 91_000;

/** A switchover up to the traffic redirect, for which it waits. */
export const runningEntries: readonly Entry[] = [
  ...approvedEntries(),
  started(t),
  intent('s1', t + 100),
  done('s1', t + 500, { lag: '3.8 s', replicatedTime: '2026-11-20 02:48:27+00' }),
  intent('s2', t + 600),
  performing('s2', t + 700),
  done('s2', t + 2_900, { service: 'stopped', writes: 'refused' }),
  intent('s3', t + 3_000),
  performing('s3', t + 3_100),
  { kind: 'progress', at: t + 20_000, step: 's3', fraction: 0.62, note: 'replication pending cutover, 24 of 39 ranges' },
];

export const redirectEntries: readonly Entry[] = [
  ...runningEntries,
  done('s3', t + 38_000, { dataState: 'ready', serviceMode: 'shared' }),
  intent('s4', t + 38_100),
];

export const succeededEntries: readonly Entry[] = [
  ...redirectEntries,
  { kind: 'confirmed', at: t + 95_000, step: 's4', by: ana, means: 'button' },
  done('s4', t + 95_100, { 'confirmed by': ana }),
  intent('s5', t + 95_200),
  performing('s5', t + 95_300),
  done('s5', t + 99_000, { dataState: 'replicating' }),
  {
    kind: 'succeeded',
    at: t + 99_500,
    report: {
      sentence: 'sql-west is the primary of prod-sql now, and sql-east follows it.',
      lossMs: 0,
      downtimeMs: 37_900,
      facts: [{ label: 'Replicated time at the promotion', value: '2026-11-20 02:49:09+00' }],
    },
  },
];

export const haltedEntries: readonly Entry[] = [
  ...runningEntries,
  {
    kind: 'halted',
    at: t + 304_000,
    step: 's3',
    halt: {
      why: 'late',
      sentence: "'Promote sql-west' is not proven after 300 s. Last seen: replication pending cutover, 24 of 39 ranges",
      databases: 'sql-east takes no writes; sql-west is being promoted and takes no writes yet.',
      next: 'Press Retry to give it the same time again, Skip to go on without it, or Cancel.',
      evidence: { dataState: 'replication pending cutover', retainedTime: '2026-11-20 02:44:00+00' },
    },
  },
];
