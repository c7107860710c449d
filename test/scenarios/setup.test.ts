import { afterEach, describe, expect, it } from 'vitest';
import type { SimVersion } from '../../src/sim/cockroach/sql-world.ts';
import type { House } from '../support/house.ts';
import { openHouse } from '../support/house.ts';
import { until } from '../support/until.ts';

let house: House;
afterEach(() => house.close());

const bare = (version: SimVersion) => ({
  links: [
    { id: 'prod-sql', engine: 'cockroach-pcr', environment: 'production', description: 'Orders', version, start: 'none', bare: true },
  ] as const,
});

const secrets = () => Object.values(house.stage.secrets).flatMap((secret) => [secret, encodeURIComponent(secret)]);

describe('a setup', { timeout: 180_000 }, () => {
  it.each(['23.2', '24.3', '26.2'] as const)('on %s makes everything that is missing, and the standby follows', async (version) => {
    house = await openHouse(bare(version));
    expect(await house.ask('ana', '/repl status prod-sql')).toMatch(/prod-sql is not set up.*Replication is not set up yet/s);
    const run = await house.propose('ana', '/repl setup prod-sql');
    expect(house.sql.vc('standby')).toBeNull();
    await house.approve(run, 'bob', 'chloe');
    const view = await house.reaches(run, 'succeeded');
    expect(house.sql.vc('standby')?.status).toBe('replicating');
    expect(view.report?.sentence).toContain('Done:');
    expect(house.sql.effects().every(({ changed }) => changed)).toBe(true);
    expect(house.sql.effects().filter(({ kind }) => kind === 'create-virtual-cluster').length).toBe(1);
    await until(async () => /nothing to set up/.test(await house.ask('ana', '/repl setup prod-sql')), 'the run has left the link');
  });

  it('never shows the secrets that it sends: not in Slack, the journal or the log', async () => {
    house = await openHouse(bare('26.2'));
    const run = await house.propose('ana', '/repl setup prod-sql');
    await house.approve(run, 'bob', 'chloe');
    await house.reaches(run, 'succeeded');
    const sent = house.sql.effects().map(({ statement }) => statement);
    expect(sent.join('\n')).toContain('stream%3Fsecret');
    const told = JSON.stringify([await house.records(run), await house.message(run), house.logs()]);
    expect(secrets().length).toBeGreaterThan(4);
    for (const secret of secrets()) expect(told).not.toContain(JSON.stringify(secret).slice(1, -1));
  });

  it('begins with nodes on which nothing runs, over SSH, and tells no key and no password', async () => {
    const [link] = bare('26.2').links;
    house = await openHouse({ links: [{ ...link, nodes: true }] });
    const run = await house.propose('ana', '/repl setup prod-sql');
    await house.approve(run, 'bob', 'chloe');
    await house.reaches(run, 'succeeded');
    expect(house.sql.vc('standby')?.status).toBe('replicating');
    const told = JSON.stringify([await house.records(run), await house.message(run), house.logs()]);
    expect(told).toContain('--virtualized-empty');
    for (const secret of secrets()) expect(told).not.toContain(JSON.stringify(secret).slice(1, -1));
  });

  it('is refused while the standby has something', async () => {
    house = await openHouse();
    expect(await house.ask('ana', '/repl setup prod-sql')).toMatch(/settings\.setup/);
  });
});
