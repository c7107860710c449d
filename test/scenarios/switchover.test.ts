import { afterEach, describe, expect, it } from 'vitest';
import type { House } from '../support/house.ts';
import { openHouse, waitsAfter } from '../support/house.ts';
import { until } from '../support/until.ts';

let house: House;
afterEach(() => house.close());

/** The answer to the write stop takes so long that the standby can be kept from catching up in the meantime. */
function stopSlowly(): () => Promise<void> {
  house.sql.faults.add({ match: /STOP SERVICE/, act: { kind: 'hang', when: 'after', ms: 600 } });
  return async () => {
    await until(() => !house.sql.writable().primary, 'writes are stopped');
    house.sql.faults.catchUpStuck('standby', true);
  };
}

describe('a switchover', () => {
  it('loses nothing and swaps the writable side', async () => {
    house = await openHouse();
    const run = await house.propose('ana', '/repl switchover prod-sql');
    await house.approve(run, 'bob', 'chloe');
    await house.confirm(run, 'ana');
    const view = await house.reaches(run, 'succeeded');
    expect(view.report?.lossMs).toBe(0);
    expect(house.sql.lost()?.rows).toBe(0);
    expect(house.sql.writable()).toEqual({ primary: false, standby: true });
    expect(house.sql.splitBrain()).toEqual([]);
  });

  it('takes the write stop back by itself when the standby does not catch up in time', async () => {
    house = await openHouse();
    const run = await house.propose('ana', '/repl switchover prod-sql --max-stop 5m');
    const writesStoppedForGood = stopSlowly();
    await house.approve(run, 'bob', 'chloe');
    await writesStoppedForGood();
    await until(() => waitsAfter(house, run, 'STOP SERVICE'), 'the standby is waited for');
    house.clock.leap(5 * 60_000);
    const view = await house.reaches(run, 'undone');
    expect(view.direction).toBe('undo');
    expect(house.sql.writable()).toEqual({ primary: true, standby: false });
    expect(house.sql.splitBrain()).toEqual([]);
    const stopped = house.sql.writableHistory().filter(({ side }) => side === 'primary');
    expect(stopped.map(({ to }) => to === null)).toEqual([false, true]);
    const begun = (await house.records(run)).find(({ entry }) => entry.kind === 'undo-begun')?.entry;
    expect(begun).toMatchObject({ sentence: expect.stringContaining('took longer than') });
  });

  it('is refused when the primary is gone, with failover as the way', async () => {
    house = await openHouse();
    await house.sql.faults.down('primary');
    expect(await house.ask('ana', '/repl switchover prod-sql')).toMatch(/failover/);
  });

  it('cancelled while writes are stopped lets the applications in again', async () => {
    house = await openHouse();
    const run = await house.propose('ana', '/repl switchover prod-sql --max-stop 5m');
    const writesStoppedForGood = stopSlowly();
    await house.approve(run, 'bob', 'chloe');
    await writesStoppedForGood();
    await house.click(run, 'ana', 'cancel');
    await house.reaches(run, 'undone');
    expect(house.sql.writable()).toEqual({ primary: true, standby: false });
  });
});

describe('pause and resume', () => {
  it('pauses with one approval, and resumes', async () => {
    house = await openHouse();
    const pause = await house.propose('ana', '/repl pause prod-sql');
    await house.approve(pause, 'bob');
    await house.reaches(pause, 'succeeded');
    expect(house.sql.vc('standby')?.status).toBe('replication paused');
    const resume = await house.propose('ana', '/repl resume prod-sql');
    await house.approve(resume, 'chloe');
    await house.reaches(resume, 'succeeded');
    expect(house.sql.vc('standby')?.status).toBe('replicating');
  });
});
