import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asUserId } from '../../src/domain/ids.ts';
import { isRefusal } from '../../src/domain/refusal.ts';
import { type Entry, isFinal, type RunView } from '../../src/domain/run.ts';
import { decideCancel, decideConfirmation, decideRetry, decideSkip, decideVote, decideWithdrawal } from '../../src/runs/decide.ts';
import { foldMore } from '../../src/runs/fold.ts';
import { next } from '../../src/runs/next.ts';
import { isPastReturn } from '../../src/runs/progress.ts';
import { allowed, anObservation, aPerson, aPlan, aRequirement, aStep, folded, needsApproval, proposal } from '../support/runs.ts';

const people = ['U0ANA', 'U0BOB', 'U0CHLOE', 'U0DAN'].map((id) => aPerson(asUserId(id)));
const plan = aPlan([
  aStep('s1', { undo: { kind: 'none', why: 'It looks.' } }),
  aStep('s2', { onLate: 'undo' }),
  aStep('s3', { pointOfNoReturn: true, undo: { kind: 'none', why: 'It stays.' } }),
  aStep('s4', { by: 'person', undo: { kind: 'none', why: 'Done by people.' } }),
]);

/** What can happen to a run: a person says something, the worker takes a turn with some luck, or time passes. */
type Happening =
  | { readonly kind: 'approve' | 'veto' | 'withdraw' | 'cancel' | 'retry' | 'skip' | 'confirm'; readonly who: number }
  | { readonly kind: 'turn'; readonly luck: 'done' | 'performing' | 'not-applied' | 'progress' | 'halt' | 'late' }
  | { readonly kind: 'time'; readonly ms: number };

const happening: fc.Arbitrary<Happening> = fc.oneof(
  fc.record({ kind: fc.constantFrom('approve', 'veto', 'withdraw', 'cancel', 'retry', 'skip', 'confirm'), who: fc.nat(3) }),
  {
    arbitrary: fc.record({
      kind: fc.constant('turn' as const),
      luck: fc.constantFrom('done', 'done', 'done', 'performing', 'not-applied', 'progress', 'halt', 'late'),
    }),
    weight: 5,
  },
  fc.record({ kind: fc.constant('time' as const), ms: fc.nat(200_000) }),
);

interface Walk {
  run: RunView;
  now: number;
  readonly written: Entry[];
}

function write(walk: Walk, entry: Entry): Walk {
  walk.written.push(entry);
  walk.run = foldMore(walk.run, [{ seq: walk.run.seq + 1, fence: 0, entry, chain: '' }]);
  return walk;
}

function say(walk: Walk, { kind, who }: Extract<Happening, { who: number }>): void {
  const person = people[who];
  if (person === undefined) throw new TypeError('nobody');
  const { run, now } = walk;
  const vote = { person, means: 'button', reason: null, planHash: null } as const;
  const answer = {
    approve: () => decideVote(run, { ...vote, choice: 'approve' }, now),
    veto: () => decideVote(run, { ...vote, choice: 'veto' }, now),
    withdraw: () => decideWithdrawal(run, person, 'button', now),
    cancel: () => decideCancel(run, person, now),
    retry: () => decideRetry(run, person, now),
    skip: () => decideSkip(run, person, 'because', now),
    confirm: () => decideConfirmation(run, 's4', person, 'button', now),
  }[kind]();
  if (isRefusal(answer)) {
    expect(answer.sentence.length * answer.next.length).toBeGreaterThan(0);
    return;
  }
  for (const entry of answer.entries) write(walk, entry);
}

function turn(walk: Walk, luck: Extract<Happening, { luck: string }>['luck']): Walk {
  const { run, now } = walk;
  const todo = next(run, now);
  if (todo.kind === 'write') return write(walk, todo.entry);
  if (todo.kind === 'begin') return write(walk, { kind: 'started', at: now, observation: anObservation() });
  if (todo.kind === 'close')
    return write(walk, { kind: 'succeeded', at: now, report: { sentence: 'Done.', lossMs: null, downtimeMs: null, facts: [] } });
  if (todo.kind === 'close-undo') return write(walk, { kind: 'undone', at: now, sentence: 'Undone.', differences: [] });
  if (todo.kind !== 'drive') return walk;
  const { step, view } = todo.standing;
  const effect = view.effect ?? ('?' as never);
  const undoing = run.direction === 'undo';
  if (luck === 'done') return write(walk, { kind: 'done', at: now, step: step.id, effect, evidence: {}, undoing });
  if (luck === 'performing') return write(walk, { kind: 'performing', at: now, step: step.id, effect, quietAt: now + 1_000 });
  if (luck === 'not-applied') return write(walk, { kind: 'not-applied', at: now, step: step.id, effect, sentence: 'Refused.' });
  if (luck === 'progress') return write(walk, { kind: 'progress', at: now, step: step.id, fraction: 0.5, note: 'half' });
  if (luck === 'late' && step.onLate === 'undo' && !undoing && !isPastReturn(run))
    return write(walk, { kind: 'undo-begun', at: now, sentence: 'Late.' });
  return write(walk, {
    kind: 'halted',
    at: now,
    step: step.id,
    halt: { why: 'late', sentence: 'Late.', databases: '', next: '', evidence: {} },
  });
}

const walked = (happenings: readonly Happening[], verdict = needsApproval()): Walk => {
  const first = proposal(plan, { verdict });
  const walk: Walk = { run: folded(first), now: 2_000, written: [first] };
  for (const one of happenings) {
    if (one.kind === 'time') walk.now += one.ms;
    else if (one.kind === 'turn') turn(walk, one.luck);
    else say(walk, one);
  }
  return walk;
};

const happenings = fc.array(happening, { minLength: 1, maxLength: 80 });

describe('whatever happens to a run', () => {
  it('stays within the move table', () => {
    // `foldMore` throws for an entry that the table does not have.
    fc.assert(
      fc.property(happenings, fc.boolean(), (list, free) => void walked(list, free ? allowed : needsApproval())),
      { numRuns: 3_000 },
    );
  });

  it('never starts it with fewer than the quorum of distinct others', () => {
    fc.assert(
      fc.property(happenings, (list) => {
        const { run } = walked(list);
        if (run.startedAt === null) return;
        expect(new Set(run.approvedBy).size).toBeGreaterThanOrEqual(aRequirement().quorum);
        expect(run.approvedBy).not.toContain(run.origin.person);
      }),
      { numRuns: 3_000 },
    );
  });

  it('never undoes past the point of no return, and never acts without an intent', () => {
    fc.assert(
      fc.property(happenings, (list) => {
        const { written } = walked(list);
        const turnedBack = written.findIndex((entry) => entry.kind === 'undo-begun');
        const before = written.slice(0, Math.max(turnedBack, 0)).filter((entry) => 'step' in entry && entry.step === 's3');
        const sent = before.findLast((entry) => entry.kind === 'performing' || entry.kind === 'done' || entry.kind === 'not-applied');
        expect([undefined, 'not-applied']).toContain(sent?.kind);
        written.forEach((entry, index) => {
          if (entry.kind !== 'performing' && entry.kind !== 'done') return;
          expect(written.slice(0, index).some((before) => before.kind === 'intent' && before.effect === entry.effect)).toBe(true);
        });
      }),
      { numRuns: 3_000 },
    );
  });

  it('reaches an end when people and databases are good', () => {
    fc.assert(
      fc.property(happenings, (list) => {
        const walk = walked(list);
        for (let turns = 0; turns < 60 && !isFinal(walk.run.state); turns += 1) {
          if (walk.run.state === 'awaiting-approval') for (const who of [1, 2]) say(walk, { kind: 'approve', who });
          if (walk.run.state === 'halted') say(walk, { kind: 'retry', who: 0 });
          say(walk, { kind: 'confirm', who: 0 });
          turn(walk, 'done');
        }
        expect(isFinal(walk.run.state)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it('reaches success on the straight way', () => {
    const straight: readonly Happening[] = [
      { kind: 'turn', luck: 'done' },
      { kind: 'approve', who: 1 },
      { kind: 'approve', who: 2 },
      ...Array.from({ length: 8 }, (): Happening => ({ kind: 'turn', luck: 'done' })),
      { kind: 'confirm', who: 0 },
      ...Array.from({ length: 2 }, (): Happening => ({ kind: 'turn', luck: 'done' })),
    ];
    expect(walked(straight).run.state).toBe('succeeded');
  });
});
