import { describe, expect, it } from 'vitest';
import { asRunId } from '../../src/domain/ids.ts';
import type { Entry } from '../../src/domain/run.ts';
import { foldMore } from '../../src/runs/fold.ts';
import { next } from '../../src/runs/next.ts';
import { allowed, ana, anObservation, aPlan, aRequirement, aStep, bob, chloe, folded, needsApproval, proposal } from '../support/runs.ts';

const readOnly = aStep('s1', { undo: { kind: 'none', why: 'It only looks.' } });
const stop = aStep('s2', { onLate: 'undo' });
const promote = aStep('s3', { pointOfNoReturn: true, undo: { kind: 'none', why: 'A promotion can not be taken back.' } });
const redirect = aStep('s4', { by: 'person', undo: { kind: 'none', why: 'Done by people.' } });
const plan = aPlan([readOnly, stop, promote, redirect]);

const at = 2_000;
const asked: Entry = { kind: 'approval-asked', at, requirement: aRequirement(), expiresAt: 10_000 };
const vote = (person: typeof bob, choice: 'approve' | 'veto' = 'approve'): Entry => ({
  kind: 'voted',
  at,
  vote: { person, choice, means: 'button', groups: ['dba'], reason: null, at },
  planHash: (proposal(plan) as Extract<Entry, { kind: 'proposed' }>).planHash,
});
const approved: Entry = { kind: 'approved', at, by: [bob, chloe], startBy: 20_000 };
const started: Entry = { kind: 'started', at, observation: anObservation() };
const intent = (step: string, undoing = false): Entry => ({
  kind: 'intent',
  at,
  step,
  effect: `r-0000000000/${step}/${undoing ? 'undo/' : ''}1` as never,
  attempt: 1,
  deadlineAt: 50_000,
  inverse: null,
  undoing,
});
const performing = (step: string): Entry => ({ kind: 'performing', at, step, effect: `r-0000000000/${step}/1` as never, quietAt: 14_000 });
const done = (step: string, undoing = false): Entry => ({ kind: 'done', at, step, effect: 'e' as never, evidence: {}, undoing });
const cancelAsked: Entry = { kind: 'cancel-asked', at, by: ana };
const begun = [proposal(plan), asked, approved, started];

describe('what comes next', () => {
  const rows: readonly { name: string; entries: readonly Entry[]; now?: number; is: Record<string, unknown> }[] = [
    {
      name: 'asks for approval after a proposal that needs it',
      entries: [proposal(plan)],
      is: { kind: 'write', entry: { kind: 'approval-asked' } },
    },
    {
      name: 'approves at once what is allowed',
      entries: [proposal(plan, { verdict: allowed })],
      is: { kind: 'write', entry: { kind: 'approved', by: [] } },
    },
    {
      name: 'records broken glass before it approves',
      entries: [proposal(plan, { verdict: allowed, breakGlass: 'the region is gone' })],
      is: { kind: 'write', entry: { kind: 'glass-broken', reason: 'the region is gone' } },
    },
    {
      name: 'breaks the glass in a freeze too, when the rule lets it',
      entries: [
        proposal(plan, {
          verdict: { ...allowed, kind: 'refused', code: 'frozen', next: 'Wait.', breakGlass: true },
          breakGlass: 'the region is gone',
        }),
        { kind: 'glass-broken', at, person: ana, reason: 'the region is gone' },
      ],
      is: { kind: 'write', entry: { kind: 'approved', startBy: 3_000 + 900_000 } },
    },
    {
      name: 'still asks when the glass may not be broken',
      entries: [proposal(plan, { verdict: needsApproval(), breakGlass: 'please' })],
      is: { kind: 'write', entry: { kind: 'approval-asked' } },
    },
    { name: 'waits for votes', entries: [proposal(plan), asked, vote(bob)], is: { kind: 'wait', until: 10_000 } },
    {
      name: 'approves at quorum',
      entries: [proposal(plan), asked, vote(bob), vote(chloe)],
      is: { kind: 'write', entry: { kind: 'approved', by: [bob, chloe] } },
    },
    {
      name: 'denies at the first veto',
      entries: [proposal(plan), asked, vote(bob), vote(chloe, 'veto')],
      is: { kind: 'write', entry: { kind: 'denied', by: chloe } },
    },
    {
      name: 'expires when nobody decided',
      entries: [proposal(plan), asked, vote(bob)],
      now: 10_000,
      is: { kind: 'write', entry: { kind: 'expired' } },
    },
    { name: 'begins what is approved', entries: [proposal(plan), asked, approved], is: { kind: 'begin' } },
    {
      name: 'expires an approval that was not used',
      entries: [proposal(plan), asked, approved],
      now: 20_000,
      is: { kind: 'write', entry: { kind: 'expired' } },
    },
    {
      name: 'writes an intent before the first step',
      entries: begun,
      is: { kind: 'write', entry: { kind: 'intent', step: 's1', attempt: 1 } },
    },
    { name: 'drives a step that has its intent', entries: [...begun, intent('s1')], is: { kind: 'drive' } },
    {
      name: 'goes on to the next step',
      entries: [...begun, intent('s1'), done('s1')],
      is: { kind: 'write', entry: { kind: 'intent', step: 's2' } },
    },
    {
      name: 'cancels when nothing was changed',
      entries: [...begun, intent('s1'), done('s1'), cancelAsked],
      is: { kind: 'write', entry: { kind: 'cancelled', by: ana } },
    },
    {
      name: 'undoes on cancel what was changed',
      entries: [...begun, intent('s1'), done('s1'), intent('s2'), performing('s2'), done('s2'), cancelAsked],
      is: { kind: 'write', entry: { kind: 'undo-begun' } },
    },
    {
      name: 'undoes on cancel a step that is only under way',
      entries: [...begun, intent('s1'), done('s1'), intent('s2'), performing('s2'), cancelAsked, { kind: 'undo-begun', at, sentence: '' }],
      is: { kind: 'write', entry: { kind: 'intent', step: 's2', undoing: true, attempt: 1 } },
    },
    {
      name: 'leaves on cancel what was found done, since somebody else did it',
      entries: [...begun, intent('s1'), done('s1'), intent('s2'), done('s2'), cancelAsked],
      is: { kind: 'write', entry: { kind: 'cancelled' } },
    },
    {
      name: 'leaves on cancel what was surely not applied, and was done by somebody else then',
      entries: [
        ...begun,
        intent('s1'),
        done('s1'),
        intent('s2'),
        performing('s2'),
        { kind: 'not-applied', at, step: 's2', effect: 'r-0000000000/s2/1' as never, sentence: '' },
        done('s2'),
        cancelAsked,
      ],
      is: { kind: 'write', entry: { kind: 'cancelled' } },
    },
    {
      name: 'closes the undo when every inverse is done',
      entries: [
        ...begun,
        intent('s1'),
        done('s1'),
        intent('s2'),
        { kind: 'undo-begun', at, sentence: '' },
        intent('s2', true),
        done('s2', true),
      ],
      is: { kind: 'close-undo' },
    },
    {
      name: 'never turns back past the point of no return',
      entries: [...begun, intent('s1'), done('s1'), intent('s2'), done('s2'), intent('s3'), performing('s3'), cancelAsked],
      is: { kind: 'drive' },
    },
    {
      name: 'waits for a person to confirm',
      entries: [...begun, intent('s1'), done('s1'), intent('s2'), done('s2'), intent('s3'), done('s3'), intent('s4')],
      is: { kind: 'wait', until: null },
    },
    {
      name: 'takes a confirmation as the proof of a step done by people',
      entries: [
        ...begun,
        ...['s1', 's2', 's3'].flatMap((step) => [intent(step), done(step)]),
        intent('s4'),
        { kind: 'confirmed', at, step: 's4', by: bob, means: 'button' },
      ],
      is: { kind: 'write', entry: { kind: 'done', step: 's4', evidence: { 'confirmed by': bob } } },
    },
    {
      name: 'closes the run after the last step',
      entries: [...begun, ...['s1', 's2', 's3', 's4'].flatMap((step) => [intent(step), done(step)])],
      is: { kind: 'close' },
    },
    {
      name: 'stands still while halted',
      entries: [
        ...begun,
        intent('s1'),
        { kind: 'halted', at, step: 's1', halt: { why: 'unknown', sentence: '', databases: '', next: '', evidence: {} } },
      ],
      is: { kind: 'wait', until: null },
    },
    {
      name: 'writes a fresh intent after a retry',
      entries: [
        ...begun,
        intent('s1'),
        { kind: 'halted', at, step: 's1', halt: { why: 'unknown', sentence: '', databases: '', next: '', evidence: {} } },
        { kind: 'retried', at, by: bob },
      ],
      is: { kind: 'write', entry: { kind: 'intent', step: 's1', attempt: 2, effect: 'r-0000000000/s1/2' } },
    },
    {
      name: 'goes on without a skipped step',
      entries: [
        ...begun,
        intent('s1'),
        { kind: 'halted', at, step: 's1', halt: { why: 'unknown', sentence: '', databases: '', next: '', evidence: {} } },
        { kind: 'skipped', at, step: 's1', by: bob, reason: 'seen by hand' },
      ],
      is: { kind: 'write', entry: { kind: 'intent', step: 's2' } },
    },
    {
      name: 'cleans up after the end',
      entries: [proposal(plan), { kind: 'cancelled', at, by: ana, sentence: '' }],
      is: { kind: 'clean-up' },
    },
  ];

  it.each(rows)('$name', ({ entries, now, is }) => {
    expect(next(folded(...entries), now ?? 3_000)).toMatchObject(is);
  });

  it('remembers what was shown at the halts that a person answered with Retry, and at no others', () => {
    const halted = (shown: string): Entry => ({
      kind: 'halted',
      at,
      step: 's1',
      halt: { why: 'impossible', sentence: '', databases: '', next: '', evidence: { shown } },
    });
    const retried: Entry = { kind: 'retried', at, by: bob };
    expect(folded(...begun, intent('s1'), halted('a')).retried).toEqual([]);
    const run = folded(...begun, intent('s1'), halted('a'), retried, intent('s1'), halted('b'), retried, intent('s1'), halted('c'));
    expect(run.retried).toEqual([{ shown: 'a' }, { shown: 'b' }]);
    expect(
      foldMore(run, [{ seq: run.seq + 1, fence: 0, chain: '', entry: { kind: 'undo-begun', at, sentence: '' } }]).retried,
    ).toHaveLength(2);
    expect(folded(...begun, intent('s1'), halted('a'), { kind: 'skipped', at, step: 's1', by: bob, reason: '' }).retried).toEqual([]);
  });

  it('keeps waiting out a call that was sent before a retry', () => {
    const run = folded(
      ...begun,
      intent('s1'),
      performing('s1'),
      { kind: 'halted', at, step: 's1', halt: { why: 'unknown', sentence: '', databases: '', next: '', evidence: {} } },
      { kind: 'retried', at, by: bob },
    );
    expect(run.steps[0]).toMatchObject({ sent: 'r-0000000000/s1/1', quietAt: 14_000 });
    expect(run.id).toBe(asRunId('r-0000000000'));
  });
});
