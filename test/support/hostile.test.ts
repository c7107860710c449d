import { describe, expect, it } from 'vitest';
import { quotedIn, skeletonOf } from './hostile.ts';

describe('the skeleton of a statement', () => {
  it('is what is left without the content of quotes', () => {
    const statement = `GRANT x ON TABLE "a""b"."c'd" TO "--" WITH 'it''s "q"'`;
    expect(skeletonOf(statement)).toBe(`GRANT x ON TABLE ""."" TO "" WITH ''`);
    expect(quotedIn(statement)).toEqual([`a"b`, `c'd`, '--', `it's "q"`]);
  });

  it.each([
    ['a quote that was not doubled', `DROP TABLE "a"b"`],
    ['a quote that ends the name and goes on', `DROP TABLE "a"; DROP TABLE "b"`],
    ['the wrong kind of quotes', `DROP TABLE 'a"b'`],
    ['none at all', 'DROP TABLE a'],
    ['a comment', 'DROP TABLE "a" --'],
  ])('shows a name that got out: %s', (_, statement) => {
    expect(skeletonOf(statement)).not.toBe(skeletonOf('DROP TABLE "plain"'));
  });
});
