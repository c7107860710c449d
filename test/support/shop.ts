import { expect } from 'vitest';
import type { LdrWorld } from '../../src/sim/cockroach/ldr/ldr-world.ts';
import { endStreams } from '../conformance/cockroach-ldr-bed.ts';
import type { House } from './house.ts';
import type { Scene } from './matrix.ts';

/** A house of one link whose tables are replicated logically. */
export const shop = (
  start: 'none' | 'replicating' | 'paused',
  direction: 'unidirectional' | 'bidirectional',
  more: { readonly connections?: 'bot' | 'new'; readonly version?: '24.3' | '25.3' } = {},
): NonNullable<Scene['links']> => [
  { id: 'prod-shop', engine: 'cockroach-ldr', environment: 'production', description: 'Shop', version: '26.2', start, direction, ...more },
];

export const worldOf = ({ world }: House): LdrWorld => {
  const found = world.ldr['prod-shop'];
  if (found === undefined) throw new TypeError('there is no shop');
  return found;
};

/** What became of every job that was ever started into a side, in order. */
export const jobs = ({ world }: House, side: 'primary' | 'standby'): readonly string[] =>
  world.ldr['prod-shop']?.ldrJobs(side).map(({ status }) => status) ?? [];

export const standbyHas =
  (...statuses: readonly string[]) =>
  (house: House): void => {
    expect(jobs(house, 'standby')).toEqual(statuses);
  };

/** Both sides hold as many rows of each table. */
export function haveTheSame(house: House): void {
  const [here, there] = (['primary', 'standby'] as const).map((side) =>
    worldOf(house)
      .tables(side)
      .map(({ name, rows }) => [name, rows]),
  );
  expect(here).toEqual(there);
  expect(here).toHaveLength(2);
}

/** Ends every stream, and waits until they are over. */
export async function endAll(house: House): Promise<void> {
  for (const side of ['standby', 'primary'] as const) await endStreams(worldOf(house), side);
}
