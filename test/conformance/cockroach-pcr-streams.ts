import type { PcrLink } from '../../src/engines/cockroach-pcr/config.ts';
import type { SqlWorld, SqlWorldOptions } from '../../src/sim/cockroach/contract.ts';
import type { SimVersion } from '../../src/sim/cockroach/grammar/dialect.ts';
import { until } from '../support/until.ts';
import { aSetup, byHand, pcrLinkId as link, openPcr, type PcrBed, setupSecrets } from './cockroach-pcr-bed.ts';
import type { Situation } from './engine-conformance.ts';

const hourMs = 3_600_000;

const complete = (world: SqlWorld, to: string): Promise<void> =>
  byHand(world, 'standby', `ALTER VIRTUAL CLUSTER ${world.virtualCluster} COMPLETE REPLICATION TO ${to}`);

const stands = (world: SqlWorld, status: string): Promise<void> =>
  until(async () => world.vc('standby')?.status === status, `the standby is ${status}`);

/** Somebody promoted the standby and left it without service, while the primary goes on. */
async function promoted(world: SqlWorld): Promise<void> {
  await complete(world, 'LATEST');
  await stands(world, 'ready');
}

/** Clusters without a stream, with the user that a new one logs in as. */
export const streamUsers = (version: SimVersion): Partial<SqlWorldOptions> => ({
  start: 'none',
  users: [
    { name: 'ops', password: 'ops-secret', admin: true },
    {
      name: 'stream',
      password: setupSecrets.stream,
      grants: [Number(version) >= 25.2 ? 'REPLICATIONSOURCE' : 'REPLICATION'],
      in: 'system',
    },
  ],
});

/** Begins a stream that goes by the external connection of the standby. */
export async function byConnection(world: SqlWorld, version: SimVersion): Promise<void> {
  const name = world.virtualCluster;
  const like = version === '23.2' ? 'LIKE template ' : '';
  await byHand(world, 'standby', `CREATE VIRTUAL CLUSTER ${name} ${like}FROM REPLICATION OF ${name} ON 'external://to-primary'`);
  await stands(world, 'replicating');
}

export const streamSettings = (world: SqlWorld): Partial<PcrLink['settings']> => ({ setup: aSetup(world) });

/** Every operation on a running stream, and every way to complete a failover that was begun before. */
export const pcrStreamSituations = (version: SimVersion): readonly Situation<PcrLink, PcrBed>[] => [
  {
    name: 'retention of the window',
    operation: { kind: 'retention', link, windowMs: 6 * hourMs, expirationMs: null },
    open: () => openPcr(version),
  },
  ...(version === '23.2'
    ? []
    : [
        {
          name: 'retention of both',
          operation: { kind: 'retention', link, windowMs: 90 * 60_000, expirationMs: 48 * hourMs } as const,
          open: () => openPcr(version),
        },
        ...(Number(version) < 24.3 ? [] : readers(version)),
        {
          name: 'failover that somebody began and left without service',
          operation: { kind: 'failover', link, to: { kind: 'latest' } } as const,
          open: () => openPcr(version, {}, promoted),
        },
        {
          name: 'reconnect',
          operation: { kind: 'reconnect', link } as const,
          open: () => openPcr(version, streamUsers(version), (world) => byConnection(world, version), streamSettings),
        },
      ]),
  {
    name: 'reconnect after a person replaced the connection',
    operation: { kind: 'reconnect', link },
    open: () => openPcr(version, streamUsers(version), (world) => byConnection(world, version)),
  },
  {
    name: 'failover to a time far ahead',
    operation: { kind: 'failover', link, to: { kind: 'time', at: Date.now() + 5 * hourMs } },
    open: () => openPcr(version),
  },
  {
    name: 'failover that takes the place of a pending one, with a dead primary',
    operation: { kind: 'failover', link, to: { kind: 'latest' } },
    open: () =>
      openPcr(version, {}, async (world) => {
        await complete(world, `SYSTEM TIME '+5h'`);
        await world.faults.down('primary');
      }),
  },
];

/** From v24.3 on. */
const readers = (version: SimVersion): readonly Situation<PcrLink, PcrBed>[] => [
  { name: 'reader on', operation: { kind: 'reader', link, on: true }, open: () => openPcr(version) },
  { name: 'reader off', operation: { kind: 'reader', link, on: false }, open: () => openPcr(version, {}, opened) },
  { name: 'teardown with a reader', operation: { kind: 'teardown', link }, open: () => openPcr(version, {}, opened) },
];

async function opened(world: SqlWorld): Promise<void> {
  await byHand(world, 'standby', `ALTER VIRTUAL CLUSTER ${world.virtualCluster} SET REPLICATION READ VIRTUAL CLUSTER`);
  await until(async () => world.vc('standby', `${world.virtualCluster}-readonly`)?.serviceMode === 'shared', 'the reader serves');
}
