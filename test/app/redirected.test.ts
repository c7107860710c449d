import { describe, expect, it } from 'vitest';
import { createRedirects } from '../../src/app/redirected.ts';
import { asEffectId, asRunId, type RunId } from '../../src/domain/ids.ts';
import type { Step } from '../../src/domain/plan.ts';
import type { Entry } from '../../src/domain/run.ts';
import { ana, anObservation, aPlan, aStep, asRecords, link, proposal } from '../support/runs.ts';

const redirect = aStep('s1', { kind: 'redirect', by: 'person', statements: [], params: { to: 'sql-west' } });
const end = aStep('s2');

const halt = { why: 'late', sentence: 'Late.', databases: 'As before.', next: 'Wait.', evidence: {} } as const;

/** A run that began, and what became of its first steps, the first of them at `from`. */
const story = (run: RunId, ...steps: readonly Ending[]): readonly Entry[] => storyOf({ run, first: redirect, from: 5_000 }, steps);

type Ending = 'confirmed' | 'skipped' | 'done';

function storyOf({ run, first, from }: { run: RunId; first: Step; from: number }, steps: readonly Ending[]): readonly Entry[] {
  const plan = aPlan([first, end]);
  const ended = steps.flatMap((how, index): readonly Entry[] => {
    const [step, at] = [plan.steps[index]?.id ?? '', from + index];
    if (how === 'skipped')
      return [
        { kind: 'halted', at, step, halt },
        { kind: 'skipped', at, step, by: ana, reason: 'not needed' },
      ];
    return [{ kind: 'done', at, step, effect: asEffectId(`${run}/${step}/1`), evidence: {}, undoing: false }];
  });
  return [
    proposal(plan, { run }),
    { kind: 'approved', at: 2_000, by: [], startBy: 9_000 },
    { kind: 'started', at: 3_000, observation: anObservation() },
    ...ended,
  ];
}

/** Newest first, as the journal tells them. */
const journalOf = (...runs: readonly (readonly [RunId, readonly Entry[]])[]) => ({
  recent: async () => runs.map(([id]) => id),
  read: async (id: RunId) => asRecords(runs.find(([one]) => one === id)?.[1] ?? []),
});

const [one, two, three] = [asRunId('r-0000000001'), asRunId('r-0000000002'), asRunId('r-0000000003')];
const moved = (run: RunId, endedAt: number) => ({ run, operation: 'failover', to: 'sql-west', endedAt });

describe('where applications were sent last', () => {
  it('is told by the newest run whose redirect was confirmed, with the time at which it had ended all it ends', async () => {
    const journal = journalOf([three, story(three)], [two, story(two, 'confirmed', 'done')], [one, story(one, 'confirmed')]);
    expect(await createRedirects(journal)(link)).toEqual(moved(two, 5_001));
    expect(await createRedirects(journalOf([one, story(one, 'confirmed')]))(link)).toEqual(moved(one, 5_000));
  });

  it('is not told by a run that nobody confirmed, whose redirect was skipped, or whose journal is gone', async () => {
    expect(await createRedirects(journalOf([one, story(one)]))(link)).toBeNull();
    expect(await createRedirects(journalOf([one, story(one, 'skipped', 'done')]))(link)).toBeNull();
    expect(await createRedirects(journalOf([one, []]))(link)).toBeNull();
    expect(await createRedirects(journalOf())(link)).toBeNull();
  });

  it('is told by a redirect that the hook of the link carried out', async () => {
    const hooked = aStep('s1', { kind: 'redirect.hook', params: { to: 'sql-west' } });
    const journal = journalOf([one, storyOf({ run: one, first: hooked, from: 5_000 }, ['done', 'done'])]);
    expect(await createRedirects(journal)(link)).toEqual(moved(one, 5_001));
  });

  it('is told by the run that redirected last, also where that was asked for first', async () => {
    const journal = journalOf(
      [two, storyOf({ run: two, first: redirect, from: 6_000 }, ['confirmed', 'done'])],
      [one, storyOf({ run: one, first: redirect, from: 7_000 }, ['confirmed', 'done'])],
    );
    expect(await createRedirects(journal)(link)).toEqual(moved(one, 7_001));
  });

  it('is not told where there are more runs than can be looked through', async () => {
    const ids = Array.from({ length: 10_001 }, (_, number) => asRunId(`r-${String(1_000_000_000 + number)}`));
    const journal = { ...journalOf(), recent: async () => ids };
    await expect(createRedirects(journal)(link)).rejects.toThrow('more than 10000 runs');
  });

  it('is looked for in every run of the link, and once in each that is over', async () => {
    const ids = Array.from({ length: 60 }, (_, number) => asRunId(`r-${String(1_000_000_000 + number)}`));
    const cancelled = (id: RunId): readonly Entry[] => [
      proposal(aPlan([redirect, end]), { run: id }),
      { kind: 'cancelled', at: 2_000, by: ana, sentence: 'Not now.' },
    ];
    const reads: RunId[] = [];
    const told = journalOf(...ids.map((id) => [id, cancelled(id)] as const), [two, story(two, 'confirmed', 'done')]);
    const redirects = createRedirects({
      ...told,
      read: (id) => {
        reads.push(id);
        return told.read(id);
      },
    });
    expect(await redirects(link)).toEqual(moved(two, 5_001));
    expect(await redirects(link)).toEqual(moved(two, 5_001));
    // The one that is not over yet is read again.
    expect(reads).toEqual([...ids, two, two]);
  });
});
