import { afterEach, describe, expect, it } from 'vitest';
import { comeBack } from '../conformance/cockroach-pcr-bed.ts';
import type { House } from '../support/house.ts';
import { openHouse } from '../support/house.ts';

let house: House;
afterEach(() => house.close());

/** The standby was promoted, and the old primary takes writes again. */
async function comesBackAfterFailover(): Promise<void> {
  const failover = await house.propose('ana', '/repl failover prod-sql');
  await house.approve(failover, 'bob', 'chloe');
  await house.confirm(failover, 'ana');
  await house.reaches(failover, 'succeeded');
  await comeBack(house.sql);
}

describe('a fence', () => {
  it('ends the split brain when the old primary comes back, and keeps the side that was promoted', async () => {
    house = await openHouse();
    await comesBackAfterFailover();
    expect(house.sql.writable()).toEqual({ primary: true, standby: true });
    expect(await house.ask('ana', '/repl failback prod-sql')).toMatch(/split brain.*\/repl fence prod-sql/s);

    const fence = await house.propose('ana', '/repl fence prod-sql');
    await house.approve(fence, 'bob');
    const view = await house.reaches(fence, 'succeeded');
    expect(view.report?.sentence).toMatch(/^Only one side takes writes again/);
    expect(house.sql.writable()).toEqual({ primary: false, standby: true });
    expect(house.sql.splitBrain().map(({ to }) => to)).not.toContain(null);
  });

  it('keeps the old primary where a person names it, and says in the plan whom that cuts off', async () => {
    house = await openHouse();
    await comesBackAfterFailover();
    expect(await house.ask('ana', '/repl describe prod-sql')).toContain('/repl fence prod-sql --keep prod-sql-frankfurt');

    const fence = await house.propose('ana', '/repl fence prod-sql --keep prod-sql-frankfurt --reason "that was a drill"');
    const asked = JSON.stringify((await house.message(fence)).blocks);
    expect(asked).toContain('prod-sql-frankfurt keeps serving, since it was named, although prod-sql-dublin was promoted last');
    expect(asked).toContain('those that still use prod-sql-dublin are cut off at once');
    await house.approve(fence, 'bob');
    await house.reaches(fence, 'succeeded');
    expect(house.sql.writable()).toEqual({ primary: true, standby: false });
  });

  it('is refused while only one side takes writes', async () => {
    house = await openHouse();
    expect(await house.ask('ana', '/repl fence prod-sql')).toMatch(/nothing to fence/);
  });
});
