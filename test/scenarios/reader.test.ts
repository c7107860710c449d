import { afterEach, describe, expect, it } from 'vitest';
import type { House } from '../support/house.ts';
import { openHouse } from '../support/house.ts';

let house: House;
afterEach(() => house.close());

const readerOf = () => house.sql.vc('standby', `${house.sql.virtualCluster}-readonly`);

describe('a reader', () => {
  it('is opened and closed again', async () => {
    house = await openHouse();
    expect(await house.ask('ana', '/repl reader prod-sql off')).toMatch(/nothing is open for reads/);
    const on = await house.propose('ana', '/repl reader prod-sql on');
    await house.approve(on, 'bob');
    await house.reaches(on, 'succeeded');
    expect(readerOf()?.serviceMode).toBe('shared');

    const off = await house.propose('ana', '/repl reader prod-sql off');
    await house.approve(off, 'bob');
    await house.reaches(off, 'succeeded');
    expect(readerOf()).toBeNull();
    expect(house.sql.vc('standby')?.status).toBe('replicating');
  });
});
