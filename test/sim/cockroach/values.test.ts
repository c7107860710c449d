import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hlcDecimal, hlcOfUs, hlcText, maxHlc, systemTimeOf, usOfHlc } from '../../../src/sim/cockroach/values/hlc.ts';
import { toCastText, toWireText } from '../../../src/sim/cockroach/values/sql-types.ts';
import { formatInterval, formatTimestamp, parseInterval, parseTimestamp } from '../../../src/sim/cockroach/values/time-text.ts';

const nowUs = Date.UTC(2026, 5, 1, 10) * 1000;
const hour = 3_600_000_000;

describe('timestamps', () => {
  it.each([
    ['2024-04-18 10:07:45.000001+00', Date.UTC(2024, 3, 18, 10, 7, 45) * 1000 + 1],
    ['2024-04-18 14:07:45+00', Date.UTC(2024, 3, 18, 14, 7, 45) * 1000],
    ['2023-09-28 17:41:18.03092+00', Date.UTC(2023, 8, 28, 17, 41, 18) * 1000 + 30_920],
    ['1970-01-01 00:00:00.000001+00', 1],
  ])('%s is printed with microseconds and without trailing zeros', (text, us) => {
    expect(formatTimestamp(us)).toBe(text);
    expect(parseTimestamp(text)).toBe(us);
  });

  it.each([
    ['2026-06-01T10:00:00Z', nowUs],
    ['2026-06-01 12:00:00+02:00', nowUs],
    ['2026-06-01 10:00', nowUs],
    ['2026-06-01 10:00:00.000000+00:00', nowUs],
    ['2026-02-30 10:00:00', null],
    ['yesterday', null],
    ['', null],
  ])('%s is read', (text, us) => {
    expect(parseTimestamp(text)).toBe(us);
  });

  it('come back from their text unchanged', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 4_000_000_000_000_000 }), (us) => parseTimestamp(formatTimestamp(us)) === us));
  });
});

describe('intervals', () => {
  it.each([
    ['00:00:19.602682', 19_602_682],
    ['27:03:00', 27 * hour + 180_000_000],
    ['-00:00:01', -1_000_000],
  ])('%s is printed as PostgreSQL does', (text, us) => {
    expect(formatInterval(us)).toBe(text);
    expect(parseInterval(text)).toBe(us);
  });

  it.each([
    ['36h', 36 * hour],
    ['+5h', 5 * hour],
    ['-1h30m', -1.5 * hour],
    ['1 day 02:00:00', 26 * hour],
    ['2 hours 30 minutes', 2.5 * hour],
    ['90', 90_000_000],
    ['1x', null],
    ['h', null],
    ['', null],
    ['1h; DROP', null],
  ])('%s is read', (text, us) => {
    expect(parseInterval(text)).toBe(us);
  });

  it('never throw, whatever the text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => typeof (parseInterval(text) ?? 0) === 'number' && typeof (parseTimestamp(text) ?? 0) === 'number'),
    );
  });
});

describe('system times', () => {
  it.each([
    ['a timestamp', '2026-06-01 10:00:00.000005+00', hlcOfUs(nowUs + 5)],
    ['nanoseconds', '1695922878030920020', { ns: 1_695_922_878_030_920_020n, logical: 0 }],
    ['an HLC decimal', '1695922878030920020.0000000003', { ns: 1_695_922_878_030_920_020n, logical: 3 }],
    ['an interval before now', '-1h', hlcOfUs(nowUs - hour)],
    ['an interval after now', '+5h', hlcOfUs(nowUs + 5 * hour)],
  ])('%s is understood', (_, text, hlc) => {
    expect(systemTimeOf('STRING', text, nowUs)).toEqual(hlc);
  });

  it('a NULL is the end of time', () => {
    expect(systemTimeOf('STRING', null, nowUs)).toBe(maxHlc);
  });

  it('other text is refused', () => {
    expect(() => systemTimeOf('STRING', 'LATEST', nowUs)).toThrow('value is neither timestamp, decimal, nor interval');
  });

  it('are shown as in SQL and as in errors', () => {
    const hlc = { ns: 1_695_922_878_030_920_020n, logical: 0 };
    expect(hlcDecimal(hlc)).toBe('1695922878030920020.0000000000');
    expect(hlcText(hlc)).toBe('1695922878.030920020,0');
  });

  it('are covered by the microsecond they round up to', () => {
    fc.assert(fc.property(fc.bigInt({ min: 1n, max: 2n ** 61n }), (ns) => BigInt(usOfHlc({ ns, logical: 0 })) * 1000n >= ns - 1_000_000n));
    expect(usOfHlc({ ns: 1_001n, logical: 0 })).toBe(2);
  });
});

describe('values on the wire', () => {
  it('booleans are t and f there, and words in a cast', () => {
    expect([toWireText('BOOL', true), toCastText('BOOL', true), toWireText('BOOL', false), toWireText('BOOL', null)]).toEqual([
      't',
      'true',
      'f',
      null,
    ]);
  });

  it('array elements are quoted when they must be', () => {
    expect(toWireText('STRING[]', ['a', 'b c', 'x"y', '', 'NULL'])).toBe('{a,"b c","x\\"y","","NULL"}');
  });
});
