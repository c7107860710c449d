import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { problemsOf, said, section } from '../../src/domain/problem.ts';

describe('a problem', () => {
  it('names the path as people write it', () => {
    expect(said(['links', 0, 'settings', 'a b', 'c'], 'is odd.')).toEqual({
      path: 'links[0].settings.(key).c',
      sentence: 'links[0].settings.(key).c is odd.',
    });
    expect(said([], 'is odd.', 'The file')).toEqual({ path: '', sentence: 'The file is odd.' });
  });

  const schema = section({
    choice: z.union([z.string(), section({ deep: z.number() })]).optional(),
    flag: z.boolean().optional(),
    literal: z.literal('only').optional(),
    short: z.string().max(3).optional(),
    entries: z.map(z.string(), z.number()).optional(),
    date: z.date().optional(),
  });
  it.each<[string, object, readonly string[]]>([
    ['the branch of a union that was meant', { choice: { deep: 'x' } }, ['choice.deep is text; it has to be a number.']],
    ['all branches when none was', { choice: 1 }, ['choice is a number; it has to be text or a section with keys.']],
    ['yes and no', { flag: 'yes' }, ['flag is text; it has to be true or false.']],
    ['the only word', { literal: 'other' }, ['literal is not only; write that.']],
    ['too much text', { short: 'four' }, ['short is too large; at most 3 characters are possible.']],
    ['a number that is none', { choice: { deep: Number.NaN } }, ['choice.deep is not a number that can be used.']],
    ['entries', { entries: new Map([['a', 'x']]) }, ['entries.a is missing; write a number there.']],
    ['a type without a word', { date: Symbol('x') }, ['date is something else; it has to be date.']],
    [
      'several unknown keys',
      { falg: 1, zzzzzz: 2 },
      [
        'The whole has an unknown key “falg”; did you mean “flag”? It has an unknown key “zzzzzz”; known keys are choice, flag, literal, short, entries, date.',
      ],
    ],
    [
      'a key that may be a secret',
      { 'xoxb-1-2': 1 },
      ['The whole has an unknown key that is not shown here; known keys are choice, flag, literal, short, entries, date.'],
    ],
  ])('says of %s', (_, value, says) => {
    const parsed = schema.safeParse(value);
    expect(parsed.success ? [] : problemsOf(parsed.error, value).map(({ sentence }) => sentence)).toEqual(says);
  });
});
