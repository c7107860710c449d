import type { LdrLink } from '../../src/engines/cockroach-ldr/config.ts';
import type { SimVersion } from '../../src/sim/cockroach/grammar/dialect.ts';
import type { LdrWorldOptions } from '../../src/sim/cockroach/ldr/ldr-world.ts';
import { type LdrBed, ldrLinkId as link, openLdr } from './cockroach-ldr-bed.ts';
import type { Situation } from './engine-conformance.ts';

const both: Partial<LdrWorldOptions> = { direction: 'bidirectional' };
const failover = { kind: 'failover', link, to: { kind: 'latest' } } as const;

/** Operations that move applications only, which people or a hook do, or that only compare: the engine looks and sends nothing. */
export const ldrLooks = (version: SimVersion): readonly Situation<LdrLink, LdrBed>[] =>
  (
    [
      {
        name: 'switchover both ways',
        operation: { kind: 'switchover', link, maxWriteStopMs: 60_000 },
        open: () => openLdr(version, { world: both }),
      },
      { name: 'failback both ways', operation: { kind: 'failback', link }, open: () => openLdr(version, { world: both }) },
      { name: 'failover both ways with a living source', operation: failover, open: () => openLdr(version, { world: both }) },
      {
        name: 'failover both ways with a dead source',
        operation: failover,
        open: () => openLdr(version, { world: both, prepare: (world) => world.faults.down('primary') }),
      },
      { name: 'verify', operation: { kind: 'verify', link }, open: () => openLdr(version) },
      { name: 'verify both ways', operation: { kind: 'verify', link }, open: () => openLdr(version, { world: both }) },
    ] as const
  ).map((situation) => ({ ...situation, sendsNothing: true }));
