import type { PcrLink, PcrSettings } from '../../src/engines/cockroach-pcr/config.ts';
import type { PcrSetup } from '../../src/engines/cockroach-pcr/config-setup.ts';
import type { StepExecutor } from '../../src/engines/engine.ts';
import type { SqlWorld } from '../../src/sim/cockroach/contract.ts';
import type { SimVersion } from '../../src/sim/cockroach/grammar/dialect.ts';
import { until } from '../support/until.ts';
import { aSetup, byHand, comeBack, pcrLinkId as link, openPcr, type PcrBed } from './cockroach-pcr-bed.ts';
import { bare, cancelStream } from './cockroach-pcr-situations.ts';
import { streamUsers } from './cockroach-pcr-streams.ts';
import type { Situation } from './engine-conformance.ts';

const minuteMs = 60_000;
const failover = { kind: 'failover', link, to: { kind: 'latest' } } as const;
const rebuild = { kind: 'rebuild', link } as const;
const teardown = { kind: 'teardown', link } as const;
const setup = { kind: 'setup', link } as const;
const resume = { kind: 'resume', link } as const;
const to = (at: number) => ({ kind: 'failover', link, to: { kind: 'time', at } }) as const;

const stands = (world: SqlWorld, status: string): Promise<void> =>
  until(async () => world.vc('standby')?.status === status, `the standby is ${status}`);

const describedFlat = (world: SqlWorld): Partial<PcrSettings> => ({ setup: aSetup(world, { source: 'system' }) });

/** A config that does not say what the primary is: only the copy does. */
const undescribed = (): Partial<PcrSettings> => ({});

/** A primary whose data is in its control plane, with a standby that follows it; a person can take the applications from it. */
async function openFlat(
  version: SimVersion,
  more: (world: SqlWorld) => Promise<void> = async () => {},
  settings: (world: SqlWorld) => Partial<PcrSettings> = describedFlat,
): Promise<PcrBed> {
  const users = [{ name: 'ops', password: "ops'secret", admin: true }];
  const follow = async (world: SqlWorld): Promise<void> => {
    await byHand(world, 'standby', `CREATE VIRTUAL CLUSTER ${world.virtualCluster} FROM REPLICATION OF system ON 'external://to-primary'`);
    await stands(world, 'replicating');
    await more(world);
  };
  const bed = await openPcr(version, { start: 'none', virtualized: false, users }, follow, settings);
  const leave = async (step: { readonly kind: string }): Promise<void> => {
    if (step.kind === 'fence-by-hand') bed.world.control().vacate('primary');
  };
  return { ...bed, byHand: leave };
}

/** After a failover, whose copy serves. */
async function openGivenUp(version: SimVersion): Promise<PcrBed> {
  const bed = await openFlat(version, async (world) => {
    world.control().vacate('primary');
    const on = (what: string) => byHand(world, 'standby', `ALTER VIRTUAL CLUSTER ${world.virtualCluster} ${what}`);
    await on('COMPLETE REPLICATION TO LATEST');
    await stands(world, 'ready');
    await on('START SERVICE SHARED');
  });
  return bed;
}

/** The wait for the time of a promotion: meanwhile that time comes. */
async function openWaiting(version: SimVersion): Promise<PcrBed> {
  const bed = await openPcr(version);
  const passing = (executor: StepExecutor<PcrLink>): StepExecutor<PcrLink> => ({
    ...executor,
    probe: async (act, on, io) => {
      const probe = await executor.probe(act, on, io);
      if (probe.kind === 'underway' && probe.note.endsWith('to go.')) bed.world.control().advance(20 * minuteMs);
      return probe;
    },
  });
  return {
    ...bed,
    engine: () => {
      const engine = bed.engine();
      const { 'pcr.await-time': wait, ...steps } = engine.steps;
      return wait === undefined ? engine : { ...engine, steps: { ...steps, 'pcr.await-time': passing(wait) } };
    },
  };
}

/** After a promotion whose new primary is lost: the old one is stopped, and has everything up to its stop. */
const openLost = (version: SimVersion): Promise<PcrBed> => openPcr(version, { start: 'promoted' }, (world) => world.faults.down('standby'));

/** The stream tried to reach its source for minutes, and paused itself. */
async function gaveUp(world: SqlWorld): Promise<void> {
  world.faults.link('down');
  await stands(world, 'replication paused');
  world.faults.link('up');
}

/** It sends what any resume sends, so that this is for workers' deaths only. */
export const selfPaused: Situation<PcrLink, PcrBed> = {
  name: 'resume of a stream that paused itself',
  operation: resume,
  open: () => openPcr('26.2', {}, gaveUp),
};

/** What seldom happens, and has to work the first time. */
export const pcrRareSituations = (version: SimVersion): readonly Situation<PcrLink, PcrBed>[] => {
  const made = (more: Partial<PcrSetup>) => (world: SqlWorld) => ({ setup: aSetup(world, more) });
  const older = version === '23.2';
  const withUser = (more: Partial<PcrSetup>) => (world: SqlWorld) => {
    const plain = aSetup(world, more);
    return { setup: { ...plain, user: { ...plain.user, create: false } } };
  };
  return [
    { name: 'failover to a time past', operation: to(Date.now() - 10 * minuteMs), open: () => openPcr(version) },
    { name: 'failover to the side that was stopped', operation: failover, open: () => openLost(version) },
    {
      name: 'fence that keeps the old primary',
      operation: { kind: 'fence', link, keep: 'sql-east' },
      open: () => openPcr(version, { start: 'promoted' }, comeBack),
    },
    { name: 'failover to a time soon', operation: to(Date.now() + 25 * minuteMs), open: () => openWaiting(version) },
    {
      name: 'setup with a user that is there',
      operation: setup,
      open: () => openPcr(version, { ...bare, users: streamUsers(version).users ?? [] }, undefined, withUser({})),
    },
    ...(Number(version) < 25.1
      ? []
      : [
          {
            name: 'setup through a gateway',
            operation: setup,
            open: () => openPcr(version, bare, undefined, made({ route: 'gateway' })),
          },
        ]),
    ...(older
      ? []
      : [
          { name: 'failover from an older cluster', operation: failover, open: () => openFlat(version) },
          {
            name: 'failover from an older cluster that the config does not describe',
            operation: failover,
            open: () => openFlat(version, undefined, undescribed),
          },
          { name: 'teardown of a copy of an older cluster', operation: teardown, open: () => openFlat(version) },
          { name: 'rebuild of a copy of an older cluster', operation: rebuild, open: () => openFlat(version, cancelStream) },
          { name: 'rebuild of an older cluster that was given up', operation: rebuild, open: () => openGivenUp(version) },
        ]),
  ];
};
