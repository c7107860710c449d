import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type House, openHouse } from '../support/house.ts';
import { until } from '../support/until.ts';

let house: House;
beforeAll(async () => {
  house = await openHouse({
    links: [
      { id: 'prod-sql', engine: 'cockroach-pcr', environment: 'production', description: 'Orders', version: '26.2', redirect: 'hook' },
    ],
  });
}, 180_000);
afterAll(() => house.close());

describe('a link whose traffic is redirected by a hook', () => {
  it('is taken through a switchover without a person, stops when the hook refuses, and goes on after a retry', async () => {
    expect(await house.ask('ana', '/repl preflight switchover prod-sql')).toContain('the traffic of prod-sql goes to prod-sql-frankfurt');
    house.world.hook.trouble('refuse');
    const run = await house.propose('ana', '/repl switchover prod-sql');
    await house.approve(run, 'bob', 'chloe');
    const halted = await house.reaches(run, 'halted');
    expect(halted.halt?.sentence).toContain('status 409');
    expect(house.world.hook.moves()).toEqual([]);
    house.world.hook.trouble('none');
    await until(async () => JSON.stringify((await house.message(run)).blocks).includes('replops:retry'), 'a retry is offered');
    await house.click(run, 'bob', 'retry');
    const view = await house.reaches(run, 'succeeded');
    expect(view.steps.every(({ confirmedBy }) => confirmedBy === null)).toBe(true);
    expect(house.world.hook.moves()).toEqual([{ link: 'prod-sql', to: 'prod-sql-dublin' }]);
    expect(house.world.hook.serving('prod-sql')).toBe('prod-sql-dublin');
    expect(house.logs()).not.toContain(house.world.hook.authorization);
    expect(house.sql.splitBrain()).toEqual([]);
  }, 180_000);
});
