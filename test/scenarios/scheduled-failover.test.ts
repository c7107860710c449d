import { afterEach, describe, expect, it } from 'vitest';
import { byHand } from '../conformance/cockroach-pcr-bed.ts';
import type { House } from '../support/house.ts';
import { openHouse } from '../support/house.ts';
import { until } from '../support/until.ts';

let house: House;
afterEach(() => house.close());

describe('a failover that is asked for ahead', () => {
  it('leaves the link free, and is taken at once when the primary dies before its time', async () => {
    house = await openHouse();
    const ahead = await house.propose('ana', '/repl failover prod-sql --to +5h');
    await house.approve(ahead, 'bob', 'chloe');
    const asked = await house.reaches(ahead, 'succeeded');
    expect(asked.report?.sentence).toMatch(/waits for .*nothing has changed yet/);
    expect(house.sql.vc('standby')?.status).toBe('replication pending failover');
    expect(house.sql.writable()).toEqual({ primary: true, standby: false });
    expect(await house.ask('ana', '/repl status prod-sql')).toMatch(/pending/);

    await house.sql.faults.down('primary');
    const now = await house.propose('ana', '/repl failover prod-sql --to latest --reason "the region is down"');
    await house.approve(now, 'bob', 'chloe');
    await house.confirm(now, 'ana');
    await until(() => house.sql.writable().standby, 'the standby serves');
    await house.confirm(now, 'ana');
    await house.reaches(now, 'succeeded');
    expect(house.sql.writable()).toEqual({ primary: false, standby: true });
    expect(house.sql.splitBrain()).toEqual([]);
  });

  it('is completed by another failover when somebody began it by hand', async () => {
    house = await openHouse();
    await byHand(house.sql, 'standby', `ALTER VIRTUAL CLUSTER ${house.sql.virtualCluster} COMPLETE REPLICATION TO LATEST`);
    await until(() => house.sql.vc('standby')?.status === 'ready', 'the standby is promoted');
    expect(house.sql.writable()).toEqual({ primary: true, standby: false });

    const run = await house.propose('ana', '/repl failover prod-sql');
    await house.approve(run, 'bob', 'chloe');
    await house.confirm(run, 'ana');
    await house.reaches(run, 'succeeded');
    expect(house.sql.writable()).toEqual({ primary: false, standby: true });
    expect(house.sql.splitBrain()).toEqual([]);
  });
});
