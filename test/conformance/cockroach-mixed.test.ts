import { describe, expect, it } from 'vitest';
import type { Link } from '../../src/domain/link.ts';
import type { Operation } from '../../src/domain/operation.ts';
import { isRefusal } from '../../src/domain/refusal.ts';
import type { LdrLink } from '../../src/engines/cockroach-ldr/config.ts';
import type { PcrLink } from '../../src/engines/cockroach-pcr/config.ts';
import type { StepExecutor } from '../../src/engines/engine.ts';
import type { SimVersion } from '../../src/sim/cockroach/grammar/dialect.ts';
import { until } from '../support/until.ts';
import { aReach, type LdrBed, byHand as ldrByHand, ldrLinkId, openLdr, streamPassword } from './cockroach-ldr-bed.ts';
import { aSetup, byHand, openPcr, type PcrBed, pcrLinkId } from './cockroach-pcr-bed.ts';
import { bare } from './cockroach-pcr-situations.ts';
import { anIo, type Bed } from './drive.ts';
import { describeEngine, type Situation } from './engine-conformance.ts';

/** What each side runs. */
interface Pair {
  readonly primary: SimVersion;
  readonly standby: SimVersion;
}

const hourMs = 3_600_000;
const link = pcrLinkId;
const failover = { kind: 'failover', link, to: { kind: 'latest' } } as const;
const failback = { kind: 'failback', link } as const;
const switchover = { kind: 'switchover', link, maxWriteStopMs: 60_000 } as const;
const admin = { users: [{ name: 'ops', password: "ops'secret", admin: true }] };

const nameOf = ({ primary, standby }: Pair, what: string): string => `${what}, from ${primary} to ${standby}`;

const swap = (version: Pair): Situation<PcrLink, PcrBed> => ({
  name: nameOf(version, 'switchover'),
  operation: switchover,
  open: () => openPcr(version.standby, { version }),
});

/** A standby one upgrade ahead: what is sent where, each cluster's own release decides. */
const copies = (version: Pair): readonly Situation<PcrLink, PcrBed>[] => [
  // Up to 24.3 a promotion has other words and columns on the two sides.
  ...(Number(version.standby) <= 24.3 ? [swap(version)] : []),
  {
    name: nameOf(version, 'setup by an address with every option'),
    operation: { kind: 'setup', link },
    open: () =>
      openPcr(version.standby, { ...bare, version }, undefined, (world) => ({
        setup: aSetup(world, { retentionMs: 6 * hourMs, expirationMs: 48 * hourMs, reader: true }),
        streams: { primary: null, standby: null },
      })),
  },
];

/** The first of each pair is copied by other words than the second is. */
const pairs: readonly Pair[] = [
  { primary: '23.2', standby: '24.1' },
  { primary: '24.1', standby: '24.3' },
  { primary: '24.3', standby: '25.2' },
  { primary: '25.4', standby: '26.2' },
];

/** The standby gets new binaries while its promotion is waited for: time and states have other names from then on. */
async function openRestarted(from: SimVersion, to: SimVersion): Promise<PcrBed> {
  const bed = await openPcr(from);
  let isOld = true;
  const restarting = (wait: StepExecutor<PcrLink>): StepExecutor<PcrLink> => ({
    ...wait,
    probe: (act, on, io) => {
      if (isOld) bed.world.control().install('standby', to);
      isOld = false;
      return wait.probe(act, on, io);
    },
  });
  return {
    ...bed,
    engine: () => {
      const engine = bed.engine();
      const { 'pcr.await-promotion': wait, ...steps } = engine.steps;
      if (wait === undefined) throw new TypeError('nothing waits for a promotion');
      return { ...engine, steps: { ...steps, 'pcr.await-promotion': restarting(wait) } };
    },
  };
}

/** New binaries on the standby, of which the cluster makes no use yet. */
const unfinished = (from: SimVersion, to: SimVersion): readonly Situation<PcrLink, PcrBed>[] => [
  {
    name: `failover with a dead primary in the midst of an upgrade from ${from} to ${to}`,
    operation: failover,
    open: () =>
      openPcr(from, {}, async (world) => {
        world.control().install('standby', to);
        await world.faults.down('primary');
      }),
  },
  {
    name: `failback onto nodes that were taken from ${from} to ${to}`,
    operation: failback,
    open: () =>
      openPcr(from, { start: 'promoted', ...admin }, async (world) => {
        for (const side of ['primary', 'standby'] as const) world.control().install(side, to);
      }),
  },
];

describeEngine('cockroach-pcr on two releases', [
  ...pairs.flatMap(copies),
  ...unfinished('24.3', '25.2'),
  {
    name: 'failover whose standby is taken from 24.1 to 24.3 meanwhile',
    operation: failover,
    open: () => openRestarted('24.1', '24.3'),
  },
]);

const tables = ['shop.public.orders', 'shop.public.items'];
const ldrAdmin = { users: [{ name: 'ops', password: streamPassword, admin: true }] };
// Names, so that statements are the same in every world, whatever ports it got.
const addresses = { primary: ['east.example:26257'], standby: ['west.example:26257'] } as const;
const streamsAs = (user: string) => ({
  primary: { externalConnection: 'to_west', reach: aReach({ user, host: 'west.example', port: 26_257 }) },
  standby: { externalConnection: 'to_east', reach: aReach({ user, host: 'east.example', port: 26_257 }) },
});
const both = { direction: 'bidirectional' } as const;

const rows = (version: Pair): readonly Situation<LdrLink, LdrBed>[] => [
  {
    // One side changes a connection, the other one can only drop it and make it anew.
    name: nameOf(version, 'reconnect both ways'),
    operation: { kind: 'reconnect', link: ldrLinkId },
    open: () =>
      openLdr(version.standby, { world: { ...ldrAdmin, ...both, version, addresses }, settings: () => ({ streams: streamsAs('ops') }) }),
  },
  {
    // The privilege of whom the stream comes as is that of the side that it reads.
    name: nameOf(version, 'setup into absent tables'),
    operation: { kind: 'setup', link: ldrLinkId },
    open: () =>
      openLdr(version.standby, {
        world: {
          ...ldrAdmin,
          version,
          addresses,
          start: 'none',
          connections: { primary: 'other', standby: 'another' },
          tables: tables.map((name) => ({ name, sides: ['primary'] })),
        },
        settings: () => ({ streams: streamsAs('stream') }),
      }),
  },
];

describeEngine('cockroach-ldr on two releases', [...rows({ primary: '25.1', standby: '25.4' })]);

/** What is said where the releases do not go together. Nothing may have been sent. */
async function refusedOn<L extends Link>(bed: Bed<L>, operation: Operation): Promise<string> {
  const engine = bed.engine();
  const plan = engine.plan(operation, bed.link, await engine.observe(bed.link, anIo()));
  if (!isRefusal(plan)) throw new TypeError(`planned: ${plan.summary}`);
  expect(bed.effects()).toEqual([]);
  return `${plan.sentence} ${plan.next}`;
}

describe('a link whose sides run two releases', () => {
  it('a link in the midst of an upgrade is well, and tells what each side runs and makes use of', async () => {
    const bed = await openPcr('24.1', {}, async (world) => world.control().install('standby', '24.3'));
    try {
      const { health, facts } = await bed.engine().observe(bed.link, anIo());
      const told = Object.fromEntries(facts.map(({ name, value }) => [name, value]));
      expect(health).toBe('healthy');
      expect(told).toMatchObject({
        'primary.version': 'v24.1.4',
        'primary.active-version': '24.1',
        'standby.version': 'v24.3.12',
        'standby.active-version': '24.1',
        'standby.state': 'following',
      });
    } finally {
      await bed.close();
    }
  });

  it('a side does not go back under one that is newer, and no server would have it', async () => {
    const bed = await openPcr('24.3', { start: 'promoted', ...admin }, async (world) => world.control().install('standby', '25.2'));
    try {
      expect(await refusedOn(bed, failback)).toContain('sql-east runs v24.3.12, which is older than v25.2.1 on sql-west');
      const start = `ALTER VIRTUAL CLUSTER main START REPLICATION OF main ON 'external://to-standby'`;
      await byHand(bed.world, 'primary', 'ALTER VIRTUAL CLUSTER main STOP SERVICE');
      await expect(byHand(bed.world, 'primary', start)).rejects.toThrow();
      expect(bed.world.vc('primary')?.status).toBe('ready');
    } finally {
      await bed.close();
    }
  });

  it.each([
    ['an older standby', { primary: '25.2', standby: '24.3' }, 'older than v25.2.1'],
    ['a standby that is two upgrades ahead', { primary: '24.3', standby: '25.4' }, 'more than one upgrade ahead of v24.3.12'],
  ] as const)('%s gets no copy', async (_, version, words) => {
    const bed = await openPcr(version.standby, { ...bare, version }, undefined, (world) => ({ setup: aSetup(world) }));
    try {
      expect(await refusedOn(bed, { kind: 'setup', link })).toContain(words);
    } finally {
      await bed.close();
    }
  });

  it.each([
    ['the side that follows is past 25.1', { primary: '24.3', standby: '25.2' }, 'sql-east runs v24.3.12 with the active version 24.3'],
    ['the side that is read is past 25.1', { primary: '25.2', standby: '24.3' }, 'sql-west runs v24.3.12 with the active version 24.3'],
  ] as const)('no replication of rows is started where only %s', async (_, version, words) => {
    const bed = await openLdr(version.standby, { world: { ...ldrAdmin, version, start: 'none' } });
    try {
      expect(await refusedOn(bed, { kind: 'setup', link: ldrLinkId })).toContain(words);
    } finally {
      await bed.close();
    }
  });

  it('an alter ends no job that could not be started again, while the upgrade of one side is under way', async () => {
    const bed = await openLdr('24.3', { world: ldrAdmin, prepare: async (world) => world.control().install('standby', '25.2') });
    try {
      expect(await refusedOn(bed, { kind: 'alter', link: ldrLinkId })).toContain('can be started only once both are finalized on v25.1');
      const failed = async (kind: 'alter' | 'pause') =>
        (await bed.engine().preflight({ kind, link: ldrLinkId }, bed.link, anIo())).filter(({ outcome }) => outcome === 'failed');
      expect((await failed('alter')).map(({ name }) => name)).toContain('sql-west: version');
      // What runs can be held up and moved all the same.
      expect(await failed('pause')).toEqual([]);
      const create = `CREATE LOGICAL REPLICATION STREAM FROM TABLE shop.public.orders ON 'external://to_east' INTO TABLE shop.public.orders`;
      for (const { id } of bed.world.ldrJobs('standby')) await ldrByHand(bed.world, 'standby', `CANCEL JOB ${id}`);
      await until(() => bed.world.ldrJobs('standby').every(({ status }) => status === 'canceled'), 'the streams are over');
      await expect(ldrByHand(bed.world, 'standby', create)).rejects.toThrow();
      expect(bed.world.ldrJobs('standby').every(({ status }) => status === 'canceled')).toBe(true);
    } finally {
      await bed.close();
    }
  });
});
