import { afterEach, describe, expect, it } from 'vitest';
import type { House } from '../support/house.ts';
import { openHouse } from '../support/house.ts';

let house: House;
afterEach(() => house.close());

describe('a rebuild', { timeout: 180_000 }, () => {
  it('is the way back on 23.2: a full copy on the old primary, then a switchover', async () => {
    house = await openHouse({
      links: [
        { id: 'prod-sql', engine: 'cockroach-pcr', environment: 'production', description: 'Orders', version: '23.2', start: 'promoted' },
      ],
    });
    expect(await house.ask('ana', '/repl failback prod-sql')).toMatch(/\/repl rebuild prod-sql/);
    const run = await house.propose('ana', '/repl rebuild prod-sql');
    await house.approve(run, 'bob', 'chloe');
    await house.reaches(run, 'succeeded');
    expect(house.sql.vc('primary')?.status).toBe('replicating');
    expect(house.sql.writable()).toEqual({ primary: false, standby: true });
    expect(house.sql.effects().filter(({ kind, changed }) => kind === 'drop-virtual-cluster' && changed).length).toBe(1);
    expect(house.sql.splitBrain()).toEqual([]);
    expect(await house.ask('ana', '/repl rebuild prod-sql')).toMatch(/needs no new copy/);
  });

  it('is refused when the side that serves is gone', async () => {
    house = await openHouse();
    await house.sql.faults.down('primary');
    expect(await house.ask('ana', '/repl rebuild prod-sql')).toMatch(/may be the only one/);
  });
});
