import { afterEach, describe, expect, it } from 'vitest';
import { isFinal } from '../../src/domain/run.ts';
import type { House } from '../support/house.ts';
import { openHouse } from '../support/house.ts';
import { until } from '../support/until.ts';

let house: House;
afterEach(() => house.close());

describe('a verify', () => {
  it('proves with one approval that both sides are equal', async () => {
    house = await openHouse();
    const run = await house.propose('ana', '/repl verify prod-sql');
    await house.approve(run, 'bob');
    const view = await house.reaches(run, 'succeeded');
    expect(view.report?.sentence).toMatch(/^Both sides hold the same data as of \d{4}-/);
  });

  it('can be cancelled while it reads', async () => {
    house = await openHouse();
    house.sql.faults.add({ match: /FINGERPRINTS/, times: 2, act: { kind: 'hang' } });
    const run = await house.propose('ana', '/repl verify prod-sql');
    await house.approve(run, 'bob');
    await until(
      () => house.sql.sessions('standby').some(({ activeQuery }) => activeQuery?.includes('FINGERPRINTS') === true),
      'the copy is read',
    );
    await house.click(run, 'ana', 'cancel');
    await until(async () => isFinal((await house.run(run)).state), 'the run is over');
    expect((await house.run(run)).state).not.toBe('succeeded');
  });

  it('halts and says so when the copy is damaged', async () => {
    house = await openHouse();
    house.sql.faults.corrupt('standby', true);
    const run = await house.propose('ana', '/repl verify prod-sql');
    await house.approve(run, 'bob');
    const view = await house.reaches(run, 'halted');
    expect(JSON.stringify(view.halt)).toContain('the copy is damaged');
    expect(house.sql.writable()).toEqual({ primary: true, standby: false });
  });
});
