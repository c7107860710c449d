import { afterEach, describe, expect, it } from 'vitest';
import type { RunId } from '../../src/domain/ids.ts';
import { endStreams } from '../conformance/cockroach-ldr-bed.ts';
import { type House, openHouse } from '../support/house.ts';
import { until } from '../support/until.ts';

let house: House;
afterEach(() => house.close());

const id = 'prod-shop';
const orders = 'shop.public.orders';

async function open() {
  house = await openHouse({ links: [{ id, engine: 'cockroach-ldr', environment: 'production', description: 'Shop', version: '26.2' }] });
  const world = house.world.ldr[id];
  if (world === undefined) throw new TypeError('there is no shop');
  return world;
}

/** Starts an operation, and confirms what people do as soon as it is their turn. */
async function carry(operation: string): Promise<RunId> {
  const run = await house.propose('ana', `/repl ${operation} ${id}`);
  await house.approve(run, 'bob', 'chloe');
  const { plan } = await house.run(run);
  for (const { by, title } of plan.steps.filter((step) => step.by === 'person')) {
    expect(by).toBe('person');
    await until(async () => {
      const now = await house.run(run);
      return now.steps[now.plan.steps.findIndex((step) => step.title === title)]?.state === 'underway';
    }, `it is the turn of '${title}'`);
    await house.confirm(run, 'ana');
  }
  return run;
}

describe('a link one way, whose applications move', { timeout: 180_000 }, () => {
  it('goes to the other side and follows from there, and the side in use is never emptied', async () => {
    const world = await open();
    world.ldr.write('primary', orders, 40);
    const moved = await carry('switchover');
    await house.reaches(moved, 'succeeded');
    expect(world.ldrJobs('standby')).toMatchObject([{ status: 'canceled' }]);
    // Nobody has written there yet: only the bot's own run tells.
    const refused = await house.ask('ana', `/repl setup ${id} --from last`);
    expect(refused).toContain(`The switchover ${moved} sent the applications of ${id} to ${id}-dublin`);
    expect(refused).toContain(`/repl failback ${id} fills ${id}-frankfurt anew from it`);
    world.ldr.write('standby', orders, 5);
    for (const operation of ['rebuild', 'setup']) {
      expect(await house.ask('ana', `/repl ${operation} ${id}`)).toContain(`/repl failback ${id}`);
    }
    const rows = () => world.tables('standby').map(({ rows: many }) => many);
    const before = rows();
    await house.reaches(await carry('failback'), 'succeeded');
    expect(rows()).toEqual(before);
    expect(world.tables('primary').map(({ rows: many }) => many)).toEqual(before);
    expect(world.ldrJobs('primary')).toMatchObject([{ status: 'running' }]);
  });

  /** Applications were moved without a wait: the side that they left has writes that never came. */
  async function fled() {
    const world = await open();
    await endStreams(world, 'standby');
    world.ldr.write('primary', orders, 2);
    world.control().advance(8_000);
    world.ldr.write('standby', orders, 5);
    world.control().advance(8_000);
    return world;
  }

  it('follows again after a failover only when a person has vouched for the writes that never came', async () => {
    const world = await fled();
    expect(await house.ask('ana', `/repl rebuild ${id}`)).toContain(`${id}-dublin looks like the side in use`);
    const view = await house.reaches(await carry('failback'), 'succeeded');
    const vouched = view.plan.steps.findIndex(({ kind }) => kind === 'ldr.accept-loss');
    expect(view.plan.steps[vouched]?.statements.join(' ')).toContain(
      `${id}-frankfurt has writes that ${id}-dublin is not known to have: ${orders}`,
    );
    expect(view.steps[vouched]?.confirmedBy).toEqual(house.as('ana').id);
    expect(view.report).toMatchObject({
      lossMs: null,
      sentence: expect.stringContaining('a person confirmed that what only it had could go'),
    });
    expect(world.tables('primary').map(({ rows }) => rows)).toEqual(world.tables('standby').map(({ rows }) => rows));
  });

  it('is not emptied where somebody writes after all, and says since when', async () => {
    const world = await fled();
    const run = await house.propose('ana', `/repl failback ${id}`);
    await house.approve(run, 'bob', 'chloe');
    const isAsked = async (kind: string): Promise<boolean> => {
      const { plan, steps } = await house.run(run);
      return steps[plan.steps.findIndex((step) => step.kind === kind)]?.state === 'underway';
    };
    await until(() => isAsked('ldr.stop-writers'), 'a person is asked whether nothing writes there');
    world.ldr.write('primary', orders, 1);
    const before = world.tables('primary').map(({ rows }) => rows);
    await house.confirm(run, 'ana');
    await until(() => isAsked('ldr.accept-loss'), 'a person is asked about the writes');
    await house.confirm(run, 'ana');
    const { halt } = await house.reaches(run, 'halted');
    expect(halt?.sentence).toContain(`Applications wrote into ${orders} on ${id}-frankfurt as late as`);
    expect(halt?.sentence).toContain('Nothing was deleted.');
    expect(world.tables('primary').map(({ rows }) => rows)).toEqual(before);
  });

  it('is compared, and tells of each table in its description', async () => {
    await open();
    const view = await house.reaches(await carry('verify'), 'succeeded');
    expect(view.report?.sentence).toContain('the same rows');
    const described = await house.ask('ana', `/repl describe ${id}`);
    expect(described).toContain(`${orders} on ${id}-dublin`);
    expect(await house.ask('ana', `/repl dlq ${id}`)).toContain('dead letter');
  });
});
