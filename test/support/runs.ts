import { asChannelId, asLinkId, asRunId, asUserId, type UserId } from '../../src/domain/ids.ts';
import type { Link } from '../../src/domain/link.ts';
import { type Fact, fingerprintOf, type Observation } from '../../src/domain/observation.ts';
import type { Person } from '../../src/domain/person.ts';
import { hashPlan, type Plan, type Step } from '../../src/domain/plan.ts';
import type { Entry, JournalRecord, RunView } from '../../src/domain/run.ts';
import type { Requirement, Verdict } from '../../src/domain/verdict.ts';
import { fold } from '../../src/runs/fold.ts';

export const ana = asUserId('U0ANA');
export const bob = asUserId('U0BOB');
export const chloe = asUserId('U0CHLOE');
export const link = asLinkId('prod-sql');
export const theLink: Link = {
  id: link,
  engine: 'cockroach-pcr',
  environment: 'production',
  description: 'Orders',
  incidentChannels: [],
  redirect: { kind: 'manual', instructions: 'Nothing to do.' },
  settings: {},
};

export const aPerson = (id: UserId, more: Partial<Person> = {}): Person => ({
  id,
  name: id.toLowerCase(),
  standing: 'member',
  groups: ['dba'],
  groupsProblem: null,
  ...more,
});

export const aRequirement = (more: Partial<Requirement> = {}): Requirement => ({
  quorum: 2,
  from: ['dba'],
  requesterExcluded: true,
  means: ['reaction', 'button', 'command'],
  approvalWithinMs: 900_000,
  startWithinMs: 600_000,
  ...more,
});

export const aStep = (id: string, more: Partial<Step> = {}): Step => ({
  id,
  kind: `test.${id}`,
  title: `Do ${id}`,
  cluster: 'sql-east',
  side: 'primary',
  statements: [`STATEMENT OF ${id}`],
  params: {},
  budgetMs: 60_000,
  performMs: 10_000,
  onLate: 'halt',
  pointOfNoReturn: false,
  undo: {
    kind: 'act',
    act: { kind: `test.undo-${id}`, title: `Take back ${id}`, cluster: 'sql-east', side: 'primary', statements: [], params: {} },
  },
  by: 'engine',
  ...more,
});

export const someFacts: readonly Fact[] = [
  { name: 'primary.role', label: 'Role of the primary', value: 'primary', binding: true },
  { name: 'lag', label: 'Lag', value: '4 s', binding: false },
];

export const aPlan = (steps: readonly Step[], more: Partial<Plan> = {}): Plan => ({
  kind: 'plan',
  link,
  engine: 'cockroach-pcr',
  operation: { kind: 'failover', link, to: { kind: 'latest' } },
  summary: 'Fails prod-sql over.',
  steps,
  predictedLoss: { ms: 4000, words: 'About 4 s.' },
  predictedDowntime: { ms: 30_000, words: 'About 30 s.' },
  warnings: [],
  fingerprint: fingerprintOf(someFacts),
  facts: someFacts,
  ...more,
});

export const anObservation = (more: Partial<Observation> = {}): Observation => {
  const side = { cluster: 'sql-east', reachable: true, problem: null, version: '26.2', role: 'primary', writable: 'yes' } as const;
  return {
    link,
    engine: 'cockroach-pcr',
    observedAt: 1_000,
    health: 'healthy',
    headline: 'prod-sql replicates.',
    primary: side,
    standby: { ...side, cluster: 'sql-west', role: 'standby', writable: 'no' },
    lag: { kind: 'duration', ms: 4_000 },
    facts: someFacts,
    detail: {},
    ...more,
  };
};

export const needsApproval = (requirement = aRequirement()): Verdict => ({
  kind: 'needs-approval',
  requirement,
  policyVersion: 1,
  rule: 'production',
  sentence: 'Two of dba have to approve.',
  trace: [],
  breakGlass: false,
});

export const allowed: Verdict = {
  kind: 'allowed',
  startWithinMs: 600_000,
  policyVersion: 1,
  rule: 'staging',
  sentence: 'Allowed.',
  trace: [],
  breakGlass: true,
};

export const proposal = (plan: Plan, more: Partial<Extract<Entry, { kind: 'proposed' }>> = {}): Entry => ({
  kind: 'proposed',
  at: 1_000,
  run: asRunId('r-0000000000'),
  plan,
  planHash: hashPlan(plan),
  origin: { person: ana, channel: asChannelId('C0OPS'), thread: null, via: 'slash' },
  reason: null,
  wait: false,
  breakGlass: null,
  verdict: needsApproval(),
  ...more,
});

export const asRecords = (entries: readonly Entry[]): readonly JournalRecord[] =>
  entries.map((entry, index) => ({ seq: index + 1, fence: 0, entry, chain: '' }));

export const folded = (...entries: readonly Entry[]): RunView => fold(asRecords(entries));
