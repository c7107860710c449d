import { afterEach } from 'vitest';
import type { SimVersion } from '../../../src/sim/cockroach/grammar/dialect.ts';
import { type LdrBed, type LdrBedOptions, openLdr, streamPassword } from '../../conformance/cockroach-ldr-bed.ts';

export const orders = 'shop.public.orders';
export const items = 'shop.public.items';

/** A bot that may do everything. */
export const admin = { users: [{ name: 'ops', password: streamPassword, admin: true }] };

const open: LdrBed[] = [];
afterEach(async () => {
  for (const bed of open.splice(0)) await bed.close();
});

/** A bed that is closed when the test is over. */
export async function openBed(version: SimVersion, options: LdrBedOptions = {}): Promise<LdrBed> {
  const bed = await openLdr(version, options);
  open.push(bed);
  return bed;
}
