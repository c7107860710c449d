import { asLinkId, asUserId } from '../../src/domain/ids.ts';
import type { Person } from '../../src/domain/person.ts';
import type { Vote } from '../../src/domain/run.ts';
import type { Requirement } from '../../src/domain/verdict.ts';
import type { Ask } from '../../src/policy/match.ts';
import { parsePolicy } from '../../src/policy/parse.ts';
import type { Policy } from '../../src/policy/rules.ts';

/** 2026-06-10T12:00:00Z, a Wednesday outside every freeze of these tests. */
export const noon = Date.UTC(2026, 5, 10, 12);

export const aPerson = (over: Partial<Person> = {}): Person => ({
  id: asUserId('UASKER'),
  name: 'Ada',
  standing: 'member',
  groups: [],
  groupsProblem: null,
  ...over,
});

export const anAsk = (over: Partial<Ask> = {}): Ask => ({
  operation: 'failover',
  link: { id: asLinkId('prod-sql'), engine: 'cockroach-pcr', environment: 'production' },
  person: aPerson(),
  at: noon,
  ...over,
});

export const aRequirement = (over: Partial<Requirement> = {}): Requirement => ({
  quorum: 2,
  from: ['dba'],
  requesterExcluded: true,
  means: ['reaction', 'button'],
  approvalWithinMs: 1_800_000,
  startWithinMs: 900_000,
  ...over,
});

export const aVote = (over: Partial<Vote> = {}): Vote => ({
  person: asUserId('UONE'),
  choice: 'approve',
  means: 'button',
  groups: ['dba'],
  reason: null,
  at: noon,
  ...over,
});

/** Parses rules that the test takes to be right. */
export function aPolicy(rules: unknown): Policy {
  const policy = parsePolicy(rules, 7);
  if (policy.kind === 'problems') throw new TypeError(policy.problems.map(({ sentence }) => sentence).join('\n'));
  return policy;
}

/** How the policy spells a rule's decision. */
const decides = 'then';

export const aRule = (name: string, match: object, decision: object, more: object = {}) => ({ name, match, [decides]: decision, ...more });

export const allowed = { kind: 'allowed' };
export const twoOfDba = {
  kind: 'approval',
  quorum: 2,
  from: ['dba'],
  by: ['button', 'reaction'],
  approvalWithin: '30m',
  startWithin: '15m',
};
const prodFailover = { operations: ['failover'], environments: ['production'] };
export const approvalRule = aRule('prod-failover', prodFailover, twoOfDba, { breakGlass: { groups: ['commanders'] } });
export const overridingRule = aRule('prod-failover', prodFailover, twoOfDba, {
  breakGlass: { groups: ['commanders'], overridesFreeze: true },
});
export const stagingRule = aRule('staging', { environments: ['staging'], askers: { groups: ['engineers'] } }, allowed);
export const deniedRule = aRule('never', { links: ['prod-*'] }, { kind: 'denied', because: 'Not on this link' });
export const juneFreeze = {
  name: 'june',
  because: 'Half-year close',
  window: { kind: 'once', from: '2026-06-10T00:00', to: '2026-06-12T06:00', zone: 'Europe/Berlin' },
};
