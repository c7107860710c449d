import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { textArrayOf } from '../../../src/engines/cockroach/text-array.ts';

/** As PostgreSQL's output function writes a member. */
const written = (item: string): string =>
  item === '' || item.toUpperCase() === 'NULL' || /[\s"\\{},]/u.test(item) ? `"${item.replace(/["\\]/gu, '\\$&')}"` : item;

describe('a list of texts', () => {
  it('is read back whatever it holds', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 30 }), { maxLength: 8 }), (items) => {
        expect(textArrayOf(`{${items.map(written).join(',')}}`)).toEqual(items);
      }),
    );
  });

  it('leaves NULL out, and is none when it is no list', () => {
    expect(textArrayOf('{a,NULL,"NULL"}')).toEqual(['a', 'NULL']);
    for (const text of ['', 'a', '{a', 'a}', '{"a}', '{a,}', '{a}b', '{{a}}']) expect(textArrayOf(text), text).toBeNull();
  });
});
