import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Sample } from '../../src/domain/observation.ts';
import { thin } from '../../src/watch/thin.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
/** A week and a half after the epoch, on no round minute. */
const start = 10 * day + 12_345;

const sample = (at: number, trail = true): Sample => ({ at, health: 'healthy', headline: 'Fine.', trail: trail ? { at } : null });

/** What a bot keeps that looks every so often and thins at every look. */
function watched(everyMs: number, forMs: number, trail: (at: number) => boolean = () => true): readonly Sample[] {
  let kept: readonly Sample[] = [];
  for (let at = start; at <= start + forMs; at += everyMs) {
    const next = [...kept, sample(at, trail(at))];
    const gone = new Set(thin(next, at));
    kept = next.filter((one) => !gone.has(one.at));
  }
  return kept;
}

const everyMs = 40_000;
const nineDays = watched(everyMs, 9 * day);

describe('samples that stay', () => {
  it('are few however long a link is watched, and reach back for a week', () => {
    const kept = nineDays;
    expect(kept.length).toBeLessThan(500);
    expect(start + 9 * day - (kept[0]?.at ?? 0)).toBeGreaterThan(6.9 * day);
    expect(start + 9 * day - (kept[0]?.at ?? 0)).toBeLessThanOrEqual(7 * day);
  });

  it('are bounded at the shortest distance of looks too', () => {
    expect(watched(100, 10 * minute).length).toBeLessThanOrEqual(401);
  });

  it.each([
    ['each of the last 15 minutes', 0, 15 * minute, everyMs],
    ['one a minute of the last two hours', 17 * minute, 2 * hour, minute],
    ['one every ten minutes of the last day', 2.4 * hour, 24 * hour, 10 * minute],
    ['one an hour of the last week', 28 * hour, 6.9 * day, hour],
  ])('are %s', (_, from, to, apart) => {
    const end = start + 9 * day;
    const ages = nineDays.map(({ at }) => end - at).filter((age) => age >= from && age <= to);
    expect(ages.length).toBeGreaterThan(20);
    for (const [n, age] of ages.slice(1).entries()) expect((ages[n] ?? 0) - age).toBeLessThanOrEqual(apart + everyMs);
    expect(ages.length).toBeLessThanOrEqual((to - from) / apart + 2);
  });

  it('include the last that told something, however long ago that is', () => {
    const told = (at: number): boolean => at < start + hour;
    const kept = watched(5 * minute, 30 * day, told);
    expect(kept.findLast(({ trail }) => trail !== null)?.at).toBe(start + hour - 5 * minute);
  });

  it('are in each stretch the last that told something', () => {
    const kept = watched(10_000, 3 * hour, (at) => Math.floor(at / 10_000) % 5 < 3);
    const old = kept.filter(({ at }) => start + 3 * hour - at > 20 * minute);
    expect(old.length).toBeGreaterThan(50);
    expect(old.every(({ trail }) => trail !== null)).toBe(true);
  });

  const lagging = (at: number, value: number | null): Sample => ({
    ...sample(at),
    lags: [{ name: '', lag: value === null ? { kind: 'unknown', why: 'It did not answer.' } : { kind: 'duration', ms: value } }],
  });
  const keptOf = (all: readonly Sample[]): readonly Sample[] => {
    let kept: readonly Sample[] = [];
    for (const one of all) {
      const next = [...kept, one];
      const gone = new Set(thin(next, one.at));
      kept = next.filter(({ at }) => !gone.has(at));
    }
    return kept;
  };

  it('include the peak of a lag and a look that could not tell it, however long ago', () => {
    const odd = new Map([
      [100, 90_000],
      [101, null],
      [300, 50_000],
    ]);
    const looks = Array.from({ length: 5_000 }, (_, n) => lagging(start + n * everyMs, odd.has(n) ? (odd.get(n) ?? null) : n % 7));
    const kept = new Set(keptOf(looks).map(({ at }) => at));
    expect([100, 101, 300].map((n) => kept.has(start + n * everyMs))).toEqual([true, true, true]);
    expect(kept.size).toBeLessThan(1_000);
  });

  it('have the greatest lag of all looks of the week, by whatever steps they were thinned', () => {
    const lags = fc.array(fc.option(fc.integer({ min: 0, max: 50 }), { nil: null }), { minLength: 1, maxLength: 120 });
    fc.assert(
      fc.property(lags, fc.integer({ min: 1_000, max: 80 * minute }), (values, apart) => {
        const all = values.map((value, n) => lagging(start + n * apart, value));
        const kept = keptOf(all);
        const known = (samples: readonly Sample[]): readonly number[] =>
          samples.flatMap(({ lags: [one] = [] }) => (one?.lag.kind === 'duration' ? [one.lag.ms] : []));
        expect(Math.max(...known(kept), -1)).toBe(Math.max(...known(all), -1));
        const once = new Set(thin(all, all.at(-1)?.at ?? 0));
        expect(kept.map(({ at }) => at)).toEqual(all.map(({ at }) => at).filter((at) => !once.has(at)));
      }),
    );
  });

  it('do not depend on how often it was thinned before', () => {
    const gaps = fc.array(fc.integer({ min: 1_000, max: 40 * minute }), { minLength: 1, maxLength: 120 });
    fc.assert(
      fc.property(gaps, fc.array(fc.boolean(), { minLength: 120, maxLength: 120 }), (waits, trails) => {
        let at = start;
        const all = waits.map((wait, n) => {
          at += wait;
          return sample(at, trails[n] ?? true);
        });
        const end = at;
        let kept: readonly Sample[] = [];
        for (const one of all) {
          kept = [...kept, one];
          const gone = new Set(thin(kept, one.at));
          kept = kept.filter((each) => !gone.has(each.at));
        }
        const once = new Set(thin(all, end));
        expect(kept.map((each) => each.at)).toEqual(all.map((each) => each.at).filter((each) => !once.has(each)));
      }),
    );
  });
});
