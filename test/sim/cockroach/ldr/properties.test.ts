import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type LdrWorld, startLdrWorld } from '../../../../src/sim/cockroach/ldr/ldr-world.ts';
import { stillClock } from '../bed.ts';
import { orders } from './ldr-bed.ts';

const minute = 60_000;

type Act = (world: LdrWorld) => void;

/** What may befall a link within an hour or two; none of it costs rows. */
const acts: Readonly<Record<string, Act>> = {
  'write on the primary': (world) => world.ldr.write('primary', orders, 3),
  'write on the standby': (world) => world.ldr.write('standby', orders, 2),
  'a stream of writes': (world) => world.ldr.rate('primary', orders, 5),
  'no more writes': (world) => world.ldr.rate('primary', orders, 0),
  'link down': (world) => world.control().linkDown(),
  'link up': (world) => world.control().linkUp(),
  'a second': (world) => world.control().advance(1000),
  'ten seconds': (world) => world.control().advance(10_000),
  'five minutes': (world) => world.control().advance(5 * minute),
};

function replicatedTimes(world: LdrWorld): readonly number[] {
  return (['primary', 'standby'] as const).flatMap((side) => world.ldrJobs(side).map(({ replicatedTime }) => replicatedTime ?? 0));
}

const printsOf = (world: LdrWorld, side: 'primary' | 'standby') => world.tables(side).map(({ rows, fingerprint }) => [rows, fingerprint]);

describe('whatever happens to a bidirectional link', () => {
  it('no replicated time goes back or runs ahead, and both sides end up the same', async () => {
    const sequences = fc.array(fc.constantFrom(...Object.keys(acts)), { maxLength: 25 });
    await fc.assert(
      fc.asyncProperty(sequences, async (names) => {
        const world = await startLdrWorld({ version: '26.2', clock: stillClock, direction: 'bidirectional', onOutage: 'retry' });
        try {
          for (const name of names) {
            const before = replicatedTimes(world);
            acts[name]?.(world);
            const after = replicatedTimes(world);
            expect(after.every((at, place) => at >= (before[place] ?? 0) && at <= world.now())).toBe(true);
            const [there = 0, here = 0] = (['primary', 'standby'] as const).map((side) => world.tables(side)[0]?.rows ?? 0);
            expect(Math.min(there, here)).toBeGreaterThanOrEqual(1000);
          }
          world.control().linkUp();
          world.ldr.rate('primary', orders, 0);
          world.control().advance(60 * minute);
          expect(printsOf(world, 'standby')).toEqual(printsOf(world, 'primary'));
          expect(world.ldrJobs('standby')).toMatchObject([{ status: 'running' }]);
          expect(world.ldrJobs('primary')).toMatchObject([{ status: 'running' }]);
        } finally {
          await world.close();
        }
      }),
      { numRuns: 25 },
    );
  });
});
