import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type HeardLog, hear, type Mark, nothingHeard, textOf } from '../../src/transports/shell-log.ts';

const marks: readonly Mark[] = [(line) => /^MARK \S+/.test(line), (line) => line.includes('needle')];

/** The log in pieces of these lengths, over and over. */
function inPieces(bytes: Buffer, lengths: readonly number[]): HeardLog {
  let heard = nothingHeard;
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const length = lengths[turn % lengths.length] ?? 1;
    heard = hear(heard, bytes.subarray(at, at + length), marks);
    at += length;
  }
  return heard;
}

const whole = (bytes: Buffer): HeardLog => hear(nothingHeard, bytes, marks);
const heardIn = (text: string): string => textOf(whole(Buffer.from(text)));
const count = (text: string, word: string): number => text.split(word).length - 1;
const many = (lines: number, line: (index: number) => string): string => Array.from({ length: lines }, (_, index) => line(index)).join('');

/** Whatever a program may print: lines, bars of progress, colours, other letters, long lines, and bytes that are no letters at all. */
const anyLog = fc
  .array(
    fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom('MARK one\n', 'a needle\r\n', '\r 45 %', '\u001b[31mred\u001b[0m\n', '\n', '–ü漢𝒳', ' ') },
      { weight: 2, arbitrary: fc.string({ unit: 'grapheme', maxLength: 40 }) },
      { weight: 1, arbitrary: fc.integer({ min: 4_000, max: 9_000 }).map((length) => 'x'.repeat(length)) },
      { weight: 1, arbitrary: fc.integer({ min: 1_000, max: 6_000 }).map((length) => 'lines of no use\n'.repeat(length)) },
      { weight: 1, arbitrary: fc.integer({ min: 1_000, max: 3_000 }).map((length) => Buffer.alloc(length, 0x80)) },
      { weight: 1, arbitrary: fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)) },
    ),
    { maxLength: 30 },
  )
  .map((parts) => Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part))));
const anyLengths = fc.array(fc.integer({ min: 1, max: 70_000 }), { minLength: 1, maxLength: 6 });

describe('a log that is listened to', () => {
  it('is the log as it is while it is short, with every end of a line and without one at its end', () => {
    for (const text of ['', 'one', 'one\n', 'one\r\ntwo\rthree\n\nfour', '\r\n', '–ü漢\nrest']) expect(heardIn(text)).toBe(text);
  });

  it('is heard the same however it is cut', () => {
    fc.assert(
      fc.property(anyLog, anyLengths, (bytes, lengths) => {
        expect(inPieces(bytes, lengths)).toEqual(whole(bytes));
      }),
      { numRuns: 60 },
    );
  });

  it('is heard the same byte by byte, so that no character is cut in two', () => {
    const bytes = Buffer.from('–ü漢𝒳\r\nMARK ü𝒳\n漢');
    expect(inPieces(bytes, [1])).toEqual(whole(bytes));
    expect(textOf(inPieces(bytes, [1]))).toBe(bytes.toString('utf8'));
    expect(textOf(hear(nothingHeard, bytes.subarray(0, 7)))).not.toBe('');
  });

  it('takes bounded room, and counts every byte', () => {
    fc.assert(
      fc.property(anyLog, anyLengths, (bytes, lengths) => {
        const heard = inPieces(bytes, lengths);
        expect(heard.bytes).toBe(bytes.length);
        expect(bytes.subarray(-16).equals(heard.anchor)).toBe(true);
        expect(heard.partial.length).toBeLessThan(4_200);
        expect(textOf(heard).length).toBeLessThan(2 * 32_768 + 8 * 4_200 + 4_200);
      }),
      { numRuns: 60 },
    );
  });

  it('keeps its beginning, its end, and what matters between them, in order', () => {
    const before = many(20_000, (index) => `before ${index}\n`);
    const text = `the name of it\n${before}MARK found\nno MARK here\nsome needle\n${many(20_000, (index) => `after ${index}\n`)}it is done`;
    const heard = heardIn(text);
    expect(text.length).toBeGreaterThan(400_000);
    expect(heard.length).toBeLessThan(70_000);
    expect(heard.startsWith('the name of it\nbefore 0\nbefore 1\n')).toBe(true);
    expect(heard.endsWith('after 19998\nafter 19999\nit is done')).toBe(true);
    expect(heard).toMatch(/\nMARK found\nsome needle\n/);
    expect(heard).not.toContain('no MARK here');
  });

  it('keeps the first lines of each mark, however many there are, and those of one don’t crowd out another’s', () => {
    const text = `${'x\n'.repeat(40_000)}${many(50_000, (index) => `MARK ${index}.\n`)}a needle\n${'y\n'.repeat(40_000)}`;
    const heard = heardIn(text);
    expect(heard).toContain('MARK 0.\nMARK 1.\nMARK 2.\nMARK 3.\na needle\n');
    expect(count(heard, 'MARK')).toBe(4);
  });

  it('hears a line that never ends in pieces, and finds no beginning in its middle', () => {
    const fill = '='.repeat(4_000);
    const heard = heardIn(`start ${fill} ${fill} MARK not-at-its-beginning ${fill} a needle ${fill} end\nMARK next\n`);
    expect(heard).toContain('a needle');
    expect(heard).toContain('\nMARK next\n');
    expect(heard.split('\n').filter((line) => /^MARK/.test(line))).toEqual(['MARK next']);
    for (const line of heard.split('\n').slice(1, -2)) expect(line.startsWith('…')).toBe(true);
  });

  it('takes no word of such a line for a shorter one', () => {
    for (let shift = 0; shift < 300; shift += 1) {
      const heard = heardIn(`${'='.repeat(3_800 + shift)} Tag is nightly-2026-11-20 and so on ${'='.repeat(5_000)}`);
      expect(/Tag is (\S+)/.exec(heard)?.[1]).toBe('nightly-2026-11-20');
    }
  });

  it('takes a bar of progress for lines, so that only its end is kept', () => {
    const heard = heardIn(`begun\n${many(30_000, (index) => `\r ${index} of 30000`)}\ndone\n`);
    expect(heard.length).toBeLessThan(70_000);
    expect(heard.startsWith('begun\n')).toBe(true);
    expect(heard.endsWith('\r 29999 of 30000\ndone\n')).toBe(true);
  });
});
