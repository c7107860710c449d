import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { operationNames } from '../../../src/domain/operation.ts';
import { arg } from '../../../src/intents/arg.ts';
import type { Argument } from '../../../src/intents/argument.ts';
import { isProblem } from '../../../src/intents/problem.ts';
import { show } from '../../../src/intents/show.ts';
import { joinWords, tokenize } from '../../../src/intents/tokens.ts';
import { continuations, persons, reasons, runIds, targets, times } from '../arbitraries.ts';
import { links, now, registry } from '../registry-of-commands.ts';

const context = { links, now, topics: registry.topics, label: '--label' };

/** What an argument makes of one word or text, as a tokenizer hands it over. */
function reading<T>(argument: Argument<T>, source: string) {
  const { tokens, broken } = tokenize(source);
  if (broken !== null) throw new TypeError(`${source} cannot be split: ${broken.sentence}`);
  return argument.read(joinWords(tokens.filter((token) => token.kind === 'word')), context);
}

const stop = arg.duration({ about: 'longest stop', min: '1s', max: '10m', default: '60s' });
const anyDuration = arg.duration({ about: 'a time', min: '0s', max: '999999999d' });
const someText = arg.text({ min: 3, max: 20, about: 'why' });

const types: readonly { readonly name: string; readonly argument: Argument<unknown>; readonly bad: readonly string[] }[] = [
  { name: 'link', argument: arg.link(), bad: ['prod-sqx', '"a b"', '@bob', ''] },
  { name: 'run', argument: arg.run(), bad: ['r-1', 'r-uuuuuuuuuu', 'x-4k9zq0tm2x', 'r-4k9zq0tm2xx'] },
  { name: 'operation', argument: arg.operation(), bad: ['failvoer', 'status', 'plan'] },
  { name: 'failoverTarget', argument: arg.failoverTarget(), bad: ['now', 'latset', '10m', '2026-11-19T10:00', '2026-13-01T10:00Z'] },
  { name: 'continueFrom', argument: arg.continueFrom(), bad: ['lsat', 'first', '10m', '2026-11-19T10:00', '2026-13-01T10:00Z'] },
  { name: 'duration', argument: stop, bad: ['60', '1.5h', '5x', '1s1m', '0s', '11m', '9999999999s', 'soon', '-5s'] },
  {
    name: 'time',
    argument: arg.time(),
    bad: ['noon', '2026-12-24', '2026-12-24T10:00', '2026-02-30T10:00Z', '5m', '-99999d', '+99999999d'],
  },
  { name: 'person', argument: arg.person(), bad: ['@', '""', 'x'.repeat(81)] },
  { name: 'text', argument: someText, bad: ['ab', 'x'.repeat(21), '"  a  "'] },
  { name: 'name', argument: arg.name('word', 'BACKUP', 'which'), bad: ['.x', 'a/b', "a'b", '$(x)', 'a;b', ''] },
  {
    name: 'backup',
    argument: arg.backup(),
    bad: ['.x', 'a/b', '2026-11-20T03:12', '2026-13-20T03:12:00Z', '2026-11-20T03:12:00+01:00', ''],
  },
  { name: 'rest', argument: arg.rest({ max: 20, about: 'why' }), bad: ['x'.repeat(21), '""'] },
  { name: 'topic', argument: arg.topic(), bad: ['polcy', 'zzz'] },
  { name: 'flag', argument: arg.flag('does it'), bad: ['yes', 'true'] },
  { name: 'choice', argument: arg.choice(['on', 'off'], 'whether'), bad: ['onn', 'yes', '1', ''] },
  { name: 'count', argument: arg.count({ about: 'how many', min: 1, max: 11 }), bad: ['0', '12', '-1', '1.5', '1e1', 'three', '0x1', ''] },
];

describe.each(types)('an argument of type $name', ({ argument, bad }) => {
  it.each([...bad, 'q'.repeat(1000), '\u{1F600}'.repeat(500)])('refuses %j in a sentence that names it', (source) => {
    const found = reading(argument, source);
    if (!isProblem(found)) throw new TypeError(`${source} was read`);
    const typed = source.replace(/^"|"$/g, '');
    expect(found.sentence).toContain(show(typed));
    expect(found.sentence).toMatch(/^\S.{1,200}\.$/u);
    expect(found.hint).toMatch(/^\S.*[.?]$/);
  });

  it('says what it is and how usage lines call it', () => {
    expect(argument.about).toMatch(/^\S.*[^.]$/);
    expect(argument.placeholder === '').toBe(argument.place === 'switch');
  });

  it('may be left out when it is optional, and is null then', () => {
    const loose = arg.optional(argument);
    expect(loose.absent).toEqual({ kind: 'value', value: null });
    expect(loose.print(null)).toBe('');
    expect(loose.place).toBe(argument.place);
  });
});

it('every type of argument is in the table above', () => {
  const builders = Object.keys(arg).filter((name) => name !== 'optional' && name !== 'change');
  expect(types.map(({ name }) => name).sort()).toEqual(builders.sort());
});

describe('reading what an argument printed', () => {
  const rows: readonly { readonly name: string; readonly argument: Argument<unknown>; readonly values: fc.Arbitrary<unknown> }[] = [
    { name: 'link', argument: arg.link(), values: fc.constantFrom(...links) },
    { name: 'run', argument: arg.run(), values: runIds },
    { name: 'operation', argument: arg.operation(), values: fc.constantFrom(...operationNames) },
    { name: 'failoverTarget', argument: arg.failoverTarget(), values: targets },
    { name: 'continueFrom', argument: arg.continueFrom(), values: continuations },
    { name: 'duration', argument: anyDuration, values: fc.oneof(fc.integer({ min: 0, max: 100_000_000 }), fc.maxSafeNat()) },
    { name: 'time', argument: arg.time(), values: times },
    { name: 'choice', argument: arg.choice(['on', 'off'], 'whether'), values: fc.constantFrom('on', 'off') },
    { name: 'count', argument: arg.count({ about: 'how many', min: 0, max: 20 }), values: fc.integer({ min: 0, max: 20 }) },
    { name: 'person', argument: arg.person(), values: persons },
    { name: 'text', argument: arg.text({ max: 400, about: 'why' }), values: reasons },
    { name: 'topic', argument: arg.topic(), values: fc.constantFrom(...registry.topics) },
    { name: 'optional text', argument: arg.optional(arg.text({ max: 400, about: 'why' })), values: reasons },
  ];
  it.each(rows)('gives the same $name', ({ argument, values }) => {
    fc.assert(
      fc.property(values, (value) => {
        expect(reading(argument, argument.print(value))).toEqual(value);
      }),
      { numRuns: 2000 },
    );
  });
});

it('a switch prints whether it is given', () => {
  expect([true, false].map((given) => arg.flag('does it').print(given))).toEqual(['true', 'false']);
});

describe('a duration', () => {
  it.each([
    ['1s', 1000],
    ['1S', 1000],
    ['90s', 90_000],
    ['1m30s', 90_000],
    ['1500ms', 1500],
    ['1s500ms', 1500],
    ['10m', 600_000],
  ])('of %s is %d ms', (source, ms) => {
    expect(reading(stop, source)).toBe(ms);
  });

  it.each([
    [0, '0s'],
    [999, '999ms'],
    [60_000, '1m'],
    [90_061_001, '1d1h1m1s1ms'],
  ])('of %d ms is printed as %s', (ms, printed) => {
    expect(anyDuration.print(ms)).toBe(printed);
  });

  it('is its default when it is left out, and must be given without one', () => {
    expect(stop.absent).toEqual({ kind: 'value', value: 60_000 });
    expect(anyDuration.absent).toEqual({ kind: 'refused' });
    expect(stop.about).toBe('longest stop, from 1s to 10m; 60s when left out');
  });

  it.each([
    { min: '2s', max: '1s' },
    { min: '1s', max: '2s', default: '3s' },
    { min: '2s', max: '3s', default: '1s' },
    { min: 'x', max: '1s' },
    { min: '', max: '1s' },
  ])('cannot be declared as %j', (range) => {
    expect(() => arg.duration({ about: 'x', ...range })).toThrow(TypeError);
  });
});

describe('a time', () => {
  const at = Date.UTC(2026, 11, 24, 10, 0, 0);
  it.each([
    ['2026-12-24T10:00Z', at],
    ['2026-12-24t10:00:00z', at],
    ['"2026-12-24 10:00:00 Z"', at],
    ['"2026-12-24 10:00:00+00"', at],
    ['2026-12-24T11:00:00+01:00', at],
    ['2026-12-24T11:30+0130', at],
    ['2026-12-24T05:00:00\u221205:00', at],
    ['2026-12-24T10:00:00.5Z', at + 500],
    ['2026-12-24T10:00:00.123999999Z', at + 123],
    ['2024-02-29T00:00Z', Date.UTC(2024, 1, 29)],
    ['1970-01-01T00:00Z', 0],
    ['9999-12-31T23:59:59.999Z', Date.UTC(9999, 11, 31, 23, 59, 59, 999)],
    ['-10m', now - 600_000],
    ['\u201410m', now - 600_000],
    ['--10m', now - 600_000],
    ['+1d', now + 86_400_000],
    ['-0s', now],
  ])('is read from %s', (source, ms) => {
    expect(reading(arg.time(), source)).toBe(ms);
  });

  it.each([
    ['2026-12-24T10:00', '`2026-12-24T10:00Z` for UTC'],
    ['"2026-12-24 10:00"', '`2026-12-24T10:00Z` for UTC'],
    ['2023-02-29T00:00', 'such as `2026-12-24T10:00Z`'],
    ['2023-02-29T00:00Z', 'such as `2026-12-24T10:00Z`'],
    ['2026-12-24T24:00Z', 'such as'],
    ['2026-12-24T10:60Z', 'such as'],
    ['2026-12-24T10:00:60Z', 'such as'],
    ['2026-12-00T10:00Z', 'such as'],
    ['2026-12-24T10:00+15:00', 'such as'],
    ['2026-12-24T10:00+01:60', 'such as'],
    ['1969-12-31T23:59:59Z', 'such as'],
    ['0001-01-01T00:00Z', 'such as'],
    ['9999-12-31T23:59-01:00', 'such as'],
    ['2026-12-24T10:00:00.0000000001Z', 'such as'],
    ['-', 'such as'],
    ['10m', 'Write `-10m`'],
  ])('is not read from %s', (source, hint) => {
    const found = reading(arg.time(), source);
    if (!isProblem(found)) throw new TypeError(`${source} was read`);
    expect(found.hint).toContain(hint);
  });
});

describe('a person', () => {
  it.each([
    ['@bob', { kind: 'name', name: 'bob' }],
    ['bob', { kind: 'name', name: 'bob' }],
    ['@@bob', { kind: 'name', name: '@bob' }],
    ['"@Bob  the\nbuilder "', { kind: 'name', name: 'Bob the builder' }],
    ['<@U1|bob>', { kind: 'id', id: 'U1' }],
    ['&lt;@U1|bob&gt;', { kind: 'name', name: '<@U1|bob>' }],
    ['jean\u2011luc', { kind: 'name', name: 'jean\u2011luc' }],
  ])('is read from %s', (source, ref) => {
    expect(reading(arg.person(), source)).toEqual(ref);
  });
});

describe('a text', () => {
  it('loses what turns the direction of writing, and keeps joined emoji', () => {
    expect(reading(someText, '"\u202Ea\u2066b\u200Bc \u{1F468}\u200D\u{1F4BB}"')).toBe('abc \u{1F468}\u200D\u{1F4BB}');
  });

  it('may be exactly as long as its bounds', () => {
    expect(reading(someText, 'abc')).toBe('abc');
    expect(reading(someText, 'x'.repeat(20))).toBe('x'.repeat(20));
  });
});
