import { describe, expect, it } from 'vitest';
import { lateWords, nothingHappened } from '../../src/runs/late-words.ts';

describe('the words of a step that is late', () => {
  const seen: readonly (readonly [string, string, string])[] = [
    ['what an engine says of a wait', 'graph-west lacks 3 transactions.', 'graph-west lacks 3 transactions.'],
    ['part of a sentence', 'replication pending cutover, 24 of 39 ranges', 'replication pending cutover, 24 of 39 ranges.'],
    ['several sentences', 'It is promoted. A majority has to be up.', 'It is promoted. A majority has to be up.'],
    ['a side that does not answer', "sql-west can't be reached (ECONNREFUSED). ", "sql-west can't be reached (ECONNREFUSED)."],
    ['an act that has not happened', nothingHappened, 'It has not happened.'],
  ];
  it.each(seen)('end with %s', (_, told, expected) => {
    expect(lateWords.halts('Promote west', 300_000, told)).toBe(`'Promote west' is not proven after 5 min. Last seen: ${expected}`);
    expect(lateWords.takesBack('Stop east', 300_000, told)).toBe(
      `'Stop east' took longer than its 5 min, so what was done is taken back. Last seen: ${expected}`,
    );
  });

  it.each([
    [12_000, '12 s'],
    [60_000, '60 s'],
    [120_000, '2 min'],
    [150_000, '150 s'],
    [3_600_000, '60 min'],
    [86_400_000, '24 h'],
  ])('spell a budget of %i ms as %s', (ms, expected) => {
    expect(lateWords.halts('X', ms, 'Y.')).toBe(`'X' is not proven after ${expected}. Last seen: Y.`);
  });
});
