import { afterEach, describe, expect, it } from 'vitest';
import { spellTime } from '../../src/engines/cockroach/spell.ts';
import type { House } from '../support/house.ts';
import { openHouse } from '../support/house.ts';

let house: House;
afterEach(() => house.close());

const minuteMs = 60_000;

/** As many minutes ago, in whole ms. */
const ago = (minutes: number): number => Math.floor(house.sql.now()) - minutes * minuteMs;

/** A time as people write it, and as they are shown it. */
const typed = (at: number): string => new Date(at).toISOString();
const shown = (at: number): string => spellTime(BigInt(at) * 1_000n);

describe('a failover to a time past', { timeout: 180_000 }, () => {
  it('gives up every write since then: the plan says which, the database goes to that very time, and the report measures it', async () => {
    house = await openHouse();
    const at = ago(10);
    const run = await house.propose('ana', `/repl failover prod-sql --to ${typed(at)} --reason "a bad release at ten"`);
    const asked = JSON.stringify((await house.message(run)).blocks);
    expect(asked).toContain(`Promote prod-sql-dublin to ${shown(at)}`);
    expect(asked).toContain(`all that prod-sql-frankfurt took after ${shown(at)} is given up`);
    const { predictedLoss } = (await house.run(run)).plan;
    expect(predictedLoss.ms).toBeGreaterThanOrEqual(10 * minuteMs);

    await house.approve(run, 'bob', 'chloe');
    await house.confirm(run, 'ana');
    const { report } = await house.reaches(run, 'succeeded');
    const lost = house.sql.lost();
    expect(lost).toMatchObject({ side: 'standby', activation: at });
    expect(lost?.rows).toBeGreaterThan(0);
    expect(lost?.ms).toBeGreaterThanOrEqual(10 * minuteMs);
    expect(report?.lossMs ?? -1).toBeGreaterThanOrEqual(lost?.ms ?? Number.POSITIVE_INFINITY);
    expect(report?.sentence).toMatch(/^At most .+ of writes were lost: from the time of the promotion until the old primary was seen/);
    expect(report?.facts).toContainEqual({ label: 'Promoted to', value: shown(at) });
    expect(house.sql.writable()).toEqual({ primary: false, standby: true });
    expect(house.sql.splitBrain()).toEqual([]);
  });

  it.each(['prod-sql', 'prod-sql --break-glass "Frankfurt is under water"'])(
    'is refused before all that is kept, with what is kept: %s',
    async (words) => {
      house = await openHouse();
      const at = ago(5 * 60);
      const answer = await house.ask('iris', `/repl failover ${words} --to ${typed(at)}`);
      expect(answer).toContain(
        `${shown(at)} is before the oldest time that prod-sql-dublin still keeps, so no failover of prod-sql to it is possible.`,
      );
      expect(answer).toMatch(/prod-sql-dublin can be promoted to any time from \d{4}-\S+ \S+ UTC to \d{4}-\S+ \S+ UTC\./);
      expect(await house.store.journal.recent(null, 10)).toEqual([]);
      expect(house.sql.effects()).toEqual([]);
    },
  );
});
