import { describe, expect, it } from 'vitest';
import { isRefusal } from '../../src/domain/refusal.ts';
import type { Entry, Halt } from '../../src/domain/run.ts';
import {
  decideCancel,
  decideConfirmation,
  decideRetry,
  decideSkip,
  decideVote,
  decideWithdrawal,
  type GivenVote,
} from '../../src/runs/decide.ts';
import { ana, anObservation, aPerson, aPlan, aRequirement, aStep, bob, chloe, folded, proposal } from '../support/runs.ts';

const at = 2_000;
const plan = aPlan([
  aStep('s1', { onLate: 'undo' }),
  aStep('s2', { pointOfNoReturn: true, undo: { kind: 'none', why: 'A promotion stays.' } }),
  aStep('s3', { by: 'person', undo: { kind: 'none', why: 'Done by people.' } }),
]);
const asked: Entry = { kind: 'approval-asked', at, requirement: aRequirement(), expiresAt: 10_000 };
const awaiting = [proposal(plan), asked];
const started: Entry = { kind: 'started', at, observation: anObservation() };
const running = [...awaiting, { kind: 'approved', at, by: [bob], startBy: 20_000 } as Entry, started];
const intent = (step: string): Entry => ({
  kind: 'intent',
  at,
  step,
  effect: `e-${step}` as never,
  attempt: 1,
  deadlineAt: 50_000,
  inverse: null,
  undoing: false,
});
const done = (step: string): Entry => ({ kind: 'done', at, step, effect: `e-${step}` as never, evidence: {}, undoing: false });
const halt: Halt = { why: 'unknown', sentence: 'It is not known.', databases: 'Both answer.', next: 'Look.', evidence: {} };
const halted = (step: string | null): Entry => ({ kind: 'halted', at, step, halt });
const pastReturn: readonly Entry[] = [
  ...running,
  intent('s1'),
  done('s1'),
  intent('s2'),
  { kind: 'performing', at, step: 's2', effect: 'e-s2' as never, quietAt: 14_000 },
];

const given = (more: Partial<GivenVote> = {}): GivenVote => ({
  person: aPerson(bob),
  choice: 'approve',
  means: 'button',
  reason: null,
  planHash: null,
  ...more,
});
const code = (answer: unknown): string => (isRefusal(answer) ? answer.code : 'none');

describe('a vote', () => {
  it('counts one of two', () => {
    expect(decideVote(folded(...awaiting), given(), 3_000)).toMatchObject({
      kind: 'decision',
      entries: [{ kind: 'voted' }],
      sentence: expect.stringContaining('1 of 2'),
    });
  });

  it('approves with the second person', () => {
    const first = decideVote(folded(...awaiting), given(), 3_000);
    if (isRefusal(first)) throw new TypeError(first.sentence);
    const second = decideVote(folded(...awaiting, ...first.entries), given({ person: aPerson(chloe) }), 3_001);
    expect(second).toMatchObject({ entries: [{ kind: 'voted' }, { kind: 'approved', by: [bob, chloe], startBy: 3_001 + 600_000 }] });
  });

  it('of the same person twice changes nothing', () => {
    const first = decideVote(folded(...awaiting), given(), 3_000);
    if (isRefusal(first)) throw new TypeError(first.sentence);
    expect(decideVote(folded(...awaiting, ...first.entries), given({ means: 'reaction' }), 3_001)).toMatchObject({ entries: [] });
  });

  it('turned into a veto ends the run', () => {
    const first = decideVote(folded(...awaiting), given(), 3_000);
    if (isRefusal(first)) throw new TypeError(first.sentence);
    const veto = decideVote(folded(...awaiting, ...first.entries), given({ choice: 'veto', reason: 'not tonight' }), 3_001);
    expect(veto).toMatchObject({ entries: [{ kind: 'voted' }, { kind: 'denied', by: bob, reason: 'not tonight' }] });
  });

  it.each([
    { name: 'by the requester', answer: () => decideVote(folded(...awaiting), given({ person: aPerson(ana) }), 3_000), is: 'not-eligible' },
    {
      name: 'by a guest',
      answer: () => decideVote(folded(...awaiting), given({ person: aPerson(bob, { standing: 'guest' }) }), 3_000),
      is: 'not-eligible',
    },
    {
      name: 'by somebody of no group',
      answer: () => decideVote(folded(...awaiting), given({ person: aPerson(bob, { groups: [] }) }), 3_000),
      is: 'not-eligible',
    },
    { name: 'for another plan', answer: () => decideVote(folded(...awaiting), given({ planHash: 'another' }), 3_000), is: 'stale-plan' },
    { name: 'after the time', answer: () => decideVote(folded(...awaiting), given(), 10_000), is: 'too-late' },
    { name: 'after the decision', answer: () => decideVote(folded(...running), given(), 3_000), is: 'too-late' },
  ])('$name is refused', ({ answer, is }) => {
    expect(code(answer())).toBe(is);
  });

  it('given by a reaction is taken back with it, and one given by a button is not', () => {
    const reaction = decideVote(folded(...awaiting), given({ means: 'reaction' }), 3_000);
    const button = decideVote(folded(...awaiting), given(), 3_000);
    if (isRefusal(reaction) || isRefusal(button)) throw new TypeError('both count');
    expect(decideWithdrawal(folded(...awaiting, ...reaction.entries), aPerson(bob), 'reaction', 3_001)).toMatchObject({
      entries: [{ kind: 'vote-withdrawn' }],
    });
    expect(decideWithdrawal(folded(...awaiting, ...button.entries), aPerson(bob), 'reaction', 3_001)).toMatchObject({ entries: [] });
  });
});

describe('governing a run', () => {
  it.each([
    { name: 'cancels what waits', answer: () => decideCancel(folded(...awaiting), aPerson(ana), at), kind: 'cancelled' },
    {
      name: 'asks what runs to stop',
      answer: () => decideCancel(folded(...running, intent('s1')), aPerson(ana), at),
      kind: 'cancel-asked',
    },
    {
      name: 'takes back what has halted before the return',
      answer: () => decideCancel(folded(...running, intent('s1'), halted('s1')), aPerson(ana), at),
      kind: 'undo-begun',
    },
    {
      name: 'gives up what has halted past the return',
      answer: () => decideCancel(folded(...pastReturn, halted('s2')), aPerson(ana), at),
      kind: 'failed',
    },
    {
      name: 'gives up past the return what waits for people',
      answer: () => decideCancel(folded(...pastReturn, done('s2'), intent('s3')), aPerson(ana), at),
      kind: 'failed',
    },
    { name: 'retries what has halted', answer: () => decideRetry(folded(...pastReturn, halted('s2')), aPerson(ana), at), kind: 'retried' },
    {
      name: 'skips the step at which it halted',
      answer: () => decideSkip(folded(...pastReturn, halted('s2')), aPerson(ana), 'seen', at),
      kind: 'skipped',
    },
    {
      name: 'confirms a step of people',
      answer: () => decideConfirmation(folded(...pastReturn, done('s2'), intent('s3')), 's3', aPerson(ana), 'button', at),
      kind: 'confirmed',
    },
  ])('$name', ({ answer, kind }) => {
    expect(answer()).toMatchObject({ kind: 'decision', entries: [{ kind }] });
  });

  it.each([
    { name: 'cancelling past the return', answer: () => decideCancel(folded(...pastReturn), aPerson(ana), at) },
    { name: 'retrying what runs', answer: () => decideRetry(folded(...running), aPerson(ana), at) },
    { name: 'skipping what runs', answer: () => decideSkip(folded(...running), aPerson(ana), 'x', at) },
    { name: 'skipping the last look', answer: () => decideSkip(folded(...running, halted(null)), aPerson(ana), 'x', at) },
    {
      name: 'confirming a step of the engine',
      answer: () => decideConfirmation(folded(...running, intent('s1')), 's1', aPerson(ana), 'button', at),
    },
  ])('refuses $name', ({ answer }) => {
    expect(code(answer())).toBe('illegal-move');
  });

  it('refuses to cancel what is over', () => {
    expect(code(decideCancel(folded(...awaiting, { kind: 'denied', at, by: bob, reason: null }), aPerson(ana), at))).toBe('too-late');
  });
});
