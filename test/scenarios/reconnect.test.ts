import { afterEach, describe, expect, it } from 'vitest';
import { byHand } from '../conformance/cockroach-pcr-bed.ts';
import type { House } from '../support/house.ts';
import { openHouse } from '../support/house.ts';
import { until } from '../support/until.ts';

let house: House;
afterEach(() => house.close());

const spec = { engine: 'cockroach-pcr', version: '26.2', start: 'none' } as const;

describe('a reconnect', () => {
  it('waits for a person to replace the connection, and proves that the stream goes on', async () => {
    house = await openHouse({ links: [{ id: 'prod-sql', environment: 'production', description: 'Orders', ...spec }] });
    const name = house.sql.virtualCluster;
    await byHand(house.sql, 'standby', `CREATE VIRTUAL CLUSTER ${name} FROM REPLICATION OF ${name} ON 'external://to-primary'`);
    await until(() => house.sql.vc('standby')?.status === 'replicating', 'the standby follows');

    const run = await house.propose('ana', '/repl reconnect prod-sql');
    await house.approve(run, 'bob');
    await house.confirm(run, 'ana');
    const view = await house.reaches(run, 'succeeded');
    expect(view.report?.sentence).toMatch(/follows/);
    const sent = house.sql.effects().filter(({ tag }) => tag.includes(run));
    expect(sent.map(({ kind }) => kind)).toEqual(['pause-replication', 'resume-replication']);
  });

  it('is refused for a stream with an address of its own, with the way out', async () => {
    house = await openHouse();
    expect(await house.ask('ana', '/repl reconnect prod-sql')).toMatch(/given when the stream was made.*\/repl rebuild prod-sql/s);
  });
});
