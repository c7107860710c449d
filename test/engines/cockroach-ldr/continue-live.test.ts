import { afterEach, describe, expect, it } from 'vitest';
import { Fault } from '../../../src/domain/faults.ts';
import type { Operation } from '../../../src/domain/operation.ts';
import { isRefusal } from '../../../src/domain/refusal.ts';
import { byHand, endStreams, type LdrBed, ldrLinkId as link, openLdr } from '../../conformance/cockroach-ldr-bed.ts';
import { anIo, carryOut, planOn, settle } from '../../conformance/drive.ts';
import { until } from '../../support/until.ts';

let bed: LdrBed | null = null;
afterEach(async () => {
  await bed?.close();
  bed = null;
});

const onward: Operation = { kind: 'setup', link, from: { kind: 'last' } };

async function ended(gcSeconds?: number): Promise<LdrBed> {
  const tables = ['orders', 'items'].map((name) => ({ name: `shop.public.${name}`, ...(gcSeconds === undefined ? {} : { gcSeconds }) }));
  bed = await openLdr('26.2', {
    world: { tables },
    prepare: async (world) => {
      await endStreams(world, 'standby');
      await until(() => world.ldrJobs('standby').every(({ status }) => status === 'canceled'), 'the stream is over');
    },
  });
  return bed;
}

/** One job for each table; that of items ends first, and rows are written after it. `later`: up to when orders have everything. */
async function split(): Promise<{ readonly on: LdrBed; readonly world: LdrBed['world']; readonly later: number }> {
  const on = await openLdr('26.2', { world: { start: 'none' } });
  bed = on;
  const { world } = on;
  for (const table of ['orders', 'items']) {
    const name = `shop.public.${table}`;
    await byHand(world, 'standby', `CREATE LOGICAL REPLICATION STREAM FROM TABLE ${name} ON 'external://to_east' INTO TABLE ${name}`);
  }
  const jobOf = (table: string) => world.ldrJobs('standby').find(({ tables }) => tables.join().includes(table));
  await until(() => world.ldrJobs('standby').every(({ replicatedTime }) => replicatedTime !== null), 'both have a full copy');
  const end = async (table: string) => {
    await byHand(world, 'standby', `CANCEL JOB ${jobOf(table)?.id ?? ''}`);
    await until(() => jobOf(table)?.status === 'canceled', `the job of ${table} is over`);
  };
  await end('items');
  const reached = jobOf('items')?.replicatedTime ?? 0;
  world.control().advance(5_000);
  world.ldr.write('primary', 'shop.public.items', 7);
  world.control().advance(20_000);
  await until(() => (jobOf('orders')?.replicatedTime ?? 0) > reached + 20_000, 'orders have come further');
  await end('orders');
  return { on, world, later: jobOf('orders')?.replicatedTime ?? 0 };
}

describe('going on from where the last replication ended', { timeout: 180_000 }, () => {
  it('asks a person where applications are when the journal of a run cannot be read', async () => {
    const on = await ended();
    const redirected = async () => {
      throw new Fault('answer-not-understood', 'The journal is not a list.', { effect: 'not-applied', facts: {} });
    };
    const engine = on.engine();
    const seen = await engine.observe(on.link, anIo({ planning: 'setup', redirected }));
    const plan = engine.plan(onward, on.link, seen);
    if (isRefusal(plan)) throw new TypeError(plan.sentence);
    expect(plan.steps.map(({ kind }) => kind)).toContain('ldr.accept-loss');
    expect((await planOn(on, onward)).steps.map(({ kind }) => kind)).not.toContain('ldr.accept-loss');
  });

  it('is looked at once more right before it is sent: the history may be gone by then', async () => {
    const on = await ended(600);
    const create = (await planOn(on, onward)).steps.find(({ kind }) => kind === 'ldr.create-stream');
    if (create === undefined) throw new TypeError('nothing is started');
    expect((await settle(on, create, () => on.engine())).kind).toBe('todo');
    on.world.control().advance(11 * 60_000);
    expect(await settle(on, create, () => on.engine())).toMatchObject({
      kind: 'impossible',
      why: expect.stringMatching(
        /^sql-east keeps 10 min of history of shop\.public\.orders, so sql-west can't go on from .* Nothing was started/,
      ),
    });
    expect(on.effects()).toEqual([]);
  });

  it('is refused where applications have written on the side that follows since', async () => {
    const on = await ended();
    on.world.control().advance(60_000);
    on.world.ldr.write('standby', 'shop.public.items', 2);
    const engine = on.engine();
    const plan = engine.plan(onward, on.link, await engine.observe(on.link, anIo({ planning: 'setup' })));
    expect(plan).toMatchObject({ kind: 'refusal', sentence: expect.stringContaining('that no job brought (shop.public.items up to') });
  });

  it('goes no further than the least of two jobs came, and loses no row from there', async () => {
    const { on, world, later } = await split();
    const engine = on.engine();
    const beyond = engine.plan(
      { ...onward, from: { kind: 'time', at: later } } as Operation,
      on.link,
      await engine.observe(on.link, anIo({ planning: 'setup' })),
    );
    expect(beyond).toMatchObject({
      kind: 'refusal',
      sentence: expect.stringMatching(
        /the last one of shop for shop\.public\.items into sql-west, brought everything up to .* only: what was written/,
      ),
      next: '/repl setup shop --from last goes on from where it ended.',
    });
    for (const step of (await planOn(on, onward)).steps.filter(({ by }) => by === 'engine')) await carryOut(on, step, () => on.engine());
    const rows = (side: 'primary' | 'standby') => world.tables(side).map((table) => [table.name, table.rows]);
    await until(() => JSON.stringify(rows('standby')) === JSON.stringify(rows('primary')), 'the rows between the two times have arrived');
    expect(rows('primary')).toContainEqual(['shop.public.items', 1_007]);
  });

  it('lets a person answer where the look at the writes is cut short', async () => {
    const on = await ended();
    on.world.control().advance(60_000);
    on.world.ldr.write('standby', 'shop.public.orders', 9);
    on.world.faults.add({
      side: 'standby',
      match: /crdb_internal_origin_timestamp IS NULL/,
      act: { kind: 'refuse', sqlState: '57014', message: 'query execution canceled due to statement timeout' },
      times: 1_000,
    });
    const plan = await planOn(on, onward);
    expect(plan.steps.slice(0, 2).map(({ kind, by }) => [kind, by])).toEqual([
      ['ldr.stop-writers', 'person'],
      ['ldr.accept-loss', 'person'],
    ]);
    expect(plan.steps[1]?.statements.join(' ')).toMatch(
      /on sql-west since .* could not be read\. .*SELECT max\(crdb_internal_mvcc_timestamp\)/,
    );
    expect(plan.predictedLoss.ms).toBeNull();
  });

  it('lets one direction go on beside the other one', async () => {
    const on = await openLdr('25.2', { world: { direction: 'bidirectional' } });
    bed = on;
    const { world } = on;
    await until(() => world.ldrJobs('primary').every(({ replicatedTime }) => replicatedTime !== null), 'the way back follows');
    await endStreams(world, 'primary');
    await until(() => world.ldrJobs('primary').every(({ status }) => status === 'canceled'), 'the way back is over');
    world.ldr.write('standby', 'shop.public.orders', 5);
    for (const step of (await planOn(on, onward)).steps.filter(({ by }) => by === 'engine')) await carryOut(on, step, () => on.engine());
    const rows = (side: 'primary' | 'standby') => world.tables(side).map((table) => [table.name, table.rows]);
    await until(() => JSON.stringify(rows('primary')) === JSON.stringify(rows('standby')), 'what was written meanwhile has arrived');
    expect(rows('primary')).toContainEqual(['shop.public.orders', 1_005]);
    expect(world.ldrJobs('standby').filter(({ status }) => status === 'running')).toHaveLength(1);
  });

  it('is not needed for a failover: what the last job brought counts, when the source is lost', async () => {
    const on = await ended();
    await on.world.faults.down('primary');
    const plan = await planOn(on, { kind: 'failover', link, to: { kind: 'latest' } });
    expect(plan.steps.map(({ kind }) => kind)).toEqual(['ldr.take-stock', 'redirect']);
    const [stock] = plan.steps;
    if (stock === undefined) throw new TypeError('nothing is looked at');
    expect(await settle(on, stock, () => on.engine())).toMatchObject({
      kind: 'done',
      evidence: { 'replicated time': expect.any(String), 'no job any more for': 'shop.public.orders, shop.public.items' },
    });
    expect(on.effects()).toEqual([]);
  });
});
