import type { LdrLink } from '../../src/engines/cockroach-ldr/config.ts';
import type { SimVersion } from '../../src/sim/cockroach/grammar/dialect.ts';
import type { LdrWorld, LdrWorldOptions } from '../../src/sim/cockroach/ldr/ldr-world.ts';
import { until } from '../support/until.ts';
import { type BedSide, endStreams, type LdrBed, ldrLinkId as link, openLdr, streamPassword } from './cockroach-ldr-bed.ts';
import { tryingOn } from './cockroach-ldr-situations.ts';
import type { Situation } from './engine-conformance.ts';

const orders = 'shop.public.orders';
const rows = 3;
const admin: Partial<LdrWorldOptions> = { users: [{ name: 'ops', password: streamPassword, admin: true }] };
const both: Partial<LdrWorldOptions> = { ...admin, direction: 'bidirectional' };

/** Applications write rows that the other side can't take, so that they stand in its dead letter queue and in no table there. */
async function strand(world: LdrWorld, into: BedSide): Promise<void> {
  await until(() => world.ldrJobs(into).every(({ replicatedTime }) => replicatedTime !== null), 'every job follows');
  world.ldr.write(into === 'standby' ? 'primary' : 'standby', orders, rows);
  world.ldr.conflict(into, orders, rows);
  world.control().advance(70_000);
  await until(() => world.tables(into).some(({ dlq }) => dlq === rows), 'the rows are in the queue');
}

/** Operations that look at dead letter queues, or delete rows, while rows wait in one. */
export const ldrLetters = (version: SimVersion): readonly Situation<LdrLink, LdrBed>[] => [
  {
    name: 'failover to a side with rows in the dead letter queue',
    operation: { kind: 'failover', link, to: { kind: 'latest' } },
    open: () =>
      openLdr(version, {
        world: { pace: tryingOn },
        prepare: async (world) => {
          await strand(world, 'standby');
          await world.faults.down('primary');
        },
      }),
  },
  {
    name: 'failback to a side of which rows wait in the dead letter queue',
    operation: { kind: 'failback', link },
    open: () =>
      openLdr(version, {
        world: admin,
        prepare: async (world) => {
          await strand(world, 'standby');
          await endStreams(world, 'standby');
          await until(() => world.ldrJobs('standby').every(({ status }) => status === 'canceled'), 'the streams are over');
        },
      }),
  },
  {
    name: 'alter both ways with rows in the dead letter queue',
    operation: { kind: 'alter', link },
    open: () => openLdr(version, { world: both, prepare: (world) => strand(world, 'primary') }),
  },
];
