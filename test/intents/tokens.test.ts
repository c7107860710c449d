import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinWords, type Token, tokenize } from '../../src/intents/tokens.ts';

const short = (token: Token): unknown => {
  if (token.kind === 'word') return token.person === null ? token.text : { person: token.person };
  return { [`--${token.name}`]: token.value === null ? null : short(token.value) };
};

/** Source, tokens. Words are strings; a mention is told from its name; a flag holds what stands behind its equals sign. */
const rows: readonly (readonly [source: string, tokens: readonly unknown[]])[] = [
  ['', []],
  ['a b', ['a', 'b']],
  [' a\u00A0b\u3000c\n\td\u2028e ', ['a', 'b', 'c', 'd', 'e']],
  ['\u200Ba\uFEFF \u202Ab\u202C', ['a\uFEFF', 'b\u202C']],
  ['--to', [{ '--to': null }]],
  ['-to', [{ '--to': null }]],
  ['\u2014to', [{ '--to': null }]],
  ['\u2013\u2013To', [{ '--to': null }]],
  ['\u2212to=x', [{ '--to': 'x' }]],
  ['--t\u200Bo=x', [{ '--to': 'x' }]],
  ['--to=x=y', [{ '--to': 'x=y' }]],
  ['--to=', [{ '--to': '' }]],
  ['--to= x', [{ '--to': '' }, 'x']],
  ['--to="x y"', [{ '--to': 'x y' }]],
  ['--to=\u200B\u201Cx y\u201D', [{ '--to': 'x y' }]],
  ['--\u00FCber', [{ '--\u00FCber': null }]],
  ['--', ['--']],
  ['-', ['-']],
  ['-10m', ['-10m']],
  ['\u201310m', ['\u201310m']],
  ['--=x', ['--=x']],
  ['a=b', ['a=b']],
  ['a--b', ['a--b']],
  ['"a b"', ['a b']],
  ['\u201Ca b\u201D', ['a b']],
  ['\u201Ea b\u201C c', ['a b', 'c']],
  ['\u00ABa b\u00BB', ['a b']],
  ['"a b\u201D', ['a b']],
  ["'a b'", ['a b']],
  ['\u2018a b\u2019', ['a b']],
  [`'don't stop'`, [`don't stop`]],
  [`don't`, [`don't`]],
  ['6" x', ['6"', 'x']],
  ['""', ['']],
  ['"a"\u200B b', ['a', 'b']],
  ['"a \\" b"', ['a " b']],
  ['"a \\\u201D b"', ['a \u201D b']],
  ['"a \\\\"', ['a \\']],
  ['"C:\\new"', ['C:\\new']],
  ['C:\\new', ['C:\\new']],
  [`"it's"`, [`it's`]],
  [`'say "x"'`, ['say "x"']],
  ['"a\nb"', ['a\nb']],
  ['&lt;a&gt; &amp; &amp;lt;', ['<a>', '&', '&lt;']],
  ['&quot; &', ['&quot;', '&']],
  ['<@U1|bob>', [{ person: 'U1' }]],
  ['<@W1A>', [{ person: 'W1A' }]],
  ['"<@U1|bob>"', [{ person: 'U1' }]],
  ['\u200B<@U1|bob>\u200B', [{ person: 'U1' }]],
  ['--as=<@U1|bob>', [{ '--as': { person: 'U1' } }]],
  ['<@U1|bob>x', ['@bobx']],
  ['"<@U1|bob> <@U2>"', ['@bob @U2']],
  ['&lt;@U1|bob&gt;', ['<@U1|bob>']],
  ['<@U1', ['<@U1']],
  ['<@u1>', ['<@u1>']],
  ['<#C1|ops>', ['#ops']],
  ['<#C1|>', ['#C1']],
  ['<!channel>', ['@channel']],
  ['<!subteam^S1|@oncall>', ['@oncall']],
  ['<http://db.example.com|db.example.com>', ['db.example.com']],
  ['<https://x.io/?a=1&amp;b=2>', ['https://x.io/?a=1&b=2']],
  ['<mailto:a@b.c|a@b.c>', ['a@b.c']],
  ['<http://x.io|two words>', ['two words']],
  ['<http://x.io|a &amp; b>', ['a & b']],
  ['<http://x.io|"x>', ['"x']],
  ['"a <http://x.io|"> b"', ['a " b']],
  ['<javascript:x|y>', ['<javascript:x|y>']],
];

describe('the tokens of a text', () => {
  it.each(rows)('are found in %j', (source, tokens) => {
    const found = tokenize(source);
    expect(found.broken).toBeNull();
    expect(found.tokens.map(short)).toEqual(tokens);
  });

  it.each([
    ['a "b c', 'The text "b c" begins with a quote that is never closed.'],
    [`a 'b c`, 'The text "b c" begins with a quote that is never closed.'],
    [`'tis`, 'The text "tis" begins with a quote that is never closed.'],
    ['--to="b', 'The text "b" begins with a quote that is never closed.'],
    ['"a\\"', 'The text "a\\"" begins with a quote that is never closed.'],
    ['"a"b c', 'The quoted text "a" is followed by "b" without a space.'],
    ['--to="a"--wait', 'The quoted text "a" is followed by "--wait" without a space.'],
  ])('end where %j cannot be read', (source, sentence) => {
    expect(tokenize(source).broken).toMatchObject({ sentence });
  });

  it('come back from quotes around any text, as it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
        const escaped = text.replace(/["\u201C\u201D\u201E\u201F\u00AB\u00BB\u2033\uFF02\\'\u2018\u2019\u201A\u201B\u2032\uFF07]/g, '\\$&');
        const source = `"${escaped.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')}"`;
        expect(tokenize(source).tokens).toMatchObject([{ kind: 'word', text, quoted: true }]);
      }),
      { numRuns: 5000 },
    );
  });

  it('keep what a name was meant to be beside what was typed', () => {
    expect(tokenize('prod\u2013s\u200Bql').tokens).toMatchObject([{ text: 'prod\u2013s\u200Bql', plain: 'prod-sql', quoted: false }]);
  });

  it('join to one word, which stays a quoted one when there is only one', () => {
    const words = tokenize('a "b c"').tokens.filter((token) => token.kind === 'word');
    expect(joinWords(words)).toMatchObject({ text: 'a b c', quoted: false });
    expect(joinWords(words.slice(1))).toMatchObject({ text: 'b c', quoted: true });
    expect(joinWords([])).toMatchObject({ text: '' });
  });
});
