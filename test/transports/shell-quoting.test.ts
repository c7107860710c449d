import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quoteWord } from '../../src/transports/shell-quoting.ts';

/** What a real shell makes of the words. */
function throughShell(words: readonly string[]): readonly string[] {
  const script = words.map((word) => `printf '%s\\0' ${quoteWord(word)}`).join('\n');
  return execFileSync('/bin/sh', ['-c', script], { env: { x: 'leaked' }, maxBuffer: 64 * 1024 * 1024 })
    .toString('utf8')
    .split('\0')
    .slice(0, -1);
}

const hostile = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 100 }),
  fc.string({ unit: 'binary', maxLength: 100 }),
  fc.string({ unit: fc.constantFrom("'", '"', '\\', '$', '`', '\n', '!', '*', '~', ' ', ';', '(', '-', 'x', '#', '='), maxLength: 40 }),
  fc.constantFrom(
    '',
    "'",
    "'; rm -rf /; '",
    '$(id)',
    '`id`',
    '$x $' + '{x} "$x"',
    'a\nb\r\n',
    '\\',
    "\\'",
    '-n',
    '*',
    '~',
    '名前\u2028',
    "x'\n'y",
    'x'.repeat(10_000),
  ),
);

describe('quoteWord', () => {
  it('makes one word of any text that a real shell gives back as it was', () => {
    fc.assert(
      fc.property(
        fc.array(
          hostile.filter((text) => !text.includes('\0')),
          { minLength: 1, maxLength: 12 },
        ),
        (words) => {
          expect(throughShell(words)).toEqual(words);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('stays one word when it is quoted twice, as a command within a command is', () => {
    const word = `it's "$x" \`id\`\n\\`;
    expect(throughShell([quoteWord(word)])).toEqual([quoteWord(word)]);
    const inner = `printf %s ${quoteWord(word)}`;
    expect(execFileSync('/bin/sh', ['-c', `sh -c ${quoteWord(inner)}`]).toString()).toBe(word);
  });

  it('refuses what no argument can hold', () => {
    expect(() => quoteWord('a\u0000b')).toThrow(TypeError);
  });
});
