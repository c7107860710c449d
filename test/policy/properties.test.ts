import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asUserId } from '../../src/domain/ids.ts';
import { operationNames } from '../../src/domain/operation.ts';
import type { Vote } from '../../src/domain/run.ts';
import type { Means } from '../../src/domain/verdict.ts';
import { judge } from '../../src/policy/judge.ts';
import type { Ask } from '../../src/policy/match.ts';
import { quorumReached, voteCounts } from '../../src/policy/votes.ts';
import { asks, deniedRules, freezes, people, rules } from './arbitraries.ts';
import { aPerson, aPolicy, aRequirement, aRule, aVote } from './builders.ts';

/** Counts, so that a property that only ever met one kind of verdict is noticed. */
const tally = (): { readonly seen: Map<string, number>; add(kind: string): void } => {
  const seen = new Map<string, number>();
  return { seen, add: (kind) => seen.set(kind, (seen.get(kind) ?? 0) + 1) };
};

describe('judge', () => {
  it('never turns a refusal into anything else when more is denied', () => {
    const { seen, add } = tally();
    fc.assert(
      fc.property(rules, freezes, deniedRules, asks, fc.nat(), (some, windows, more, ask, where) => {
        const named = more.map((rule, index) => ({ ...rule, name: `more-${index}` }));
        const place = where % (some.length + 1);
        const before = judge(aPolicy({ rules: some, freezes: windows }), ask);
        const after = judge(aPolicy({ rules: [...some.slice(0, place), ...named, ...some.slice(place)], freezes: windows }), ask);
        add(`${before.kind} ${after.kind}`);
        if (before.kind === 'refused') expect(after.kind).toBe('refused');
        else expect([before.kind, 'refused']).toContain(after.kind);
        if (!before.breakGlass) expect(after.breakGlass).toBe(false);
      }),
      { numRuns: 800 },
    );
    for (const kind of ['refused refused', 'allowed allowed', 'allowed refused', 'needs-approval needs-approval', 'needs-approval refused'])
      expect(seen.get(kind) ?? 0).toBeGreaterThan(0);
  });

  it('never turns a refusal into anything else when more is frozen', () => {
    fc.assert(
      fc.property(rules, freezes, asks, (some, windows, ask) => {
        const before = judge(aPolicy({ rules: some }), ask);
        const after = judge(aPolicy({ rules: some, freezes: windows }), ask);
        expect(after.kind === before.kind || (after.kind === 'refused' && after.code === 'frozen')).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('is not changed by a group that no rule names', () => {
    fc.assert(
      fc.property(rules, freezes, asks, (some, windows, ask) => {
        const policy = aPolicy({ rules: some, freezes: windows });
        const more: Ask = { ...ask, person: { ...ask.person, groups: ['unrelated', ...ask.person.groups] } };
        expect(judge(policy, more)).toEqual(judge(policy, ask));
      }),
      { numRuns: 500 },
    );
  });

  it('is never milder when groups could not be read than the strictest that they could make it', () => {
    const strictness = (ask: Ask, policy: ReturnType<typeof aPolicy>): number => {
      const verdict = judge(policy, ask);
      if (verdict.kind === 'refused') return Number.POSITIVE_INFINITY;
      return verdict.kind === 'allowed' ? 0 : verdict.requirement.quorum;
    };
    const every = [[], ['dba'], ['sre'], ['juniors'], ['dba', 'sre'], ['dba', 'juniors'], ['sre', 'juniors'], ['dba', 'sre', 'juniors']];
    fc.assert(
      fc.property(rules, asks, (some, ask) => {
        const policy = aPolicy({ rules: some });
        const unread: Ask = { ...ask, person: aPerson({ id: ask.person.id, groups: [], groupsProblem: 'Slack did not answer.' }) };
        const got = strictness(unread, policy);
        // What is asked for when no group is known stands, unless a group could have brought a stricter rule in front of it.
        const denied = every.some((groups) => {
          const verdict = judge(policy, { ...unread, person: aPerson({ id: ask.person.id, groups }) });
          return verdict.kind === 'refused' && verdict.rule !== null;
        });
        if (denied) expect(got).toBe(Number.POSITIVE_INFINITY);
        expect(got).toBeGreaterThanOrEqual(strictness({ ...unread, person: aPerson({ id: ask.person.id }) }, policy));
      }),
      { numRuns: 500 },
    );
  });

  it('decides by at most one rule, and names it', () => {
    fc.assert(
      fc.property(rules, freezes, asks, (some, windows, ask) => {
        const policy = aPolicy({ rules: some, freezes: windows });
        const { rule, trace, sentence } = judge(policy, ask);
        const decided = trace.filter((line) => line.decided);
        expect(decided.map((line) => line.rule)).toEqual(rule === null ? [] : [rule]);
        expect(trace.slice(0, some.length).map((line) => line.rule)).toEqual(some.map(({ name }) => name));
        expect(sentence).toMatch(new RegExp(`^The (${operationNames.join('|')}) of .*[.!?]$`));
      }),
      { numRuns: 500 },
    );
  });

  it('never throws, and refuses who is not a member, whatever it is given', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('__proto__', 'constructor', '<@U1>&lt;', 'a\nb', 'x'.repeat(10_000)),
    );
    const hostile = fc.record({
      operation: text,
      link: fc.record({ id: text, engine: text, environment: text }),
      person: fc.record({
        id: text,
        name: text,
        standing: fc.oneof(text, fc.constant('member')),
        groups: fc.array(text),
        groupsProblem: fc.option(text),
      }),
      at: fc.oneof(fc.double(), fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, -1, 8.64e15, 1e300)),
    });
    const policy = aPolicy({
      rules: [
        aRule('denied', { links: ['*a*b*?'] }, { kind: 'denied', because: 'x' }),
        aRule('all', { links: ['*'] }, { kind: 'approval', quorum: 1, from: ['dba'] }),
      ],
      freezes: [
        { name: 'nights', because: 'x', window: { kind: 'weekly', days: ['mon'], from: '20:00', to: '06:00', zone: 'Asia/Tokyo' } },
      ],
    });
    fc.assert(
      fc.property(hostile, (value) => {
        // The cast stands for a caller that got its values from outside.
        const ask = value as unknown as Ask;
        const verdict = judge(policy, ask);
        if (ask.person.standing !== 'member') expect(verdict.kind).toBe('refused');
        expect(judge(null, ask).kind).toBe('refused');
      }),
      { numRuns: 500 },
    );
  });
});

describe('votes', () => {
  const requester = asUserId('UANN');
  const means = fc.constantFrom<Means>('reaction', 'button', 'command');
  const requirements = fc
    .record({
      quorum: fc.integer({ min: 1, max: 4 }),
      from: fc.uniqueArray(fc.constantFrom('dba', 'sre'), { minLength: 1 }),
      requesterExcluded: fc.boolean(),
      means: fc.uniqueArray(means, { minLength: 1 }),
    })
    .map(aRequirement);

  it('never count for the requester when the requester is excluded', () => {
    fc.assert(
      fc.property(requirements, people, means, (requirement, person, by) => {
        const counts = voteCounts({ ...requirement, requesterExcluded: true }, person, person.id, by);
        expect(counts.kind).toBe('refusal');
      }),
    );
  });

  it('reach no quorum with fewer than that many distinct eligible people, however they come and go', () => {
    const { seen, add } = tally();
    const word = fc.record({ person: people, choice: fc.constantFrom('approve', 'approve', 'approve', 'veto', 'withdraw'), by: means });
    fc.assert(
      fc.property(requirements, fc.array(word, { maxLength: 14 }), (requirement, words) => {
        // Not by person: a list that holds somebody twice must not reach a quorum either.
        let votes: readonly Vote[] = [];
        const eligible = new Set<string>();
        for (const { person, choice, by } of words) {
          if (choice === 'withdraw') {
            votes = votes.filter((vote) => vote.person !== person.id);
            eligible.delete(person.id);
            continue;
          }
          const counts = voteCounts(requirement, person, requester, by);
          const allowed =
            person.standing === 'member' &&
            requirement.means.includes(by) &&
            person.groups.some((group) => requirement.from.includes(group)) &&
            !(requirement.requesterExcluded && person.id === requester);
          expect(counts.kind).toBe(allowed ? 'counts' : 'refusal');
          if (counts.kind === 'refusal') continue;
          votes = [
            ...votes,
            aVote({ person: person.id, choice: choice === 'veto' ? 'veto' : 'approve', means: by, groups: counts.groups }),
          ];
          if (choice === 'approve') eligible.add(person.id);
          const reached = quorumReached(requirement, votes);
          add(String(reached));
          if (reached) {
            expect(eligible.size).toBeGreaterThanOrEqual(requirement.quorum);
            expect(votes.some((vote) => vote.choice === 'veto')).toBe(false);
          } else if (votes.every((vote) => vote.choice === 'approve')) expect(eligible.size).toBeLessThan(requirement.quorum);
        }
      }),
      { numRuns: 800 },
    );
    expect(seen.get('true') ?? 0).toBeGreaterThan(0);
  });

  it('reach the same in any order', () => {
    const vote = fc
      .record({
        person: fc.constantFrom('UANN', 'UBOB', 'UCEM').map(asUserId),
        choice: fc.constantFrom('approve' as const, 'veto' as const),
      })
      .map(aVote);
    fc.assert(
      fc.property(
        fc
          .array(vote, { maxLength: 6 })
          .chain((votes) => fc.tuple(fc.constant(votes), fc.shuffledSubarray(votes, { minLength: votes.length }))),
        ([votes, shuffled]) => {
          expect(quorumReached(aRequirement(), shuffled)).toBe(quorumReached(aRequirement(), votes));
        },
      ),
    );
  });
});
