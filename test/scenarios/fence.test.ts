import { afterEach, describe, expect, it } from 'vitest';
import { comeBack } from '../conformance/cockroach-pcr-bed.ts';
import type { House } from '../support/house.ts';
import { openHouse } from '../support/house.ts';

let house: House;
afterEach(() => house.close());

describe('a fence', () => {
  it('ends the split brain when the old primary comes back, and keeps the side that was promoted', async () => {
    house = await openHouse();
    const failover = await house.propose('ana', '/repl failover prod-sql');
    await house.approve(failover, 'bob', 'chloe');
    await house.confirm(failover, 'ana');
    await house.reaches(failover, 'succeeded');
    await comeBack(house.sql);
    expect(house.sql.writable()).toEqual({ primary: true, standby: true });
    expect(await house.ask('ana', '/repl failback prod-sql')).toMatch(/split brain.*\/repl fence prod-sql/s);

    const fence = await house.propose('ana', '/repl fence prod-sql');
    await house.approve(fence, 'bob');
    const view = await house.reaches(fence, 'succeeded');
    expect(view.report?.sentence).toMatch(/^Only one side takes writes again/);
    expect(house.sql.writable()).toEqual({ primary: false, standby: true });
    expect(house.sql.splitBrain().map(({ to }) => to)).not.toContain(null);
  });

  it('is refused while only one side takes writes', async () => {
    house = await openHouse();
    expect(await house.ask('ana', '/repl fence prod-sql')).toMatch(/nothing to fence/);
  });
});
