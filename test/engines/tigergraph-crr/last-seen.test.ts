import { describe, expect, it } from 'vitest';
import { createTigergraphCrr } from '../../../src/engines/tigergraph-crr/index.ts';
import { observationOf } from '../../../src/engines/tigergraph-crr/observe.ts';
import { connectShell } from '../../../src/transports/shell.ts';
import { aLink, noneSeen } from './build.ts';
import { detailIn } from './plan-states.ts';

const link = aLink();
const engine = createTigergraphCrr({ shell: connectShell });
const at = Date.parse('2026-11-20T03:12:00.123Z');

/** The primary is gone, and how far its standby was is known from earlier looks only. */
const seen = (words: string | null) =>
  observationOf(
    link,
    {
      ...detailIn('primary gone', '4.1.4'),
      primary: { kind: 'gone', why: 'No node accepts connections.' },
      past: {
        ...noneSeen,
        behindMs: null,
        words: 'How many changes of metadata it lacks is not known.',
        lastSeen: words === null ? null : { at, words },
      },
    },
    at + 60_000,
  );

describe('what was seen last of a primary that is gone', () => {
  const rows: readonly (readonly [string, string])[] = [
    [
      'had every change of metadata',
      'Both sides were last seen together at 2026-11-20 03:12:00 UTC: graph-west had every change of metadata then.',
    ],
    [
      'lacked 2 changes of metadata',
      'Both sides were last seen together at 2026-11-20 03:12:00 UTC: graph-west lacked 2 changes of metadata then.',
    ],
  ];

  it.each(rows)('reads as one sentence in a headline and in a plan where it %s', (words, sentence) => {
    const observation = seen(words);
    expect(observation.headline).toBe(`graph-east can't be reached: No node accepts connections. ${sentence}`);
    const plan = engine.plan({ kind: 'failover', link: link.id, to: { kind: 'latest' } }, link, observation);
    if (plan.kind === 'refusal') throw new TypeError(plan.sentence);
    expect(plan.predictedLoss.words).toBe(
      `What graph-west has not fetched from graph-east is lost. How many changes of metadata it lacks is not known. ${sentence}`,
    );
  });

  it('is said to be unknown where nobody ever looked', () => {
    expect(seen(null).headline).toBe("graph-east can't be reached: No node accepts connections. How much graph-west lacks is not known.");
  });
});
