import fc from 'fast-check';
import type { Plan, Step } from '../../../src/domain/plan.ts';
import type { Entry } from '../../../src/domain/run.ts';
import { ana, aPlan, approvedEntries, bob, chloe, done, intent, night, proposed, redirectEntries, started, vote, voted } from './story.ts';

const poison = fc.constantFrom(
  '<!channel>',
  '<!here|you>',
  '<@U0EVIL>',
  '<#C0EVIL|x>',
  '<https://evil.example|prod>',
  '<!date^1^{date}|x>',
  '&lt;!channel&gt;',
  '&',
  '`*_~',
  '\n> quote\n',
  '```\n',
  '\u202emirrored',
  '\u0000\u0007',
  '👩🏽‍🚒',
  '\ud83d',
  '"\'\\',
  ':white_check_mark:',
  'x'.repeat(10_000),
  '<'.repeat(3_000),
  '👍'.repeat(2_000),
);

/** What a person, a database or a config file may put anywhere. */
export const nasty = fc.oneof(
  {
    weight: 3,
    arbitrary: fc
      .array(fc.oneof(poison, fc.string({ unit: 'grapheme', maxLength: 20 })), { minLength: 1, maxLength: 5 })
      .map((parts) => parts.join('')),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 300 }) },
  { weight: 1, arbitrary: fc.constant('') },
);

const aNastyStep = (number: number): fc.Arbitrary<Step> =>
  fc
    .record({ text: nasty, statement: nasty, cluster: fc.option(nasty), person: fc.boolean(), final: fc.boolean(), back: fc.boolean() })
    .map(({ text, statement, cluster, person, final, back }) => ({
      id: `s${number}`,
      kind: 'nasty',
      title: text,
      cluster,
      side: 'primary',
      statements: [statement, text],
      ...(back ? { asks: [{ cluster: text, statements: [text, statement] }] } : {}),
      params: {},
      budgetMs: 60_000,
      performMs: 10_000,
      onLate: 'halt',
      pointOfNoReturn: final,
      undo: back
        ? { kind: 'act', act: { kind: 'nasty', title: text, cluster, side: null, statements: [], params: {} } }
        : { kind: 'none', why: statement },
      by: person ? 'person' : 'engine',
    }));

export const nastyPlan: fc.Arbitrary<Plan> = fc
  .integer({ min: 1, max: 60 })
  .chain((steps) =>
    fc.record({
      steps: fc.tuple(...Array.from({ length: steps }, (_, index) => aNastyStep(index + 1))),
      text: nasty,
      warnings: fc.array(nasty, { maxLength: 12 }),
      link: nasty,
    }),
  )
  .map(({ steps, text, warnings, link }) =>
    aPlan({
      steps,
      warnings,
      summary: text,
      // A link's name is whatever the test says it is.
      link: link as Plan['link'],
      predictedLoss: { ms: null, words: text },
      predictedDowntime: { ms: 1, words: text },
    }),
  );

/** Journals of every shape a run goes through, with foreign text wherever an entry can hold one. */
export const nastyJournal: fc.Arbitrary<readonly Entry[]> = fc
  .record({
    plan: nastyPlan,
    text: nasty,
    cut: fc.integer({ min: 1, max: 40 }),
    end: fc.constantFrom('halted', 'failed', 'succeeded', 'undone', 'none'),
  })
  .map(({ plan, text, cut, end }) => [...journalOf(plan, text, cut), ...endOf(text, end)].slice(0, cut + 12));

const t = night + 100_000;

function journalOf(plan: Plan, text: string, cut: number): readonly Entry[] {
  const [, asked, , , approved] = approvedEntries(plan);
  const votes = [voted(plan, vote(bob, { reason: text, groups: [text, text] })), voted(plan, vote(chloe, { means: 'command' }))];
  const opening: Entry[] = [
    proposed(plan, { reason: text }),
    ...(asked === undefined ? [] : [asked]),
    ...votes,
    ...(approved === undefined ? [] : [approved]),
    { kind: 'queued', at: t, behind: text as Extract<Entry, { kind: 'queued' }>['behind'], place: 3 },
    { ...started(t), observation: { ...redirectObservation(), headline: text } } as Entry,
  ];
  const steps = plan.steps
    .slice(0, cut)
    .flatMap((step, index): Entry[] => [
      intent(step.id, t + index),
      { kind: 'progress', at: t + index, step: step.id, fraction: 0.5, note: text },
      ...(step.by === 'person' ? [{ kind: 'confirmed', at: t, step: step.id, by: ana, means: 'button' } as const] : []),
      done(step.id, t + index + 1, { [text.slice(0, 40)]: text, nested: { text } }),
    ]);
  return [...opening, ...steps, { kind: 'noted', at: t, sentence: text }];
}

const redirectObservation = () => {
  const entry = redirectEntries.find(({ kind }) => kind === 'started');
  if (entry?.kind !== 'started') throw new TypeError('the story has no start');
  return entry.observation;
};

function endOf(text: string, end: string): readonly Entry[] {
  const at = t + 9_000;
  switch (end) {
    case 'halted':
      return [{ kind: 'halted', at, step: 's1', halt: { why: 'late', sentence: text, databases: text, next: text, evidence: { text } } }];
    case 'failed':
      return [{ kind: 'failed', at, sentence: text, databases: text, next: text }];
    case 'succeeded':
      return [{ kind: 'succeeded', at, report: { sentence: text, lossMs: null, downtimeMs: 5, facts: [{ label: text, value: text }] } }];
    case 'undone':
      return [{ kind: 'undone', at, sentence: text, differences: [{ label: text, before: text, now: text }] }];
    default:
      return [];
  }
}
