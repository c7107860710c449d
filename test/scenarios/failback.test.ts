import { afterEach, describe, expect, it } from 'vitest';
import type { House } from '../support/house.ts';
import { openHouse } from '../support/house.ts';

let house: House;
afterEach(() => house.close());

async function failover(): Promise<void> {
  const run = await house.propose('ana', '/repl failover prod-sql');
  await house.approve(run, 'bob', 'chloe');
  await house.confirm(run, 'ana');
  await house.reaches(run, 'succeeded');
}

async function failback(): Promise<void> {
  const run = await house.propose('ana', '/repl failback prod-sql');
  await house.approve(run, 'bob', 'chloe');
  const view = await house.reaches(run, 'succeeded');
  expect(view.report).toMatchObject({ lossMs: null, downtimeMs: 0 });
}

describe('a failback', () => {
  it('makes the old primary follow; a switchover then returns the roles, and a failback the protection', async () => {
    house = await openHouse();
    await failover();
    expect(house.sql.writable()).toEqual({ primary: false, standby: true });
    await failback();
    expect(house.sql.vc('primary')?.status).toBe('replicating');
    expect(house.sql.writable()).toEqual({ primary: false, standby: true });

    const switchover = await house.propose('ana', '/repl switchover prod-sql');
    await house.approve(switchover, 'bob', 'chloe');
    await house.confirm(switchover, 'ana');
    const view = await house.reaches(switchover, 'succeeded');
    expect(view.report?.lossMs).toBe(0);
    expect(house.sql.writable()).toEqual({ primary: true, standby: false });

    await failback();
    expect(house.sql.vc('standby')?.status).toBe('replicating');
    expect(house.sql.splitBrain()).toEqual([]);
  });

  it('says before the approval what is discarded, and shows no password of the stream anywhere', async () => {
    house = await openHouse();
    await failover();
    const plan = await house.ask('ana', '/repl plan failback prod-sql');
    expect(plan).toMatch(/discarded/);
    expect(plan).toContain('external://to-standby');
    await failback();
    const [, password = ''] = /:\/\/[^:]+:([^@]+)@/.exec(house.sql.standby.streamUri) ?? [];
    expect(password.length).toBeGreaterThan(5);
    expect(house.logs() + JSON.stringify(house.workspace.calls())).not.toContain(password);
  });

  it('is refused while the standby still follows', async () => {
    house = await openHouse();
    expect(await house.ask('ana', '/repl failback prod-sql')).toMatch(/nothing to fail back/);
  });
});
