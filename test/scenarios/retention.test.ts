import { afterEach, describe, expect, it } from 'vitest';
import type { House } from '../support/house.ts';
import { openHouse } from '../support/house.ts';

let house: House;
afterEach(() => house.close());

describe('a retention', () => {
  it('is set on both sides with one approval, and what proves it is said', async () => {
    house = await openHouse();
    const run = await house.propose('ana', '/repl retention prod-sql --window 6h --expiration 48h');
    await house.approve(run, 'bob');
    const view = await house.reaches(run, 'succeeded');
    expect(JSON.stringify(view.steps.map(({ evidence }) => evidence))).toContain('does not show it');
    const sent = house.sql.effects().filter(({ tag }) => tag.includes(run));
    expect(sent.map(({ side, kind }) => `${side} ${kind}`)).toEqual(['standby set-replication', 'primary set-source-expiration']);
  });

  it('that sets nothing is answered with what to give', async () => {
    house = await openHouse();
    expect(await house.ask('ana', '/repl retention prod-sql')).toMatch(/--window.*--expiration/s);
  });
});
