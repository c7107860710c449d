import { describe, expect, it } from 'vitest';
import { asLinkId, asUserId } from '../../src/domain/ids.ts';
import type { Person } from '../../src/domain/person.ts';
import type { Vote } from '../../src/domain/run.ts';
import type { Means, Requirement } from '../../src/domain/verdict.ts';
import { type Governance, mayGovern, quorumReached, voteCounts } from '../../src/policy/votes.ts';
import { allowed, aPerson, aPolicy, approvalRule, aRequirement, aRule, aVote, stagingRule } from './builders.ts';

const requester = asUserId('UREQ');
const dba = aPerson({ groups: ['dba'] });

describe('voteCounts', () => {
  it('counts for each group that may approve, in the order of the rule', () => {
    const person = aPerson({ groups: ['x', 'dba', 'sre'] });
    expect(voteCounts(aRequirement({ from: ['sre', 'dba', 'y'] }), person, requester, 'button')).toEqual({
      kind: 'counts',
      groups: ['sre', 'dba'],
    });
  });

  it('counts the requester where the rule does not exclude them', () => {
    expect(voteCounts(aRequirement({ requesterExcluded: false }), dba, dba.id, 'button').kind).toBe('counts');
  });

  it.each<[string, Partial<Requirement>, Person, Means, string]>([
    ['a guest', {}, { ...dba, standing: 'guest' }, 'button', 'only full members of the workspace count, and you are a guest.'],
    [
      'a stranger',
      {},
      { ...dba, standing: 'stranger' },
      'button',
      'only full members of the workspace count, and you are from another organisation.',
    ],
    ['a bot', {}, { ...dba, standing: 'bot' }, 'button', 'only full members of the workspace count, and you are a bot.'],
    ['the requester', {}, { ...dba, id: requester }, 'button', 'you asked for this run, and nobody approves their own.'],
    ['somebody outside the groups', { from: ['a', 'b'] }, dba, 'button', 'you are not in a or b.'],
    [
      'somebody whose groups could not be read',
      {},
      aPerson({ groupsProblem: 'Slack did not answer.' }),
      'button',
      'you are not in dba. Slack did not answer.',
    ],
    ['a means that does not count', { means: ['button'] }, dba, 'reaction', 'votes on this run count by button, not by reaction.'],
  ])('refuses %s', (_, requirement, person, means, why) => {
    const refusal = voteCounts(aRequirement(requirement), person, requester, means);
    expect(refusal).toMatchObject({ kind: 'refusal', code: 'not-eligible', sentence: `Your vote was not counted: ${why}` });
  });
});

describe('quorumReached', () => {
  const [one, two, three] = ['U1', 'U2', 'U3'].map((id) => aVote({ person: asUserId(id) })) as [Vote, Vote, Vote];
  it.each<[string, Partial<Requirement>, readonly Vote[], boolean]>([
    ['no votes', {}, [], false],
    ['one of two', {}, [one], false],
    ['two of two', {}, [one, two], true],
    ['three of two', {}, [one, two, three], true],
    ['one person twice', {}, [one, one], false],
    ['one person for two groups', { from: ['dba', 'sre'] }, [one, { ...one, groups: ['sre'] }], false],
    ['a veto among enough', {}, [one, two, { ...three, choice: 'veto' }], false],
    ['a means that does not count', { means: ['button'] }, [one, { ...two, means: 'reaction' }], false],
    ['a group that does not count', {}, [one, { ...two, groups: ['sre'] }], false],
    ['a quorum of none', { quorum: 0 }, [one], false],
    ['a quorum that is no number', { quorum: Number.NaN }, [one, two], false],
    ['half a quorum', { quorum: 0.5 }, [one], false],
  ])('%s', (_, requirement, votes, reached) => {
    expect(quorumReached(aRequirement(requirement), votes)).toBe(reached);
  });
});

describe('mayGovern', () => {
  const policy = aPolicy({
    rules: [approvalRule, stagingRule, aRule('bob', { operations: ['pause'], askers: { people: ['UBOB'] } }, allowed)],
  });
  const production = { id: asLinkId('prod-sql'), engine: 'cockroach-pcr', environment: 'production' } as const;
  const staging = { id: asLinkId('stage-sql'), engine: 'cockroach-pcr', environment: 'staging' } as const;
  const asked: Governance = { person: aPerson(), requester, requirement: aRequirement(), link: production, operation: 'failover' };
  const unapproved: Governance = { ...asked, requirement: null, link: staging };
  const commander = aPerson({ groups: ['commanders'] });

  it.each<[string, typeof policy | null, Governance, boolean]>([
    ['the requester may', policy, { ...asked, person: aPerson({ id: requester }) }, true],
    ['the requester may without a policy', null, { ...asked, person: aPerson({ id: requester }) }, true],
    ['an approver may', policy, { ...asked, person: dba }, true],
    ['an approver may without a policy', null, { ...asked, person: dba }, true],
    ['who may break the glass may', policy, { ...asked, person: commander }, true],
    ['who may break the glass for another link may not', policy, { ...unapproved, person: commander }, false],
    ['who may break the glass may not without a policy', null, { ...asked, person: commander }, false],
    ['who may break the glass may not on a link that is gone', policy, { ...asked, link: undefined, person: commander }, false],
    ['anybody else may not', policy, asked, false],
    [
      'who is allowed the same may, where no approval was needed',
      policy,
      { ...unapproved, person: aPerson({ groups: ['engineers'] }) },
      true,
    ],
    ['who is not allowed the same may not', policy, unapproved, false],
    [
      'who is allowed the same may not, where approval was needed',
      policy,
      { ...asked, operation: 'pause', person: aPerson({ id: asUserId('UBOB') }) },
      false,
    ],
    ['a requester who is a guest now may not', policy, { ...asked, person: aPerson({ id: requester, standing: 'guest' }) }, false],
    ['an approver who is deactivated may not', policy, { ...asked, person: { ...dba, standing: 'deactivated' } }, false],
  ])('%s', (_, rules, governance, may) => {
    const answer = mayGovern(rules, governance);
    expect(answer === null).toBe(may);
    if (answer !== null) expect(answer.code).toBe(governance.person.standing === 'member' ? 'not-permitted' : 'not-eligible');
  });

  it('says who may', () => {
    expect(mayGovern(policy, asked)).toEqual({
      kind: 'refusal',
      code: 'not-permitted',
      sentence: 'You may not decide on this failover of prod-sql: that is for <@UREQ> or somebody in dba or commanders.',
      next: 'Ask <@UREQ> or somebody in dba or commanders to do it.',
    });
    expect(mayGovern(null, { ...unapproved, link: undefined })?.sentence).toBe('You may not decide on this failover: that is for <@UREQ>.');
  });
});
