import { describe, expect, it } from 'vitest';
import type { Asked } from '../../../src/domain/plan.ts';
import { planBlocks } from '../../../src/slack/messages/plan-words.ts';
import { aStep } from '../../support/runs.ts';

const east = (...statements: readonly string[]): Asked => ({ cluster: 'east', statements });
const west = (...statements: readonly string[]): Asked => ({ cluster: 'west', statements });

/** Everything about questions that a reader sees, in order. */
const seen = (...asks: readonly (readonly Asked[])[]): readonly string[] =>
  planBlocks({ steps: asks.map((some, index) => aStep(`s${index + 1}`, { statements: [], asks: some })) })
    .flatMap(({ elements }) => elements)
    .map(({ elements }) => elements.map((part) => ('text' in part ? part.text : '')).join(''))
    .filter((text) => /^(Asks|SHOW)/.test(text));

describe('what steps ask, in a plan', () => {
  const rows: readonly (readonly [string, readonly (readonly Asked[])[], readonly string[]])[] = [
    ['stands in full', [[east('SHOW A', 'SHOW B')]], ['Asks east:', 'SHOW A\nSHOW B']],
    ['is not repeated by a later step', [[east('SHOW A')], [east('SHOW A')]], ['Asks east:', 'SHOW A', 'Asks east what step 1 asks it.']],
    [
      'is not repeated for the other side',
      [[east('SHOW A'), west('SHOW A')]],
      ['Asks east:', 'SHOW A', 'Asks west what this step asks east.'],
    ],
    [
      'names whom it was asked of before',
      [[east('SHOW A')], [west('SHOW A')]],
      ['Asks east:', 'SHOW A', 'Asks west what step 1 asks east.'],
    ],
    [
      'says the one case in which it is asked',
      [[east('SHOW A'), { ...west('SHOW A'), only: 'east is gone' }, { ...west('SHOW B'), only: 'it\nserves' }]],
      [
        'Asks east:',
        'SHOW A',
        'Asks west what this step asks east, only where east is gone.',
        'Asks west, only where it serves:',
        'SHOW B',
      ],
    ],
    ['stands in full where a word is another', [[east('SHOW A')], [east('SHOW B')]], ['Asks east:', 'SHOW A', 'Asks east:', 'SHOW B']],
    [
      'stands in full where one is left out',
      [[east('SHOW A', 'SHOW B')], [east('SHOW A')]],
      ['Asks east:', 'SHOW A\nSHOW B', 'Asks east:', 'SHOW A'],
    ],
  ];

  it.each(rows)('%s', (_, asks, expected) => {
    expect(seen(...asks)).toEqual(expected);
  });
});
