import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { microsOfHlc, microsOfMs, microsOfTimestamp, msOfMicros, timestampOfMicros } from '../../../src/engines/cockroach/times.ts';

describe('times of CockroachDB', () => {
  const rows = [
    ['2024-04-18 10:07:45.000001+00', 1_713_434_865_000_001n],
    ['2024-04-18 12:07:45.000001+02', 1_713_434_865_000_001n],
    ['2024-04-18T10:07:45Z', 1_713_434_865_000_000n],
    ['2024-04-18 04:37:45.5-05:30', 1_713_434_865_500_000n],
    ['1970-01-01 00:00:00.000001+00', 1n],
    ['1969-12-31 23:59:59.999999+00', -1n],
    ['2024-02-29 00:00:00+00', 1_709_164_800_000_000n],
  ] as const;
  it.each(rows)('reads %s to the microsecond', (text, micros) => {
    expect(microsOfTimestamp(text)).toBe(micros);
  });

  it.each(['', 'now', '2024-02-30 00:00:00+00', '2023-02-29 00:00:00', '2024-13-01 00:00:00', '-1h', "2024-01-01 00:00:00'; --"])(
    'does not read %j',
    (text) => {
      expect(microsOfTimestamp(text)).toBeNull();
    },
  );

  it('writes what it reads', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -100_000_000_000_000n, max: 10n ** 17n }), (micros) => {
        expect(microsOfTimestamp(timestampOfMicros(micros))).toBe(micros);
      }),
    );
  });

  it('agrees with the calendar of Node on every millisecond', () => {
    fc.assert(
      fc.property(fc.date({ min: new Date(0), max: new Date('2900-01-01'), noInvalidDate: true }), (date) => {
        expect(microsOfTimestamp(date.toISOString())).toBe(microsOfMs(date.getTime()));
        expect(msOfMicros(microsOfMs(date.getTime()))).toBe(date.getTime());
      }),
    );
  });

  it('reads an HLC time down to the microsecond', () => {
    expect(microsOfHlc('1695922878030920020.0000000000')).toBe(1_695_922_878_030_920n);
    expect(microsOfHlc('1695922878030920999.0000000001')).toBe(1_695_922_878_030_920n);
    expect(microsOfHlc('NaN')).toBeNull();
    expect(microsOfHlc('-1.0')).toBeNull();
  });
});
