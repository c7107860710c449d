import { afterEach, describe, expect, it } from 'vitest';
import type { RunId } from '../../src/domain/ids.ts';
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

describe('a link one way, whose applications move', { timeout: 60_000 }, () => {
  it('goes to the other side and follows from there, and the side in use is never emptied', async () => {
    const world = await open();
    world.ldr.write('primary', orders, 40);
    await house.reaches(await carry('switchover'), 'succeeded');
    expect(world.ldrJobs('standby')).toMatchObject([{ status: 'canceled' }]);
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

  it('is compared, and tells of each table in its description', async () => {
    await open();
    const view = await house.reaches(await carry('verify'), 'succeeded');
    expect(view.report?.sentence).toContain('the same rows');
    const described = await house.ask('ana', `/repl describe ${id}`);
    expect(described).toContain(`${orders} on ${id}-dublin`);
    expect(await house.ask('ana', `/repl dlq ${id}`)).toContain('dead letter');
  });
});
