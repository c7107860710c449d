import { describe, expect, it } from 'vitest';
import { choose, eitherOf, show } from '../../src/intents/show.ts';

describe('what a person typed, shown in a sentence', () => {
  it.each([
    ['abc', '"abc"'],
    [' a\n\tb ', '"a b"'],
    ['', '""'],
    ['a\u202Eb\u200B', '"ab"'],
    ['a\u0000b', '"a\uFFFDb"'],
    ['x'.repeat(40), `"${'x'.repeat(40)}"`],
    ['x'.repeat(41), `"${'x'.repeat(40)}…"`],
    ['\u{1F600}'.repeat(41), `"${'\u{1F600}'.repeat(40)}…"`],
  ])('%j is %j', (typed, shown) => {
    expect(show(typed)).toBe(shown);
  });
});

describe('a choice', () => {
  it.each([
    [[], '', 'elsewhere'],
    [['a'], '`a`', 'Write `a`.'],
    [['a', 'b'], '`a` or `b`', 'Write `a` or `b`.'],
    [['a', 'b', 'c'], '`a`, `b` or `c`', 'Write `a`, `b` or `c`.'],
  ])('of %j reads %j', (spellings, either, written) => {
    expect(eitherOf(spellings)).toBe(either);
    expect(choose(spellings, 'elsewhere')).toBe(written);
  });

  it('of more than eight says where the list is', () => {
    expect(choose([...'abcdefghi'], 'elsewhere')).toBe('elsewhere');
  });
});
