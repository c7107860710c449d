import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cypherInteger, quoteCypherName, quoteCypherString } from '../../src/transports/cypher-quoting.ts';

/** Reads one quoted name the way the Cypher manual says: a doubled backtick is one; what follows the end is the rest. */
function readName(text: string): { readonly value: string; readonly rest: string } {
  if (text[0] !== '`') throw new TypeError('no backtick at the start');
  let value = '';
  for (let i = 1; i < text.length; i++) {
    if (text[i] !== '`') value += text[i];
    else if (text[i + 1] === '`') {
      value += '`';
      i++;
    } else return { value, rest: text.slice(i + 1) };
  }
  throw new TypeError('the name does not end');
}

const meant: Readonly<Record<string, string>> = { '\\': '\\', "'": "'", n: '\n', r: '\r', t: '\t' };

/** Reads one string literal: a backslash gives the next character its meaning. */
function readString(text: string): { readonly value: string; readonly rest: string } {
  if (text[0] !== "'") throw new TypeError('no quote at the start');
  let value = '';
  for (let i = 1; i < text.length; i++) {
    const character = text[i] ?? '';
    if (character === "'") return { value, rest: text.slice(i + 1) };
    if (character !== '\\') value += character;
    else {
      i++;
      const escaped = meant[text[i] ?? ''];
      if (escaped === undefined) throw new TypeError('an escape that does not exist');
      value += escaped;
    }
  }
  throw new TypeError('the literal does not end');
}

const hostile = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 200 }),
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.string({ unit: fc.constantFrom('\\', "'", '`', '"', 'n', 'x', '\n', ';', ' '), maxLength: 60 }),
  fc.constantFrom(
    'foo` DROP DATABASE foo //',
    "foo'}) CALL x() //",
    '``',
    "''",
    "\\'",
    'a\nb\r\n/* */',
    '$db {x}',
    'x'.repeat(10_000),
    '名前`\u2028',
  ),
);
const writable = hostile.filter((text) => !text.includes('\u0000') && !/\\u/i.test(text));

describe('quoting of Cypher', () => {
  it('makes one name of any text, and nothing runs out of it', () => {
    fc.assert(
      fc.property(
        writable.filter((name) => name !== ''),
        fc.constantFrom('', ' IF EXISTS', ' DROP'),
        (name, rest) => {
          expect(readName(`${quoteCypherName(name)}${rest}`)).toEqual({ value: name, rest });
        },
      ),
    );
  });

  it('makes one string of any text, on one line, and nothing runs out of it', () => {
    fc.assert(
      fc.property(writable, fc.constantFrom('', ', ', '})'), (text, rest) => {
        const quoted = quoteCypherString(text);
        expect(quoted).not.toMatch(/[\n\r]/);
        expect(readString(`${quoted}${rest}`)).toEqual({ value: text, rest });
      }),
    );
  });

  it.each(['\\u0060', 'a\\u0027b', '\\\\u0027', '\\U0027'])('refuses %s, which versions read differently', (text) => {
    expect(() => quoteCypherName(text)).toThrow(TypeError);
    expect(() => quoteCypherString(text)).toThrow(TypeError);
  });

  it('refuses what can be no name or no text', () => {
    expect(() => quoteCypherName('')).toThrow(TypeError);
    expect(() => quoteCypherName('a\u0000')).toThrow(TypeError);
    expect(() => quoteCypherString('a\u0000')).toThrow(TypeError);
  });

  it('writes whole numbers only', () => {
    expect(cypherInteger(3)).toBe('3');
    for (const bad of [0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 60]) expect(() => cypherInteger(bad)).toThrow(TypeError);
  });
});
