import { afterEach, describe, expect, it } from 'vitest';
import type { Operation } from '../../../src/domain/operation.ts';
import type { Step } from '../../../src/domain/plan.ts';
import type { JobView } from '../../../src/engines/cockroach-ldr/detail.ts';
import { arrivedUpTo, uncovered } from '../../../src/engines/cockroach-ldr/flow.ts';
import { byHand, type LdrBed, ldrLinkId as link, openLdr } from '../../conformance/cockroach-ldr-bed.ts';
import { anIo, carryOut, executorFor, planOn, settle } from '../../conformance/drive.ts';
import { until } from '../../support/until.ts';
import { aJob } from './scenes.ts';

let bed: LdrBed | null = null;
afterEach(async () => {
  await bed?.close();
  bed = null;
});

const switchover: Operation = { kind: 'switchover', link, maxWriteStopMs: 60_000 };
const items = 'shop.public.items';

/** A link of which each table has a job of its own. */
async function openApart(): Promise<LdrBed> {
  const on = await openLdr('25.2', { world: { start: 'none' } });
  bed = on;
  for (const table of ['orders', 'items']) {
    const name = `shop.public.${table}`;
    await byHand(on.world, 'standby', `CREATE LOGICAL REPLICATION STREAM FROM TABLE ${name} ON 'external://to_east' INTO TABLE ${name}`);
  }
  await until(() => on.world.ldrJobs('standby').every(({ replicatedTime }) => replicatedTime !== null), 'both tables are copied');
  return on;
}

/** Somebody ends the job that brings the items. */
async function endItems({ world }: LdrBed): Promise<string> {
  const job = world.ldrJobs('standby').find(({ tables }) => tables.some((name) => name.includes('items')));
  if (job === undefined) throw new TypeError('no job brings the items');
  await byHand(world, 'standby', `CANCEL JOB ${job.id}`);
  await until(() => world.ldrJobs('standby').some(({ id, status }) => id === job.id && status === 'canceled'), 'it has ended');
  return job.id;
}

const stepIn = (steps: readonly Step[], kind: string): Step => {
  const step = steps.find((one) => one.kind === kind);
  if (step === undefined) throw new TypeError(`no ${kind}`);
  return step;
};
const ask = (on: LdrBed, step: Step) => settle(on, step, () => on.engine());
const gap = (job: string) =>
  `No job brings ${items} from sql-east to sql-west any more (job ${job} is canceled), so sql-west does not get the newest rows.`;

describe('a job that ends while another one of the link goes on', { timeout: 180_000 }, () => {
  it('keeps a switchover from going over rows that it did not bring', async () => {
    const on = await openApart();
    const { steps } = await planOn(on, switchover);
    const wait = stepIn(steps, 'ldr.await-past');
    for (const step of steps.slice(0, steps.indexOf(wait))) if (step.by === 'engine') await carryOut(on, step, () => on.engine());
    on.world.ldr.write('primary', items, 9);
    const job = await endItems(on);
    expect(await ask(on, wait)).toMatchObject({ kind: 'impossible', why: expect.stringContaining(gap(job)) });
    expect(on.world.ldrJobs('standby').filter(({ status }) => status === 'running')).toHaveLength(1);
  });

  it('keeps a side from being proven to keep up', async () => {
    const on = await openApart();
    const proof = stepIn((await planOn(on, switchover)).steps, 'ldr.prove-advance');
    const job = await endItems(on);
    expect(await ask(on, proof)).toMatchObject({ kind: 'impossible', why: expect.stringContaining(gap(job)) });
  });

  it('keeps no reconnect from its end that was planned after it', async () => {
    const on = await openApart();
    await endItems(on);
    const proof = stepIn((await planOn(on, { kind: 'reconnect', link })).steps, 'ldr.prove-advance');
    expect(await ask(on, proof)).toMatchObject({ kind: 'done' });
  });

  it('ends a comparison of now, which would call late rows a difference', async () => {
    const on = await openApart();
    const compare = stepIn((await planOn(on, { kind: 'verify', link })).steps, 'ldr.compare-tables');
    const job = await endItems(on);
    expect(await ask(on, compare)).toMatchObject({ kind: 'impossible', why: expect.stringContaining(gap(job)) });
  });

  it('is taken into account by what a failover records as lost', async () => {
    const on = await openApart();
    const stock = stepIn((await planOn(on, { kind: 'failover', link, to: { kind: 'latest' } })).steps, 'ldr.take-stock');
    const before = await executorFor(on.engine(), stock).probe(stock, on.link, anIo());
    const job = await endItems(on);
    const ended = on.world.ldrJobs('standby').find(({ id }) => id === job);
    await until(async () => {
      const after = await executorFor(on.engine(), stock).probe(stock, on.link, anIo());
      return after.kind === 'done' && Number(after.evidence['lag in ms']) >= 2_000;
    }, 'the lag of the table without a job has grown');
    expect(before).toMatchObject({ kind: 'done', evidence: expect.not.objectContaining({ 'no job any more for': items }) });
    const after = await executorFor(on.engine(), stock).probe(stock, on.link, anIo());
    expect(after).toMatchObject({ kind: 'done', evidence: { 'no job any more for': items } });
    expect(ended?.status).toBe('canceled');
  });
});

describe('what jobs bring', () => {
  const tables = ['orders', 'items'].map((table) => {
    const name = { database: 'shop', schema: 'public', table };
    return { primary: name, standby: name };
  });
  const live = (covers: number[], replicated: string | null): JobView => aJob({ covers, replicated });
  const over = (covers: number[], replicated: string | null): JobView => aJob({ covers, replicated, status: 'failed' });

  it.each([
    ['one job for all', [live([0, 1], '50')], [], 50n],
    ['a job for each', [live([0], '50'), live([1], '40')], [], 40n],
    ['a table whose job failed', [live([0], '50'), over([1], '30')], [1], 30n],
    ['a table whose job failed before the scan', [live([0], '50'), over([1], null)], [1], null],
    ['a table that no job ever brought', [live([0], '50')], [1], null],
    ['a table whose job was made anew', [live([0], '50'), live([1], '45'), over([1], '30')], [], 45n],
    ['a table that two jobs bring', [live([0, 1], '50'), live([1], '44')], [], 44n],
    ['nothing but what is over', [over([0, 1], '20'), over([0, 1], '10')], [0, 1], 20n],
  ] as const)('%s', (_, jobs, bare, arrived) => {
    expect(
      uncovered(
        { tables },
        jobs.filter(({ status }) => status !== 'failed'),
      ),
    ).toEqual(bare);
    expect(arrivedUpTo({ tables }, jobs)).toBe(arrived);
  });
});
