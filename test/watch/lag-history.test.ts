import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Lag, NamedLag } from '../../src/domain/lag.ts';
import type { LagAt, LagTrack } from '../../src/domain/lag-history.ts';
import type { Sample } from '../../src/domain/observation.ts';
import { bucketed, bucketLength, mostPoints } from '../../src/watch/lag-buckets.ts';
import { lagHistoryOf } from '../../src/watch/lag-history.ts';
import { risingSince } from '../../src/watch/rising.ts';
import { anObservation } from '../slack/messages/story.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
/** On no round minute. */
const now = 1_795_142_820_123;

const ms = (value: number): Lag => ({ kind: 'duration', ms: value });
const unknown = (why = 'The side that is followed does not answer.'): Lag => ({ kind: 'unknown', why });
const sample = (at: number, ...lags: readonly NamedLag[]): Sample => ({ at, health: 'healthy', headline: 'Fine.', trail: null, lags });
const one = (at: number, lag: Lag): Sample => sample(at, { name: '', lag });
const look = (lag: Lag, lags?: readonly NamedLag[]) => anObservation({ observedAt: now, lag, ...(lags === undefined ? {} : { lags }) });
const every = (everyMs: number, forMs: number, lag: (at: number) => Lag): readonly Sample[] =>
  Array.from({ length: Math.floor(forMs / everyMs) }, (_, index) => now - forMs + index * everyMs).map((at) => one(at, lag(at)));

function track(samples: readonly Sample[], lag: Lag, spanMs = 6 * hour): LagTrack {
  const [first] = lagHistoryOf(samples, look(lag), spanMs).tracks;
  if (first === undefined) throw new TypeError('there is no track');
  return first;
}

describe('a history of lag', () => {
  it('of no earlier look is the look of now', () => {
    const history = lagHistoryOf([], look(ms(4_000)), hour);
    expect(history).toMatchObject({ from: now, to: now, looks: 1, bucketMs: null, gaps: [] });
    expect(history.tracks).toEqual([
      {
        ...{ name: '', unit: 'time', counted: '', atMost: false, looks: 1, now: 4_000, typical: 4_000, risingSince: null },
        ...{ last: { at: now, value: 4_000 }, worst: { at: now, value: 4_000 }, points: [{ at: now, value: 4_000 }] },
      },
    ]);
  });

  it('has no track of what was never known', () => {
    const history = lagHistoryOf([one(now - minute, unknown())], look(unknown()), hour);
    expect(history.tracks).toEqual([]);
    expect(history.gaps).toEqual([{ name: '', from: now - minute, to: now, why: 'The side that is followed does not answer.' }]);
  });

  it('passes over looks before the span, looks that are not over by our clock, and looks of versions that kept no lag', () => {
    const { lags: _, ...old } = one(now - 2_000, ms(7));
    const samples = [one(now - hour - 1, ms(9)), one(now - minute, ms(1)), old, one(now, ms(8)), one(now + 5_000, ms(9))];
    expect(lagHistoryOf(samples, look(ms(2)), hour).looks).toBe(2);
    expect(track(samples, ms(2), hour).worst.value).toBe(2);
  });

  it('tells a lag in transactions by number and by time, and a time only where it was known', () => {
    const samples = [
      one(now - 2 * minute, { kind: 'transactions', transactions: 7 }),
      one(now - minute, { kind: 'transactions', transactions: 9, atMostMs: 800 }),
    ];
    const { tracks, gaps } = lagHistoryOf(samples, look({ kind: 'transactions', transactions: 0, atMostMs: 0 }), hour);
    expect(tracks.map(({ unit, counted, atMost, looks, worst }) => [unit, counted, atMost, looks, worst.value])).toEqual([
      ['time', '', true, 2, 800],
      ['count', 'transaction', false, 3, 9],
    ]);
    expect(gaps).toEqual([]);
  });

  it('keeps each of several lags to itself', () => {
    const both = (west: Lag, east: Lag): readonly NamedLag[] => [
      { name: 'into west', lag: west },
      { name: 'into east', lag: east },
    ];
    const samples = [sample(now - 2 * minute, ...both(ms(1), ms(5))), sample(now - minute, ...both(unknown('No job.'), ms(9)))];
    const { tracks, gaps } = lagHistoryOf(samples, look(ms(3), both(ms(2), ms(3))), hour);
    expect(tracks.map(({ name, looks, worst, now: at }) => [name, looks, worst.value, at])).toEqual([
      ['into west', 2, 2, 2],
      ['into east', 3, 9, 3],
    ]);
    expect(gaps).toEqual([{ name: 'into west', from: now - minute, to: now, why: 'No job.' }]);
  });

  it('says when nobody looked, and does not take thinning for it', () => {
    const kept = [
      ...every(hour, 5 * day, () => ms(1)).filter(({ at }) => now - at > 27 * hour),
      ...every(10 * minute, 26 * hour, () => ms(1)).filter(({ at }) => now - at > 2.1 * hour),
      ...every(minute, 2 * hour, () => ms(1)),
    ];
    expect(lagHistoryOf(kept, look(ms(1)), 7 * day).gaps).toEqual([]);
    const [from = 0, to = 0] = [now - 70 * minute, now - 40 * minute];
    const holed = kept.filter(({ at }) => at <= from || at >= to);
    expect(lagHistoryOf(holed, look(ms(1)), 7 * day).gaps).toEqual([
      { name: '', from: holed.findLast(({ at }) => at <= from)?.at, to: holed.find(({ at }) => at >= to)?.at, why: null },
    ]);
  });

  it('says since when a bot that was away has not looked', () => {
    expect(lagHistoryOf([one(now - hour, ms(1))], look(ms(1)), day).gaps).toEqual([{ name: '', from: now - hour, to: now, why: null }]);
  });

  it('has as typical what held for half of the time, not for half of the looks', () => {
    const slow = every(minute, 2 * hour, () => ms(1_000)).filter(({ at }) => now - at > 10 * minute);
    const quick = every(1_000, 10 * minute, () => ms(60_000));
    expect(quick.length).toBeGreaterThan(slow.length);
    expect(track([...slow, ...quick], ms(60_000)).typical).toBe(1_000);
  });

  it('is known last where it was known last, when it is not known now', () => {
    const shown = track([one(now - minute, ms(40_000))], unknown());
    expect([shown.now, shown.last, shown.looks]).toEqual([null, { at: now - minute, value: 40_000 }, 1]);
  });
});

/** Looks at any times, each knowing or not. */
const someLooks = fc
  .array(fc.record({ wait: fc.integer({ min: 1, max: hour }), value: fc.option(fc.integer({ min: 0, max: day }), { nil: null }) }), {
    maxLength: 200,
    size: 'max',
  })
  .map((looks) => {
    let at = now;
    return looks
      .map(({ wait, value }) => {
        at -= wait;
        return one(at, value === null ? unknown() : ms(value));
      })
      .reverse();
  });

describe('every history', () => {
  it('has few enough points, none without a look, and the worst of all looks among them', () => {
    let peaks = 0;
    fc.assert(
      fc.property(someLooks, fc.integer({ min: minute, max: 7 * day }), fc.integer({ min: 0, max: day }), (samples, spanMs, value) => {
        const { tracks, bucketMs, from } = lagHistoryOf(samples, look(ms(value)), spanMs);
        const [shown] = tracks;
        if (shown === undefined) throw new TypeError('the look of now is known');
        const known = samples.flatMap(({ at, lags = [] }): readonly LagAt[] =>
          at >= from && lags[0]?.lag.kind === 'duration' ? [{ at, value: lags[0].lag.ms }] : [],
        );
        const all = [...known, { at: now, value }];
        expect(shown.looks).toBe(all.length);
        expect(shown.points.length).toBeLessThanOrEqual(mostPoints);
        expect(shown.worst.value).toBe(Math.max(...all.map((each) => each.value)));
        expect(Math.max(...shown.points.map((each) => each.value))).toBe(shown.worst.value);
        expect(all.map((each) => each.value)).toContain(shown.typical);
        for (const point of shown.points) {
          const within = all.filter(({ at }) => at >= point.at && at < point.at + (bucketMs ?? 1));
          expect(point.value).toBe(Math.max(...within.map((each) => each.value)));
        }
        const times = shown.points.map(({ at }) => at);
        expect(times).toEqual([...new Set(times)].toSorted((a, b) => a - b));
        if (bucketMs !== null) peaks += 1;
      }),
    );
    expect(peaks).toBeGreaterThan(5);
  });

  it('has gaps within it, in order, that do not overlap', () => {
    fc.assert(
      fc.property(someLooks, fc.boolean(), (samples, isKnown) => {
        const { gaps, from } = lagHistoryOf(samples, look(isKnown ? ms(1) : unknown()), 7 * day);
        for (const why of [true, false]) {
          const some = gaps.filter((gap) => (gap.why === null) === why);
          for (const [index, gap] of some.entries()) {
            expect(gap.from).toBeGreaterThanOrEqual(some[index - 1]?.to ?? from);
            expect(gap.to).toBeGreaterThanOrEqual(gap.from);
            expect(gap.to).toBeLessThanOrEqual(now);
          }
        }
      }),
    );
  });
});

describe('buckets', () => {
  it.each([
    ['few looks', 6 * hour, 20, null],
    ['an hour', hour, 121, 4 * minute],
    ['six hours', 6 * hour, 200, 20 * minute],
    ['a day', day, 200, 1.5 * hour],
    ['a week', 7 * day, 300, 12 * hour],
    ['twenty-one seconds', 21_000, 100, 2_000],
  ])('of %s begin at round times', (_, spanMs, looks, lengthMs) => {
    expect(bucketLength(now - spanMs, now, looks)).toBe(lengthMs);
  });

  it('are few however long the time is', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: now }), fc.integer({ min: 1, max: 50 * 365 * day }), (from, spanMs) => {
        const length = bucketLength(from, from + spanMs, 1_000);
        if (length === null) throw new TypeError('so many looks need buckets');
        expect(Math.floor((from + spanMs) / length) - Math.floor(from / length)).toBeLessThan(mostPoints);
      }),
    );
  });

  it('that nobody looked in are not there', () => {
    const values = [1, 2, 61, 299].map((at) => ({ at, value: at }));
    expect(bucketed(values, 60)).toEqual([
      { at: 0, value: 2 },
      { at: 60, value: 61 },
      { at: 240, value: 299 },
    ]);
  });
});

describe('a rise', () => {
  const at = (values: readonly number[]): readonly LagAt[] => values.map((value, index) => ({ at: index, value: value * 1_000 }));
  it.each([
    ['from the first look', [0, 5, 10, 15], 0],
    ['after a long time of rest', [2, 4, 3, 2, 4, 2, 10, 20, 30, 40], 5],
    ['with a dip on the way', [2, 2, 2, 20, 30, 27, 40], 2],
    ['after an older, lower peak', [2, 30, 2, 2, 20, 40], 3],
  ])('%s is told from its foot on', (_, values, since) => {
    expect(risingSince(at(values), 'time')).toBe(since);
  });

  it.each([
    ['no look', []],
    ['one look', [90]],
    ['two looks', [0, 90]],
    ['a steady lag', [4, 4, 4, 4]],
    ['a small rise', [1, 2, 3, 4]],
    ['a rise of less than twice', [100, 110, 130, 190]],
    ['a fall', [90, 60, 30, 0]],
    ['what falls again', [0, 30, 90, 40]],
    ['the teeth of a saw', [0, 10, 20, 30, 0, 10, 20, 30, 0, 10, 20, 29]],
    ['what does not come to its older peak', [0, 80, 0, 20, 40]],
  ])('is not seen in %s', (_, values) => {
    expect(risingSince(at(values), 'time')).toBeNull();
  });

  it('is found in everything that only rises, and in nothing that ends at its lowest', () => {
    const steps = fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 4, maxLength: 50 });
    fc.assert(
      fc.property(steps, (rises) => {
        const values = [0];
        for (const rise of rises) values.push((values.at(-1) ?? 0) + rise);
        const up = values.map((value, index) => ({ at: index, value: value * 5_000 }));
        expect(risingSince(up, 'time')).toBe(0);
        expect(risingSince([...up, { at: up.length, value: 0 }], 'time')).toBeNull();
      }),
    );
  });
});
