import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Sample } from '../../../src/domain/observation.ts';
import { pastOf, pointsOf, remember, type Seen, trailOf } from '../../../src/engines/neo4j-ccdr/history.ts';
import type { Behind } from '../../../src/engines/neo4j-ccdr/state.ts';

const second = 1_000;
const seen = (at: number, upstream: bigint, least: bigint | null = null): Seen => ({ at: at * second, side: 'primary', upstream, least });
const behind = (upstream: bigint, least: bigint, most = least): Behind => ({
  upstream,
  reach: { least, most },
  transactions: upstream > least ? upstream - least : 0n,
  atLeastLost: upstream > most ? upstream - most : 0n,
  isAhead: most > upstream,
});
const look = (now: number, of: Behind) => ({ now: now * second, behind: of, reach: of.reach });

const samples = (points: readonly Seen[]): readonly Sample[] =>
  points.map((point) => ({ at: point.at, health: 'healthy', headline: '', trail: trailOf(point) }));

describe('what is remembered of transaction ids', () => {
  it.each([
    ['the ids go backwards, as after a restore', seen(20, 50n)],
    ['the other side serves', { ...seen(20, 200n), side: 'standby' as const }],
  ])('begins anew when %s', (_, next) => {
    expect(remember([seen(5, 90n), seen(10, 100n)], next)).toEqual([next]);
    expect(pointsOf(samples([seen(5, 90n), seen(10, 100n), next]), 60 * second)).toEqual([next]);
  });

  it('is the same when it has been kept and read back, however large an id is', () => {
    const ids = fc.array(fc.record({ wait: fc.nat(100), writes: fc.bigInt(0n, 2n ** 80n), least: fc.option(fc.bigInt(0n, 2n ** 80n)) }));
    fc.assert(
      fc.property(ids, (steps) => {
        let [at, id] = [0, 0n];
        const points = steps.map(({ wait, writes, least }) => {
          at += wait;
          id += writes;
          return seen(at, id, least);
        });
        const kept: readonly Sample[] = JSON.parse(JSON.stringify(samples(points)));
        expect(pointsOf(kept, at * second)).toEqual(points);
      }),
    );
  });

  it('passes over what is no look of this engine, and looks that are not over by our clock', () => {
    const strange = [null, {}, { side: 'left', upstream: '1', least: null }, { side: 'primary', upstream: '-1', least: null }];
    const odd = strange.map((trail): Sample => ({ at: 1, health: 'unknown', headline: '', trail }));
    expect(pointsOf([...odd, ...samples([seen(2, 5n), seen(9, 7n)])], 8 * second)).toEqual([seen(2, 5n)]);
  });
});

describe('the time by which a replica is behind', () => {
  it('is the time since the serving side had no more than the replica has', () => {
    const points = [seen(0, 100n), seen(10, 110n), seen(20, 120n), seen(30, 130n)];
    expect(pastOf(points, look(30, behind(130n, 112n)))).toMatchObject({
      behindMs: 20 * second,
      words: 'It has everything up to 20 s ago.',
    });
  });

  it('does not count the hours in which nothing was written', () => {
    const points = [seen(0, 100n), seen(3_600, 100n), seen(3_605, 101n)];
    expect(pastOf(points, look(3_605, behind(101n, 100n))).behindMs).toBe(5 * second);
  });

  it('is nothing when the replica has everything', () => {
    expect(pastOf([seen(0, 100n), seen(500, 100n)], look(500, behind(100n, 100n)))).toMatchObject({ behindMs: 0, stillMs: 0 });
  });

  it('is not known, and says so, when the bot has not looked for long enough', () => {
    expect(pastOf([seen(30, 130n)], look(30, behind(130n, 112n)))).toMatchObject({
      behindMs: null,
      words: expect.stringContaining('no earlier look is remembered'),
    });
    expect(pastOf([seen(0, 120n), seen(30, 130n)], look(30, behind(130n, 112n)))).toMatchObject({
      behindMs: null,
      words: 'It is behind by more than the 30 s for which looks are remembered.',
    });
    expect(pastOf([], { now: 0, behind: null, reach: { least: 1n, most: 1n } })).toMatchObject({
      behindMs: null,
      atLeastLost: null,
      lastSeen: null,
    });
    expect(pastOf([seen(0, 1n)], { now: second, behind: null, reach: null })).toMatchObject({
      behindMs: null,
      words: expect.stringContaining('no copy of it tells'),
    });
  });

  it('is never less than the truth, and more by no more than the distance of two looks', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(50), { minLength: 2, maxLength: 60 }),
        fc.integer({ min: 1, max: 30 }),
        fc.nat(1_000),
        (writes, every, at) => {
          // A history with one write or more at known seconds, seen every so many seconds.
          let total = 0n;
          const ids = writes.map((count) => {
            total += BigInt(count);
            return total;
          });
          const points = ids.flatMap((id, n) => (n % every === 0 || n === ids.length - 1 ? [seen(n, id)] : []));
          const upstream = ids.at(-1) ?? 0n;
          const least = (upstream * BigInt(at)) / 1_000n;
          const { behindMs, surelyMs } = pastOf(points, look(ids.length - 1, behind(upstream, least)));
          fc.pre(behindMs !== null && least < upstream);
          const missing = ids.findIndex((id) => id > least);
          const truth = (ids.length - 1 - missing) * second;
          expect(behindMs).toBeGreaterThanOrEqual(truth);
          expect(behindMs).toBeLessThanOrEqual(truth + every * second);
          expect(surelyMs).toBeLessThanOrEqual(truth);
          expect(surelyMs).toBeGreaterThan(truth - every * second);
        },
      ),
    );
  });
});

describe('what is told of a replica whose source is gone', () => {
  it('is what was seen last, as the least that is lost', () => {
    const points = [seen(0, 100n), seen(10, 110n), seen(20, 120n)];
    const past = pastOf(points, { now: 60 * second, behind: null, reach: { least: 105n, most: 112n } });
    expect(past).toMatchObject({
      behindMs: null,
      atLeastLost: { ms: 10 * second, transactions: '8' },
      lastSeen: { side: 'primary', at: 20 * second, txn: '120' },
      words: 'How far it is behind now is not known; the serving side was seen last 40 s ago.',
    });
  });

  it('is nothing when a copy has all that was seen', () => {
    const past = pastOf([seen(0, 100n)], { now: 60 * second, behind: null, reach: { least: 90n, most: 100n } });
    expect(past.atLeastLost).toEqual({ ms: 0, transactions: '0' });
  });
});

describe('a replica that stands still', () => {
  it('is told by looks in a row that saw it at the same place', () => {
    const points = [seen(0, 100n, 90n), seen(10, 110n, 95n), seen(20, 120n, 95n), seen(30, 130n, 95n)];
    expect(pastOf(points, look(30, behind(130n, 95n))).stillMs).toBe(20 * second);
    expect(pastOf(points, look(30, behind(130n, 97n))).stillMs).toBeNull();
  });
});
