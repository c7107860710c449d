import type { Clock } from '../../../../src/domain/clock.ts';
import type { SimVersion } from '../../../../src/sim/cockroach/grammar/dialect.ts';
import { type LdrWorld, type LdrWorldOptions, startLdrWorld } from '../../../../src/sim/cockroach/ldr/ldr-world.ts';
import { closeAfterTest, stillClock } from '../bed.ts';

/** A world whose clock stands still; it is closed after the test. */
export async function anLdrWorld(
  version: SimVersion,
  options: Partial<LdrWorldOptions> & { readonly clock?: Clock } = {},
): Promise<LdrWorld> {
  const world = await startLdrWorld({ version, clock: stillClock, ...options });
  closeAfterTest(world);
  return world;
}

export const orders = 'shop.public.orders';
export const items = 'shop.public.items';

/** The statement that an operator sends on the standby of a world without streams. */
export const streamOf = (...tables: readonly string[]): string => {
  const list = tables.length > 1 ? `TABLES (${tables.join(', ')})` : `TABLE ${tables.join('')}`;
  return `CREATE LOGICAL REPLICATION STREAM FROM ${list} ON 'external://to_east' INTO ${list}`;
};
