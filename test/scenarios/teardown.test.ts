import { afterEach, describe, expect, it } from 'vitest';
import type { House } from '../support/house.ts';
import { openHouse } from '../support/house.ts';

let house: House;
afterEach(() => house.close());

describe('a teardown', () => {
  it('drops the copy after two approvals, and the primary goes on', async () => {
    house = await openHouse();
    const run = await house.propose('ana', '/repl teardown prod-sql');
    expect(house.sql.vc('standby')).not.toBeNull();
    await house.approve(run, 'bob', 'chloe');
    const view = await house.reaches(run, 'succeeded');
    expect(view.report?.sentence).toContain('is dropped');
    expect(house.sql.vc('standby')).toBeNull();
    expect(house.sql.writable()).toEqual({ primary: true, standby: false });
    expect(house.sql.effects().filter(({ kind }) => /drop/.test(kind)).length).toBe(1);
    expect(await house.ask('ana', '/repl teardown prod-sql')).toMatch(/nothing to tear down/);
  });

  it('is refused when the primary is gone, since the copy may be the only one', async () => {
    house = await openHouse();
    await house.sql.faults.down('primary');
    expect(await house.ask('ana', '/repl teardown prod-sql')).toMatch(/may be the only one/);
  });
});
