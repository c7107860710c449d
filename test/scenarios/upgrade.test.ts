import { afterEach, describe, expect, it } from 'vitest';
import type { House } from '../support/house.ts';
import { openHouse } from '../support/house.ts';

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

  it('is refused politely when there is nothing to upgrade', async () => {
    house = await openHouse(on24);
    expect(await house.ask('ana', '/repl upgrade prod-sql')).toMatch(/nothing to upgrade/);
  });
});
