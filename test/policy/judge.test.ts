import { describe, expect, it } from 'vitest';
import { asLinkId, asUserId } from '../../src/domain/ids.ts';
import type { Standing } from '../../src/domain/person.ts';
import { judge } from '../../src/policy/judge.ts';
import type { Ask } from '../../src/policy/match.ts';
import {
  allowed,
  anAsk,
  aPerson,
  aPolicy,
  approvalRule,
  aRule,
  deniedRule,
  juneFreeze,
  noon,
  overridingRule,
  stagingRule,
  twoOfDba,
} from './builders.ts';

const staging = { id: asLinkId('stage-sql'), engine: 'cockroach-pcr', environment: 'staging' } as const;
const problem = 'The group of Slack could not be read.';

interface Row {
  readonly name: string;
  readonly rules: readonly object[];
  readonly freezes?: readonly object[];
  readonly ask?: Partial<Ask>;
  /** `kind`, or `refused/code`, and the rule or freeze that decided. */
  readonly verdict: string;
  readonly by: string | null;
  readonly breakGlass?: boolean;
  readonly says: RegExp;
}

const commander = aPerson({ groups: ['commanders'] });
const allowAll = aRule('all', {}, { kind: 'allowed', startWithin: '5m' });
const forJuniors = aRule('juniors', { askers: { groups: ['juniors'] } }, twoOfDba);
const noContractors = { ...deniedRule, name: 'contractors', match: { askers: { groups: ['contractors'] } } };
const onlyBob = aRule('bob', { askers: { people: ['UBOB'] } }, allowed);

const rows: readonly Row[] = [
  { name: 'an empty policy refuses', rules: [], verdict: 'refused/not-permitted', by: null, says: /no rule of the policy allows it/ },
  {
    name: 'a rule for approval that matches asks for it',
    rules: [approvalRule],
    verdict: 'needs-approval',
    by: 'prod-failover',
    says: /^The failover of prod-sql needs 2 approvals from dba by button or reaction, not the requester’s own \(rule prod-failover\)\.$/,
  },
  {
    name: 'a member of a break-glass group may break the glass',
    rules: [approvalRule],
    ask: { person: commander },
    verdict: 'needs-approval',
    by: 'prod-failover',
    breakGlass: true,
    says: /needs 2 approvals/,
  },
  {
    name: 'an asker in the group is allowed',
    rules: [approvalRule, stagingRule],
    ask: { link: staging, person: aPerson({ groups: ['engineers'] }) },
    verdict: 'allowed',
    by: 'staging',
    says: /allowed without approval by rule staging/,
  },
  {
    name: 'an asker outside the group is refused',
    rules: [approvalRule, stagingRule],
    ask: { link: staging },
    verdict: 'refused/not-permitted',
    by: null,
    says: /no rule of the policy allows it/,
  },
  {
    name: 'an asker named by id is allowed',
    rules: [onlyBob],
    ask: { person: aPerson({ id: asUserId('UBOB') }) },
    verdict: 'allowed',
    by: 'bob',
    says: /bob/,
  },
  { name: 'an asker not named by id is refused', rules: [onlyBob], verdict: 'refused/not-permitted', by: null, says: /no rule/ },
  { name: 'the first of two that match decides', rules: [allowAll, approvalRule], verdict: 'allowed', by: 'all', says: /rule all/ },
  {
    name: 'a denied rule wins from last place, over break-glass too',
    rules: [overridingRule, allowAll, deniedRule],
    ask: { person: commander },
    verdict: 'refused/not-permitted',
    by: 'never',
    says: /refused by rule never: Not on this link\.$/,
  },
  {
    name: 'a denied rule for other links does nothing',
    rules: [allowAll, deniedRule],
    ask: { link: staging },
    verdict: 'allowed',
    by: 'all',
    says: /all/,
  },
  {
    name: 'a freeze refuses what a rule permits and says until when',
    rules: [allowAll],
    freezes: [juneFreeze],
    verdict: 'refused/frozen',
    by: 'june',
    says: /june freezes it until 2026-06-12 06:00 Europe\/Berlin\. Half-year close\./,
  },
  {
    name: 'a freeze that is over does nothing',
    rules: [allowAll],
    freezes: [juneFreeze],
    ask: { at: Date.UTC(2026, 5, 12, 4) },
    verdict: 'allowed',
    by: 'all',
    says: /all/,
  },
  {
    name: 'a freeze for another operation does nothing',
    rules: [allowAll],
    freezes: [{ ...juneFreeze, match: { operations: ['switchover'] } }],
    verdict: 'allowed',
    by: 'all',
    says: /all/,
  },
  {
    name: 'break-glass does not override a freeze unless the rule says so',
    rules: [approvalRule],
    freezes: [juneFreeze],
    ask: { person: commander },
    verdict: 'refused/frozen',
    by: 'june',
    says: /freezes it/,
  },
  {
    name: 'break-glass overrides a freeze when the rule says so',
    rules: [overridingRule],
    freezes: [juneFreeze],
    ask: { person: commander },
    verdict: 'refused/frozen',
    by: 'june',
    breakGlass: true,
    says: /freezes it/,
  },
  {
    name: 'somebody without a right is told so rather than of the freeze',
    rules: [stagingRule],
    freezes: [juneFreeze],
    verdict: 'refused/not-permitted',
    by: null,
    says: /no rule/,
  },
  {
    name: 'a freeze for a group holds for somebody whose groups could not be read',
    rules: [allowAll],
    freezes: [{ ...juneFreeze, match: { askers: { groups: ['juniors'] } } }],
    ask: { person: aPerson({ groupsProblem: problem }) },
    verdict: 'refused/frozen',
    by: 'june',
    says: /freezes it/,
  },
  {
    name: 'a denied rule that cannot be ruled out refuses',
    rules: [allowAll, noContractors],
    ask: { person: aPerson({ groupsProblem: problem }) },
    verdict: 'refused/not-permitted',
    by: 'contractors',
    says: /rule contractors may apply, since the groups of who asks could not be read\. The group of Slack could not be read\.$/,
  },
  {
    name: 'a stricter rule in front that cannot be ruled out refuses',
    rules: [forJuniors, allowAll],
    ask: { person: aPerson({ groupsProblem: problem }) },
    verdict: 'refused/not-permitted',
    by: 'juniors',
    says: /rule juniors may apply/,
  },
  {
    name: 'a milder rule in front that cannot be ruled out changes nothing',
    rules: [aRule('juniors', { askers: { groups: ['juniors'] } }, allowed), approvalRule],
    ask: { person: aPerson({ groupsProblem: problem }) },
    verdict: 'needs-approval',
    by: 'prod-failover',
    says: /needs 2 approvals/,
  },
  {
    name: 'a stricter rule behind that cannot be ruled out changes nothing',
    rules: [allowAll, forJuniors],
    ask: { person: aPerson({ groupsProblem: problem }) },
    verdict: 'allowed',
    by: 'all',
    says: /all/,
  },
  {
    name: 'a default denial says that groups could not be read',
    rules: [stagingRule],
    ask: { link: staging, person: aPerson({ groupsProblem: problem }) },
    verdict: 'refused/not-permitted',
    by: null,
    says: /no rule of the policy allows it\. The group of Slack could not be read\.$/,
  },
  {
    name: 'a time that is none refuses',
    rules: [allowAll],
    ask: { at: Number.NaN },
    verdict: 'refused/policy-unavailable',
    by: null,
    says: /not a time/,
  },
];

describe('judge', () => {
  it.each(rows)('$name', ({ rules, freezes = [], ask, verdict: kind, by, breakGlass = false, says }) => {
    const verdict = judge(aPolicy({ rules, freezes }), anAsk(ask));
    expect(verdict.kind === 'refused' ? `refused/${verdict.code}` : verdict.kind).toBe(kind);
    expect(verdict.rule).toBe(by);
    expect(verdict.breakGlass).toBe(breakGlass);
    expect(verdict.sentence).toMatch(says);
    expect(verdict.policyVersion).toBe(7);
    expect(verdict.trace.filter(({ decided }) => decided).map(({ rule }) => rule)).toEqual(by === null ? [] : [by]);
    expect(verdict.trace.every(({ why }) => /^(Rule|Freeze) .*\.$/.test(why))).toBe(true);
  });

  it('gives the requirement as the rule has it', () => {
    const verdict = judge(aPolicy({ rules: [approvalRule] }), anAsk());
    expect(verdict.kind === 'needs-approval' && verdict.requirement).toEqual({
      quorum: 2,
      from: ['dba'],
      requesterExcluded: true,
      means: ['button', 'reaction'],
      approvalWithinMs: 1_800_000,
      startWithinMs: 900_000,
    });
  });

  it.each<[Exclude<Standing, 'member'>, RegExp]>([
    ['guest', /who asks is a guest\./],
    ['stranger', /who asks is from another organisation\./],
    ['bot', /who asks is a bot\./],
    ['deactivated', /who asks is deactivated\./],
    ['unknown', /who asks is somebody who could not be looked up in Slack\./],
  ])('refuses a %s whatever the rules allow', (standing, says) => {
    const verdict = judge(aPolicy({ rules: [allowAll] }), anAsk({ person: aPerson({ standing }) }));
    expect(verdict).toMatchObject({ kind: 'refused', code: 'not-eligible', rule: null });
    expect(verdict.sentence).toMatch(says);
    expect(verdict.trace).toHaveLength(1);
  });

  it('refuses everything without a policy', () => {
    expect(judge(null, anAsk())).toMatchObject({ kind: 'refused', code: 'policy-unavailable', policyVersion: 0, breakGlass: false });
  });

  it('says of every rule why it did not decide', () => {
    const policy = aPolicy({
      rules: [
        { ...allowAll, name: 'one', match: { operations: ['pause', 'resume'] } },
        { ...allowAll, name: 'two', match: { environments: ['test*'] } },
        { ...allowAll, name: 'three', match: { links: ['prod-?'] } },
        { ...allowAll, name: 'four', match: { engines: ['neo4j-ccdr'] } },
        { ...allowAll, name: 'five', match: { askers: { groups: ['sre'], people: ['UBOB'] } } },
        { ...allowAll, name: 'six', match: { askers: { people: ['UBOB'] } } },
        { ...allowAll, name: 'seven' },
        { ...allowAll, name: 'eight' },
      ],
    });
    expect(judge(policy, anAsk()).trace.map(({ why }) => why)).toEqual([
      'Rule one does not apply: it is about pause or resume, not failover.',
      'Rule two does not apply: it is about test*, not production.',
      'Rule three does not apply: it is about links named prod-?, not prod-sql.',
      'Rule four does not apply: it is about the engine neo4j-ccdr, not cockroach-pcr.',
      'Rule five does not apply: it is for sre and the people it names, and who asks is not among them.',
      'Rule six does not apply: it is for the people it names, and who asks is not among them.',
      'Rule seven decides: it is the first that matches.',
      'Rule eight matches too, but seven decides before it.',
    ]);
  });

  it('says who could ask instead', () => {
    const verdict = judge(aPolicy({ rules: [stagingRule] }), anAsk({ link: staging }));
    expect(verdict.kind === 'refused' && verdict.next).toBe('Ask somebody in engineers to run the command.');
  });

  it('offers break-glass in a freeze only to those who may', () => {
    const policy = aPolicy({ rules: [overridingRule], freezes: [juneFreeze] });
    const nexts = [commander, aPerson()].map((person) => {
      const verdict = judge(policy, anAsk({ person, at: noon }));
      return verdict.kind === 'refused' ? verdict.next : '';
    });
    expect(nexts).toEqual([
      'Try again after 2026-06-12 06:00 Europe/Berlin, or break glass with a reason if it cannot wait.',
      'Try again after 2026-06-12 06:00 Europe/Berlin.',
    ]);
  });

  it('says that a freeze without a gap has no end', () => {
    const always = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
    const window = { kind: 'weekly', days: always, from: '00:00', to: '24:00', zone: 'UTC' };
    const verdict = judge(aPolicy({ rules: [allowAll], freezes: [{ ...juneFreeze, window }] }), anAsk());
    expect(verdict.sentence).toBe('The failover of prod-sql is refused: june freezes it without an end. Half-year close.');
  });
});
