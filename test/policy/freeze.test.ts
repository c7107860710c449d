import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { frozenAt, windowEnd } from '../../src/policy/freeze.ts';
import type { FreezeWindow } from '../../src/policy/rules.ts';
import { instantsOf, parseLocalMinute } from '../../src/policy/zone-time.ts';
import { aPolicy, juneFreeze } from './builders.ts';

const windowOf = (window: object): FreezeWindow => {
  const freeze = aPolicy({ rules: [], freezes: [{ ...juneFreeze, window }] }).freezes[0];
  if (freeze === undefined) throw new TypeError('the freeze was lost');
  return freeze.window;
};
const utc = (text: string): number => Date.parse(text);
const iso = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());

describe('a freeze window with dates', () => {
  const december = windowOf({ kind: 'once', from: '2026-12-01T00:00', to: '2027-01-02T06:00', zone: 'Europe/Berlin' });
  it.each([
    ['the millisecond before it begins', '2026-11-30T22:59:59.999Z', null],
    ['its first millisecond, by local time', '2026-11-30T23:00:00.000Z', '2027-01-02T05:00:00.000Z'],
    ['its last millisecond', '2027-01-02T04:59:59.999Z', '2027-01-02T05:00:00.000Z'],
    ['its end, which is outside', '2027-01-02T05:00:00.000Z', null],
  ])('at %s', (_, at, end) => {
    expect(iso(windowEnd(december, utc(at)))).toBe(end);
  });
});

describe('a weekly freeze window', () => {
  const nights = windowOf({ kind: 'weekly', days: ['fri'], from: '18:00', to: '08:00', zone: 'America/New_York' });
  const sunday = windowOf({ kind: 'weekly', days: ['sun'], from: '00:00', to: '24:00', zone: 'Europe/Berlin' });
  const early = windowOf({ kind: 'weekly', days: ['sun'], from: '02:30', to: '04:00', zone: 'Europe/Berlin' });
  const ending = windowOf({ kind: 'weekly', days: ['sun'], from: '01:00', to: '02:30', zone: 'Europe/Berlin' });
  it.each<[string, FreezeWindow, string, string | null]>([
    ['runs over midnight', nights, '2026-06-13T11:59:59.999Z', '2026-06-13T12:00:00.000Z'],
    ['begins on its own day only', nights, '2026-06-13T22:00:00.000Z', null],
    ['moves with summer time', nights, '2026-12-12T12:59:59.999Z', '2026-12-12T13:00:00.000Z'],
    ['has 23 hours on the day on which clocks go forward', sunday, '2026-03-28T23:00:00.000Z', '2026-03-29T22:00:00.000Z'],
    ['has 25 hours on the day on which clocks go back', sunday, '2026-10-24T22:00:00.000Z', '2026-10-25T23:00:00.000Z'],
    ['that begins in the hour that is left out begins at the jump', early, '2026-03-29T01:00:00.000Z', '2026-03-29T02:00:00.000Z'],
    ['that begins in the hour that is left out does not begin before', early, '2026-03-29T00:59:59.999Z', null],
    ['that begins in the hour that comes twice begins at the first', early, '2026-10-25T00:30:00.000Z', '2026-10-25T03:00:00.000Z'],
    ['holds all through the hour that comes twice', early, '2026-10-25T01:10:00.000Z', '2026-10-25T03:00:00.000Z'],
    ['that ends in the hour that comes twice ends at the second', ending, '2026-10-25T00:45:00.000Z', '2026-10-25T01:30:00.000Z'],
    ['that ends in the hour that is left out ends at the jump', ending, '2026-03-29T00:59:59.999Z', '2026-03-29T01:00:00.000Z'],
  ])('%s', (_, window, at, end) => {
    expect(iso(windowEnd(window, utc(at)))).toBe(end);
  });

  it('copes with a day that a zone left out', () => {
    const friday = windowOf({ kind: 'weekly', days: ['fri'], from: '00:00', to: '24:00', zone: 'Pacific/Apia' });
    expect(windowEnd(friday, utc('2011-12-30T09:59:00Z'))).toBeNull();
    expect(windowEnd(friday, utc('2011-12-30T10:00:00Z'))).toBeNull();
  });
});

describe('frozenAt', () => {
  const freezes = (windows: readonly object[]) =>
    aPolicy({ rules: [], freezes: windows.map((window, index) => ({ ...juneFreeze, name: `freeze-${index}`, window })) }).freezes;

  it('ends where a chain of touching and overlapping windows ends', () => {
    const chain = freezes([
      { kind: 'weekly', days: ['fri'], from: '18:00', to: '24:00', zone: 'UTC' },
      { kind: 'weekly', days: ['sat', 'sun'], from: '00:00', to: '24:00', zone: 'UTC' },
      { kind: 'once', from: '2026-06-14T12:00', to: '2026-06-15T09:00', zone: 'UTC' },
    ]);
    const frozen = frozenAt(chain, utc('2026-06-12T20:00:00Z'));
    expect([frozen?.freeze.name, iso(frozen?.endsAt ?? null)]).toEqual(['freeze-0', '2026-06-15T09:00:00.000Z']);
  });

  it('is null when none holds', () => {
    expect(frozenAt(freezes([juneFreeze.window]), 0)).toBeNull();
    expect(frozenAt([], 0)).toBeNull();
  });

  it('gives an end at which, and not before which, changes are possible', () => {
    const zone = fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kathmandu', 'Australia/Lord_Howe', 'America/St_Johns');
    const clock = fc.integer({ min: 0, max: 1439 });
    const weekly = fc.record({
      kind: fc.constant('weekly' as const),
      days: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 4 }),
      fromMinute: clock,
      toMinute: clock,
      zone,
    });
    const at = fc.integer({ min: utc('2025-01-01T00:00:00Z'), max: utc('2030-01-01T00:00:00Z') });
    fc.assert(
      fc.property(fc.array(weekly, { minLength: 1, maxLength: 2 }), at, (windows, when) => {
        const list = windows.map((window, index) => ({ name: `w${index}`, because: '', match: aMatch, window }));
        const frozen = frozenAt(list, when);
        if (frozen === null || frozen.endsAt === null) return;
        expect(frozenAt(list, frozen.endsAt)).toBeNull();
        expect(frozenAt(list, frozen.endsAt - 1)).not.toBeNull();
      }),
      { numRuns: 200 },
    );
  });
});

const aMatch = { operations: null, environments: null, links: null, engines: null, askers: null };

describe('instantsOf', () => {
  it('finds an instant that shows the minute, or the jump over it', () => {
    const zone = fc.constantFrom('Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Pacific/Apia', 'Africa/Casablanca');
    const month = fc.integer({ min: 1, max: 12 });
    const local = fc.record({
      year: fc.integer({ min: 1980, max: 2035 }),
      month,
      day: fc.integer({ min: 1, max: 28 }),
      minute: fc.integer({ min: 0, max: 1439 }),
    });
    const shown = (at: number, timeZone: string): string =>
      new Intl.DateTimeFormat('en-CA', {
        timeZone,
        year: 'numeric',
        month: '2-digit',
        day: '2-digit',
        hour: '2-digit',
        minute: '2-digit',
        hourCycle: 'h23',
      })
        .format(at)
        .replace(', ', 'T');
    fc.assert(
      fc.property(local, zone, (wanted, name) => {
        const { earliest, latest } = instantsOf(wanted, name);
        const pad = (value: number): string => String(value).padStart(2, '0');
        const text = `${wanted.year}-${pad(wanted.month)}-${pad(wanted.day)}T${pad(Math.floor(wanted.minute / 60))}:${pad(wanted.minute % 60)}`;
        if (shown(earliest, name) === text) {
          expect(shown(latest, name)).toBe(text);
          return;
        }
        expect(shown(earliest - 1, name) < text && text < shown(earliest, name)).toBe(true);
        expect(latest).toBe(earliest);
      }),
      { numRuns: 500 },
    );
  });

  it('knows which dates exist', () => {
    expect(parseLocalMinute('2028-02-29T23:59')).toEqual({ year: 2028, month: 2, day: 29, minute: 1439 });
    for (const text of ['2026-02-29T00:00', '2026-01-01T24:00', '2026-01-01', '2026-01-01T00:00Z', '', 'x'.repeat(10_000)])
      expect(parseLocalMinute(text)).toBeNull();
  });
});
