import { Secret } from '../../src/domain/secret.ts';
import type { LdrLink } from '../../src/engines/cockroach-ldr/config.ts';
import type { SimVersion } from '../../src/sim/cockroach/grammar/dialect.ts';
import type { LdrWorld, LdrWorldOptions } from '../../src/sim/cockroach/ldr/ldr-world.ts';
import { tinyPace } from '../../src/sim/cockroach/pace.ts';
import { until } from '../support/until.ts';
import {
  aReach,
  endStreams,
  failStreams,
  type LdrBed,
  type LdrBedOptions,
  ldrLinkId as link,
  openLdr,
  streamPassword,
} from './cockroach-ldr-bed.ts';
import type { Situation } from './engine-conformance.ts';

const names = ['shop.public.orders', 'shop.public.items'];

/** Both sides hold rows and nothing replicates, as after an end for good. */
const ended: LdrBedOptions = {
  prepare: async (world) => {
    await endStreams(world, 'standby');
    await until(() => world.ldrJobs('standby').every(({ status }) => status === 'canceled'), 'the streams are over');
  },
};

/** Applications moved without a wait: the side that they left has writes that never came, the other one newer writes. */
const fledTo: LdrBedOptions = {
  prepare: async (world) => {
    await ended.prepare?.(world);
    world.ldr.write('primary', 'shop.public.orders', 2);
    world.control().advance(8_000);
    world.ldr.write('standby', 'shop.public.orders', 3);
    world.control().advance(8_000);
  },
};

/** Both jobs are over, and applications went on with the standby. */
const endedBothWays: LdrBedOptions = {
  prepare: async (world) => {
    for (const side of ['standby', 'primary'] as const) await endStreams(world, side);
    await until(
      () => [...world.ldrJobs('standby'), ...world.ldrJobs('primary')].every(({ status }) => status === 'canceled'),
      'both are over',
    );
    world.ldr.write('standby', 'shop.public.orders', 3);
    world.control().advance(8_000);
  },
};

/** An operator who may make users, grant and connect. */
const admin: Partial<LdrWorldOptions> = { users: [{ name: 'ops', password: streamPassword, admin: true }] };

/** Clusters on which nothing was prepared for replication. */
const untouched: Partial<LdrWorldOptions> = {
  ...admin,
  start: 'none',
  // Names, so that statements are the same in every world, whatever ports it got.
  addresses: { primary: ['east.example:26257'], standby: ['west.example:26257'] },
  settings: { primary: { 'kv.rangefeed.enabled': 'false' }, standby: { 'kv.rangefeed.enabled': 'false' } },
};

/** Connections that the simulated clusters do not have yet. */
const made = (user = 'stream') => ({
  primary: { externalConnection: 'back_to_west', reach: aReach({ user, host: 'west.example', port: 26_257 }) },
  standby: { externalConnection: 'on_to_east', reach: aReach({ host: 'east.example', port: 26_257 }) },
});

const onlyAtHome = names.map((name) => ({ name, sides: ['primary'] as const }));

const setups = (version: SimVersion): readonly Situation<LdrLink, LdrBed>[] => {
  const operation = { kind: 'setup', link } as const;
  const streams = () => ({ streams: made() });
  const into: readonly Situation<LdrLink, LdrBed>[] = [
    { name: 'setup into empty tables', operation, open: () => openLdr(version, { world: untouched, settings: streams }) },
    {
      name: 'setup into empty tables both ways',
      operation,
      open: () => openLdr(version, { world: { ...untouched, direction: 'bidirectional' }, settings: streams }),
    },
  ];
  if (version === '24.3') return into;
  return [
    ...into,
    {
      name: 'setup into absent tables',
      operation,
      open: () => openLdr(version, { world: { ...untouched, tables: onlyAtHome }, settings: streams }),
    },
    {
      name: 'setup into absent tables both ways',
      operation,
      open: () => openLdr(version, { world: { ...untouched, tables: onlyAtHome, direction: 'bidirectional' }, settings: ownUserBack }),
    },
  ];
};

/** The way back comes as the user that starts it. */
const ownUserBack = (world: LdrWorld) => {
  const { password } = world.standby;
  const { primary, standby } = made(world.standby.user);
  return { streams: { primary: { ...primary, reach: { ...primary.reach, password: new Secret(password) } }, standby } };
};

/** A job whose source is gone goes on trying, and does not pause itself while it is compared. */
export const tryingOn = { ...tinyPace, giveUpMs: 3_600_000 };

const both: Partial<LdrWorldOptions> = { direction: 'bidirectional' };

/** Every operation of the engine that changes something, in each state of the databases that makes another plan of it. */
export const ldrSituations = (version: SimVersion): readonly Situation<LdrLink, LdrBed>[] => [
  ...setups(version),
  { name: 'switchover', operation: { kind: 'switchover', link, maxWriteStopMs: 60_000 }, open: () => openLdr(version) },
  {
    name: 'failover with a dead source',
    operation: { kind: 'failover', link, to: { kind: 'latest' } },
    open: () => openLdr(version, { world: { pace: tryingOn }, prepare: (world) => world.faults.down('primary') }),
  },
  { name: 'failback one way', operation: { kind: 'failback', link }, open: () => openLdr(version, { ...ended, world: admin }) },
  { name: 'failback after a failover', operation: { kind: 'failback', link }, open: () => openLdr(version, { ...fledTo, world: admin }) },
  { name: 'rebuild', operation: { kind: 'rebuild', link }, open: () => openLdr(version, { prepare: failStreams, world: admin }) },
  {
    name: 'rebuild both ways',
    operation: { kind: 'rebuild', link },
    open: () => openLdr(version, { prepare: failStreams, world: { ...admin, ...both } }),
  },
  {
    name: 'failback both ways after the jobs ended',
    operation: { kind: 'failback', link },
    open: () => openLdr(version, { ...endedBothWays, world: { ...admin, ...both } }),
  },
  { name: 'pause', operation: { kind: 'pause', link }, open: () => openLdr(version) },
  { name: 'pause both ways', operation: { kind: 'pause', link }, open: () => openLdr(version, { world: both }) },
  { name: 'resume', operation: { kind: 'resume', link }, open: () => openLdr(version, { world: { start: 'paused' } }) },
  { name: 'teardown', operation: { kind: 'teardown', link }, open: () => openLdr(version) },
  { name: 'teardown both ways', operation: { kind: 'teardown', link }, open: () => openLdr(version, { world: both }) },
  {
    name: 'reconnect',
    operation: { kind: 'reconnect', link },
    open: () =>
      openLdr(version, {
        world: { ...admin, addresses: untouched.addresses ?? {} },
        settings: () => ({
          streams: {
            primary: null,
            standby: { externalConnection: 'to_east', reach: aReach({ user: 'ops', host: 'east.example', port: 26_257 }) },
          },
        }),
      }),
  },
  { name: 'alter', operation: { kind: 'alter', link }, open: () => openLdr(version, { world: admin }) },
  { name: 'alter both ways', operation: { kind: 'alter', link }, open: () => openLdr(version, { world: { ...admin, ...both } }) },
  { name: 'failover with a living source', operation: { kind: 'failover', link, to: { kind: 'latest' } }, open: () => openLdr(version) },
  { name: 'resume both ways', operation: { kind: 'resume', link }, open: () => openLdr(version, { world: { ...both, start: 'paused' } }) },
  {
    name: 'pause in a virtual cluster',
    operation: { kind: 'pause', link },
    open: () => openLdr(version, { world: { interface: 'main' }, settings: () => ({ interface: 'main' }) }),
  },
];
