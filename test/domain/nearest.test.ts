import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editDistance, nearest } from '../../src/domain/nearest.ts';
import { didYouMean } from '../../src/intents/nearest.ts';

const words = fc.string({ maxLength: 12 });

describe('the edit distance', () => {
  it.each([
    ['', '', 0],
    ['', 'abc', 3],
    ['abc', '', 3],
    ['abc', 'abc', 0],
    ['abc', 'abd', 1],
    ['abc', 'acb', 1],
    ['failvoer', 'failover', 1],
    ['kitten', 'sitting', 3],
    ['ab', 'ba', 1],
    ['abcd', 'badc', 2],
  ])('from %j to %j is %d', (from, to, edits) => {
    expect(editDistance(from, to)).toBe(edits);
  });

  it('is the same both ways, nothing for equals only, and never more than the longer word', () => {
    fc.assert(
      fc.property(words, words, (from, to) => {
        const edits = editDistance(from, to);
        expect(edits).toBe(editDistance(to, from));
        expect(edits === 0).toBe(from === to);
        expect(edits).toBeLessThanOrEqual(Math.max(from.length, to.length));
        expect(edits).toBeGreaterThanOrEqual(Math.abs(from.length - to.length));
      }),
    );
  });
});

describe('the nearest spellings', () => {
  it.each([
    ['stauts', ['status'], 'Did you mean `status`?'],
    ['STATUS', ['status'], 'Did you mean `status`?'],
    ['fail', ['failover', 'failback', 'pause'], 'Did you mean `failback` or `failover`?'],
    ['rn', ['run', 'runs'], 'Did you mean `run`?'],
    ['prod-sqx', ['prod-sq1', 'prod-sq2', 'prod-sq3', 'prod-sq4'], 'Did you mean `prod-sq1`, `prod-sq2` or `prod-sq3`?'],
    ['abcdefghij', ['klmnopqrst'], null],
    ['abcdefghiwxyz', ['abcdefghijklm'], null],
    ['abcdefghijxyz', ['abcdefghijklm'], 'Did you mean `abcdefghijklm`?'],
    ['st', ['status'], null],
    ['', ['a', 'b'], 'Did you mean `a` or `b`?'],
    ['anything', [], null],
  ])('to %j among %j', (typed, spellings, sentence) => {
    expect(didYouMean(typed, spellings)).toBe(sentence);
  });

  it('always hold a word that was spelt right', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.string({ minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 3, selector: (word) => word.toLowerCase() }),
        (spellings) => {
          for (const spelling of spellings) expect(nearest(spelling, [spelling])).toEqual([spelling]);
        },
      ),
    );
  });
});

describe('what is nearest in a config', () => {
  const known = ['approval', 'allowed', 'denied', 'by'];

  it.each<[string, readonly string[]]>([
    ['alowed', ['allowed']],
    ['ALLOWED', ['allowed']],
    ['apporval', ['approval']],
    ['deneid', ['denied']],
    ['bi', ['by']],
    ['', []],
    ['freeze', []],
    ['😀', []],
    ['x'.repeat(10_000), []],
  ])('to %s', (word, meant) => {
    expect(nearest(word, known)).toEqual(meant);
  });
});
