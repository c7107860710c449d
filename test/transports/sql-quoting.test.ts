import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeLike, quoteIdentifier, quoteLiteral } from '../../src/transports/sql-quoting.ts';

/** Reads one quoted token the way the SQL standard says; what follows it is the rest. */
function readToken(text: string, quote: string): { readonly value: string; readonly rest: string } {
  if (text[0] !== quote) throw new TypeError(`no ${quote} at the start`);
  let value = '';
  for (let i = 1; i < text.length; i++) {
    if (text[i] !== quote) value += text[i];
    else if (text[i + 1] === quote) {
      value += quote;
      i++;
    } else return { value, rest: text.slice(i + 1) };
  }
  throw new TypeError('the token does not end');
}

const hostile = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 200 }),
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.constantFrom(
    `main"; DROP VIRTUAL CLUSTER main; --`,
    `main'; DROP VIRTUAL CLUSTER main; --`,
    `\\'; SELECT 1; --`,
    `""`,
    `''`,
    `a\nb\r\n/* */`,
    `$1 $$x$$`,
    `x`.repeat(10_000),
    `名前"'\u2028`,
  ),
);
const withoutNul = hostile.filter((text) => !text.includes('\u0000'));

describe('quoting', () => {
  it('makes one identifier of any name, and nothing runs out of it', () => {
    fc.assert(
      fc.property(
        withoutNul.filter((name) => name !== ''),
        (name) => {
          expect(readToken(`${quoteIdentifier(name)} STOP SERVICE`, '"')).toEqual({ value: name, rest: ' STOP SERVICE' });
        },
      ),
    );
  });

  it('makes one literal of any value, and nothing runs out of it', () => {
    fc.assert(
      fc.property(withoutNul, (value) => {
        expect(readToken(`${quoteLiteral(value)}; SELECT 1`, "'")).toEqual({ value, rest: '; SELECT 1' });
      }),
    );
  });

  it('refuses what SQL cannot hold', () => {
    expect(() => quoteIdentifier('a\u0000b')).toThrow(TypeError);
    expect(() => quoteLiteral('a\u0000b')).toThrow(TypeError);
    expect(() => quoteIdentifier('')).toThrow(TypeError);
  });

  it('lets wildcards stand for themselves in a pattern', () => {
    expect(escapeLike('replops/r-1_2%\\/')).toBe('replops/r-1\\_2\\%\\\\/');
  });
});
