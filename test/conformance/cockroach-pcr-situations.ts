import type { PcrLink } from '../../src/engines/cockroach-pcr/config.ts';
import type { SqlWorld, SqlWorldOptions } from '../../src/sim/cockroach/contract.ts';
import type { SimVersion } from '../../src/sim/cockroach/grammar/dialect.ts';
import { until } from '../support/until.ts';
import { aSetup, byHand, comeBack, pcrLinkId as link, openPcr, type PcrBed } from './cockroach-pcr-bed.ts';
import type { Situation } from './engine-conformance.ts';

/** Every operation of the engine, in each state of the databases that makes another plan of it. */
export const pcrSituations = (version: SimVersion): readonly Situation<PcrLink, PcrBed>[] => [
  { name: 'switchover', operation: { kind: 'switchover', link, maxWriteStopMs: 60_000 }, open: () => openPcr(version) },
  { name: 'failover with a living primary', operation: { kind: 'failover', link, to: { kind: 'latest' } }, open: () => openPcr(version) },
  {
    name: 'failover with a dead primary',
    operation: { kind: 'failover', link, to: { kind: 'latest' } },
    open: () => openPcr(version, {}, (world) => world.faults.down('primary')),
  },
  { name: 'pause', operation: { kind: 'pause', link }, open: () => openPcr(version) },
  { name: 'resume', operation: { kind: 'resume', link }, open: () => openPcr(version, { start: 'paused' }) },
  { name: 'fence', operation: { kind: 'fence', link }, open: () => openPcr(version, { start: 'promoted' }, comeBack) },
  { name: 'teardown', operation: { kind: 'teardown', link }, open: () => openPcr(version) },
  { name: 'teardown of an old primary', operation: { kind: 'teardown', link }, open: () => openPcr(version, { start: 'promoted' }) },
  ...(version === '23.2'
    ? []
    : [{ name: 'failback', operation: { kind: 'failback', link } as const, open: () => openPcr(version, { start: 'promoted' }) }]),
  ...setupSituations(version),
  ...upgradeSituations(version),
  { name: 'rebuild of an old primary', operation: { kind: 'rebuild', link }, open: () => openPcr(version, { start: 'promoted' }) },
  {
    name: 'rebuild of a standby whose stream was cancelled',
    operation: { kind: 'rebuild', link },
    open: () => openPcr(version, {}, cancelStream),
  },
];

/** Where one upgrade may lead: to the next release, over an innovation release, and to a new year. The first is tried in every way. */
const upgrades: Partial<Readonly<Record<SimVersion, readonly SimVersion[]>>> = {
  '23.2': ['24.1'],
  '24.1': ['24.3', '24.2'],
  '24.2': ['24.3'],
  '24.3': ['25.2', '25.1'],
  '25.1': ['25.2'],
  '25.2': ['25.4', '25.3'],
  '25.3': ['25.4'],
  '25.4': ['26.2', '26.1'],
  '26.1': ['26.2'],
};

/** The standby has the new binaries; those of the primary come when a person is asked. */
const upgradeSituations = (version: SimVersion): readonly Situation<PcrLink, PcrBed>[] =>
  (upgrades[version] ?? []).slice(0, 1).map((target) => upgradeSituation(version, target, 'upgrade'));

/** Differ from the others of a version in the release that they name. */
export const pcrUpgradeSituations = (version: SimVersion): readonly Situation<PcrLink, PcrBed>[] =>
  (upgrades[version] ?? []).slice(1).map((target) => upgradeSituation(version, target, `upgrade to ${target}`));

const upgradeSituation = (version: SimVersion, target: SimVersion, name: string): Situation<PcrLink, PcrBed> => ({
  name,
  operation: { kind: 'upgrade', link },
  open: async () => {
    const bed = await openPcr(version, { users: [{ name: 'ops', password: 'ops-secret', admin: true }] }, async (world) => {
      world.control().install('standby', target);
    });
    return { ...bed, byHand: async () => bed.world.control().install('primary', target) };
  },
});

/** Somebody cancels the job of the stream, which leaves a copy that nothing can be done with. */
export async function cancelStream(world: SqlWorld): Promise<void> {
  const job = world.jobs('standby').find(({ type }) => type === 'REPLICATION STREAM INGESTION');
  await byHand(world, 'standby', `CANCEL JOB ${job?.id}`);
  await until(() => world.vc('standby')?.status === 'add', 'the stream is cancelled');
  const fed = () => world.jobs('primary').some(({ type, status }) => type.endsWith('PRODUCER') && status === 'running');
  await until(() => !fed(), 'nothing feeds it any more');
}

/** A standby that has nothing yet, on clusters that were just initialized. */
export const bare: Partial<SqlWorldOptions> = {
  start: 'none',
  externalConnections: {},
  settings: {
    primary: { 'kv.rangefeed.enabled': 'false', 'cluster.organization': '', 'enterprise.license': '' },
    standby: { 'kv.rangefeed.enabled': 'false', 'cluster.organization': '', 'enterprise.license': '' },
  },
  users: [{ name: 'ops', password: "ops'secret", admin: true }],
};

const hourMs = 3_600_000;

const setupSituations = (version: SimVersion): readonly Situation<PcrLink, PcrBed>[] => {
  const operation = { kind: 'setup', link } as const;
  const plain = { retentionMs: 6 * hourMs, expirationMs: 48 * hourMs, reader: true };
  return [
    {
      name: 'setup by an external connection',
      operation,
      open: () => openPcr(version, bare, undefined, (world) => ({ setup: aSetup(world) })),
    },
    {
      name: 'setup by an address with every option',
      operation,
      open: () =>
        openPcr(version, bare, undefined, (world) => ({ setup: aSetup(world, plain), streams: { primary: null, standby: null } })),
    },
    ...(version === '23.2'
      ? []
      : [
          {
            name: 'setup from an older cluster',
            operation,
            open: () =>
              openPcr(version, { ...bare, virtualized: false }, undefined, (world) => ({ setup: aSetup(world, { source: 'system' }) })),
          },
        ]),
  ];
};
