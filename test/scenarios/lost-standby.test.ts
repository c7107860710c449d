import { afterEach, describe, expect, it } from 'vitest';
import type { House } from '../support/house.ts';
import { openHouse } from '../support/house.ts';
import { until } from '../support/until.ts';

let house: House;
afterEach(() => house.close());

describe('a promoted side that is lost before a failback', { timeout: 240_000 }, () => {
  it('leaves the old primary, which a failover lets serve once a person answers for the lost side', async () => {
    house = await openHouse();
    const over = await house.propose('ana', '/repl failover prod-sql');
    await house.approve(over, 'bob', 'chloe');
    await house.confirm(over, 'ana');
    await house.reaches(over, 'succeeded');
    await house.sql.faults.down('standby');
    await until(
      async () => /If prod-sql-dublin is lost, a failover lets/.test(await house.ask('ana', '/repl describe prod-sql')),
      'the status leads to a failover',
    );
    expect(await house.ask('ana', '/repl failback prod-sql')).toMatch(/\/repl failover prod-sql lets prod-sql-frankfurt serve again/);

    const run = await house.propose('ana', '/repl failover prod-sql --reason "Dublin is under water"');
    const asked = JSON.stringify((await house.message(run)).blocks);
    expect(asked).toContain('Let prod-sql-frankfurt serve again with what it had when it was stopped');
    expect(asked).toMatch(
      /(What|Every write that) prod-sql-dublin took .*prod-sql-frankfurt has everything that it took until it was stopped/,
    );
    await house.approve(run, 'bob', 'chloe');
    await until(async () => JSON.stringify((await house.message(run)).blocks).includes('replops:confirm'), 'it asks for the fence');
    expect(house.sql.writable().primary).toBe(false);
    await house.confirm(run, 'bob');
    await until(() => house.sql.writable().primary, 'the old primary serves');
    await house.confirm(run, 'ana');
    const { report, steps } = await house.reaches(run, 'succeeded');
    expect(steps[0]?.confirmedBy).toBe(house.as('bob').id);
    expect(report?.sentence).toMatch(/^What the lost side took since it was promoted is given up/);
    expect(report?.lossMs).toBeNull();
    expect(house.sql.writable()).toEqual({ primary: true, standby: false });
    expect(house.sql.splitBrain()).toEqual([]);

    // Its nodes start again, and it was in service when it went.
    await house.sql.faults.up('standby');
    await until(() => house.sql.writable().standby, 'the lost side is back');
    expect(await house.ask('ana', '/repl describe prod-sql')).toContain('Stop writes on prod-sql-dublin, so that only prod-sql-frankfurt');
    const fence = await house.propose('ana', '/repl fence prod-sql');
    const plan = JSON.stringify((await house.message(fence)).blocks);
    expect(plan).toMatch(/prod-sql-dublin was promoted last .* a run of the bot last had applications sent to prod-sql-frankfurt/);
    await house.approve(fence, 'bob');
    await house.reaches(fence, 'succeeded');
    expect(house.sql.writable()).toEqual({ primary: true, standby: false });
  });
});
