import { afterEach, describe, expect, it } from 'vitest';
import type { RunId } from '../../src/domain/ids.ts';
import type { StepView } from '../../src/domain/run.ts';
import { byHand } from '../conformance/cockroach-pcr-bed.ts';
import type { House } from '../support/house.ts';
import { openHouse } from '../support/house.ts';
import { until } from '../support/until.ts';

let house: House;
afterEach(() => house.close());

/** The region of the primary is given up for what the standby has. */
async function failsOverToLatest(): Promise<void> {
  const now = await house.propose('ana', '/repl failover prod-sql --to latest --reason "the region is down"');
  await house.approve(now, 'bob', 'chloe');
  await house.confirm(now, 'ana');
  await until(() => house.sql.writable().standby, 'the standby serves');
  await house.confirm(now, 'ana');
  await house.reaches(now, 'succeeded');
  expect(house.sql.writable()).toEqual({ primary: false, standby: true });
  expect(house.sql.splitBrain()).toEqual([]);
}

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
    // It tries for a while and then pauses itself: an approval would be void if that fell between the plan and the run.
    await until(() => house.sql.vc('standby')?.status === 'replication paused', 'the stream has given up');
    await failsOverToLatest();
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

describe('a failover to a time that is near, whose primary dies while the run waits for it', () => {
  /** The run stands still at its wait, and says so. */
  async function orphaned(): Promise<RunId> {
    // The stream keeps trying for as long as the primary is away.
    house = await openHouse({ pace: { giveUpMs: 3_600_000 } });
    const run = await house.propose('ana', '/repl failover prod-sql --to +20m');
    await house.approve(run, 'bob', 'chloe');
    await until(async () => (await waitOf(run))?.state === 'underway', 'the run waits for its time');
    expect(house.sql.vc('standby')?.status).toBe('replication pending failover');
    expect(house.sql.writable()).toEqual({ primary: true, standby: false });
    await house.sql.faults.down('primary');
    const { halt } = await house.reaches(run, 'halted');
    expect(halt?.sentence).toMatch(
      /^prod-sql-frankfurt .+ Unless it comes back, prod-sql-dublin is never promoted to .+; it has everything up to .+ press Cancel, then ask for \/repl failover prod-sql --to latest\. To go on waiting for prod-sql-frankfurt, press Retry\.$/,
    );
    return run;
  }

  const waitOf = async (run: RunId): Promise<StepView | undefined> => {
    const { plan, steps } = await house.run(run);
    return steps[plan.steps.findIndex(({ kind }) => kind === 'pcr.await-time')];
  };

  it('stands still at once, and is given up for a failover to what there is', async () => {
    const run = await orphaned();
    await house.click(run, 'ana', 'cancel');
    await house.reaches(run, 'failed');

    await failsOverToLatest();
  });

  it('goes on to its time when the primary comes back and somebody presses Retry', async () => {
    const run = await orphaned();
    await house.sql.faults.up('primary');
    await house.click(run, 'ana', 'retry');
    await until(async () => (await house.run(run)).state === 'running', 'the run goes on');
    expect(house.sql.writable()).toEqual({ primary: true, standby: false });
    house.sql.control().advance(20 * 60_000);
    await house.confirm(run, 'ana');
    await house.reaches(run, 'succeeded');
    expect(house.sql.writable()).toEqual({ primary: false, standby: true });
    expect(house.sql.splitBrain()).toEqual([]);
    const asked = house.sql.effects().filter(({ statement }) => statement.includes('COMPLETE REPLICATION'));
    expect(asked).toHaveLength(1);
  });
});
