import { afterEach, describe, expect, it } from 'vitest';
import type { House } from '../support/house.ts';
import { openHouse } from '../support/house.ts';
import { until } from '../support/until.ts';

let house: House;
afterEach(() => house.close());

const on24 = {
  links: [{ id: 'prod-sql', engine: 'cockroach-pcr', environment: 'production', description: 'Orders', version: '24.3' }] as const,
};

describe('an upgrade', { timeout: 180_000 }, () => {
  it('finalizes the standby, waits for the binaries of the primary, and finalizes that and its application', async () => {
    house = await openHouse(on24);
    house.sql.control().install('standby', '25.2');
    const run = await house.propose('ana', '/repl upgrade prod-sql');
    await house.approve(run, 'bob', 'chloe');
    await house.reaches(run, 'running');
    await house.message(run);
    house.sql.control().install('primary', '25.2');
    await house.confirm(run, 'bob');
    await house.reaches(run, 'succeeded');
    const finalized = house.sql.effects().filter(({ kind }) => kind === 'set-cluster-setting');
    expect(finalized.map(({ side, statement }) => [side, statement])).toEqual([
      ['standby', `SET CLUSTER SETTING version = '25.2'`],
      ['primary', `SET CLUSTER SETTING version = '25.2'`],
      ['primary', `SET CLUSTER SETTING version = '25.2'`],
    ]);
    expect(house.sql.vc('standby')?.status).toBe('replicating');
  });

  it('is given up while it waits for people, so that a primary that dies meanwhile can be failed over', async () => {
    house = await openHouse(on24);
    house.sql.control().install('standby', '25.2');
    const upgrade = await house.propose('ana', '/repl upgrade prod-sql');
    await house.approve(upgrade, 'bob', 'chloe');
    await until(async () => JSON.stringify((await house.message(upgrade)).blocks).includes('replops:confirm'), 'it waits for the binaries');
    await house.sql.faults.down('primary');
    expect(await house.ask('ana', '/repl failover prod-sql')).toContain('presses Confirm or Cancel');
    await house.ask('ana', `/repl cancel ${upgrade}`);
    const given = await house.reaches(upgrade, 'failed');
    expect(given.ending?.sentence).toMatch(/^It was given up while it waited for people: /);

    const run = await house.propose('ana', '/repl failover prod-sql');
    await house.approve(run, 'bob', 'chloe');
    await house.confirm(run, 'ana');
    await until(() => house.sql.writable().standby, 'the standby serves');
    await house.confirm(run, 'ana');
    await house.reaches(run, 'succeeded');
    expect(house.sql.writable()).toEqual({ primary: false, standby: true });
  });

  it('is refused politely when there is nothing to upgrade', async () => {
    house = await openHouse(on24);
    expect(await house.ask('ana', '/repl upgrade prod-sql')).toMatch(/nothing to upgrade/);
  });
});
