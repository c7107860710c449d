import type { PcrLink, PcrSettings } from '../../src/engines/cockroach-pcr/config.ts';
import type { SqlWorld, SqlWorldOptions } from '../../src/sim/cockroach/contract.ts';
import type { SimVersion } from '../../src/sim/cockroach/grammar/dialect.ts';
import { until } from '../support/until.ts';
import { aSetup, byHand, pcrLinkId as link, openPcr, type PcrBed } from './cockroach-pcr-bed.ts';
import { bare, cancelStream } from './cockroach-pcr-situations.ts';
import type { Situation } from './engine-conformance.ts';

const hourMs = 3_600_000;
const wanted = { retentionMs: 6 * hourMs, expirationMs: 48 * hourMs, reader: true } as const;

/** A last release in which a copy has its reader from its beginning or never. */
const lastEarly = 11;

const addresses = { primary: null, standby: null } as const;

/** A reader that a promotion to the latest time left on the side that was promoted, before the roles went back. */
async function withStaleReader(world: SqlWorld): Promise<void> {
  const name = world.virtualCluster;
  const on = (side: 'primary' | 'standby', what: string) => byHand(world, side, `ALTER VIRTUAL CLUSTER ${name} ${what}`);
  await on('standby', 'SET REPLICATION READ VIRTUAL CLUSTER');
  await until(async () => world.vc('standby', `${name}-readonly`)?.serviceMode === 'shared', 'the reader serves');
  await on('primary', 'STOP SERVICE');
  await on('standby', 'COMPLETE REPLICATION TO LATEST');
  await until(async () => world.vc('standby')?.status === 'ready', 'the standby is promoted');
  await on('primary', 'START SERVICE SHARED');
}

/** Up to 25.3 a promotion to the latest time leaves a reader where it is. */
const leavesReader = (version: SimVersion): boolean => Number(version) >= 24.3 && Number(version) <= 25.3;

/** Streams that begin with what the config asks of them, in each release that takes it in another way. */
export const pcrOptionSituations = (version: SimVersion): readonly Situation<PcrLink, PcrBed>[] => {
  const users: Partial<SqlWorldOptions> = { users: [{ name: 'ops', password: "ops'secret", admin: true }] };
  const settings =
    (more: Partial<PcrSettings> = {}, setup: Partial<typeof wanted> = wanted) =>
    (world: SqlWorld) => ({
      setup: aSetup(world, setup),
      ...more,
    });
  const setup = { kind: 'setup', link } as const;
  const failback = { kind: 'failback', link } as const;
  const rebuild = { kind: 'rebuild', link } as const;
  const later: readonly Situation<PcrLink, PcrBed>[] = [
    {
      name: 'setup with a reader alone',
      operation: setup,
      open: () => openPcr(version, bare, undefined, settings({}, { reader: true })),
    },
    { name: 'rebuild where nothing was set up', operation: rebuild, open: () => openPcr(version, bare, undefined, settings({}, {})) },
    {
      name: 'failback with a reader and both windows, by an address',
      operation: failback,
      open: () => openPcr(version, { start: 'promoted', ...users, externalConnections: {} }, undefined, settings({ streams: addresses })),
    },
  ];
  const stale: readonly Situation<PcrLink, PcrBed>[] = leavesReader(version)
    ? [
        {
          name: 'failback of a side on which a reader is left',
          operation: failback,
          open: () => openPcr(version, users, withStaleReader, settings()),
        },
      ]
    : [];
  if (version !== '24.3') return [...later, ...stale];
  const early = { patch: lastEarly, ...users };
  return [
    ...later,
    ...stale,
    {
      name: 'setup with a reader and both windows, before one can be added',
      operation: setup,
      open: () => openPcr(version, { ...bare, patch: lastEarly }, undefined, settings()),
    },
    {
      name: 'rebuild of a copy that gets a reader, before one can be added',
      operation: rebuild,
      open: () => openPcr(version, early, cancelStream, settings()),
    },
    {
      name: 'failback with a reader and both windows, before one can be added',
      operation: failback,
      open: () => openPcr(version, { start: 'promoted', ...early }, undefined, settings()),
    },
  ];
};
