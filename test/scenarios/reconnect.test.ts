import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { RunId } from '../../src/domain/ids.ts';
import type { ConfigPart } from '../../src/sim/stages/stage.ts';
import { byHand } from '../conformance/cockroach-pcr-bed.ts';
import type { House, HouseOptions } from '../support/house.ts';
import { openHouse } from '../support/house.ts';
import { until } from '../support/until.ts';

let house: House;
afterEach(() => house.close());

const spec = { engine: 'cockroach-pcr', version: '26.2', start: 'none' } as const;

/** Opens a house whose standby follows by its external connection. */
async function openFollowing(more: Partial<HouseOptions> = {}): Promise<void> {
  house = await openHouse({ links: [{ id: 'prod-sql', environment: 'production', description: 'Orders', ...spec }], ...more });
  const name = house.sql.virtualCluster;
  await byHand(house.sql, 'standby', `CREATE VIRTUAL CLUSTER ${name} FROM REPLICATION OF ${name} ON 'external://to-primary'`);
  await until(() => house.sql.vc('standby')?.status === 'replicating', 'the standby follows');
}

/** What the run changed, in order. */
const sentBy = (run: RunId): readonly string[] =>
  house.sql
    .effects()
    .filter(({ tag }) => tag.includes(run))
    .map(({ kind }) => kind);

describe('a reconnect', () => {
  it('waits for a person to replace the connection, and proves that the stream goes on', async () => {
    await openFollowing();
    const run = await house.propose('ana', '/repl reconnect prod-sql');
    await house.approve(run, 'bob');
    await house.confirm(run, 'ana');
    const view = await house.reaches(run, 'succeeded');
    expect(view.report?.sentence).toMatch(/follows/);
    expect(sentBy(run)).toEqual(['pause-replication', 'resume-replication']);
  });

  it('is refused for a stream with an address of its own, with the way out', async () => {
    house = await openHouse();
    expect(await house.ask('ana', '/repl reconnect prod-sql')).toMatch(/given when the stream was made.*\/repl rebuild prod-sql/s);
  });
});

describe('a reconnect of a stream whose password the config knows', { timeout: 180_000 }, () => {
  const renewed = "renewed's @ secret?/#";
  let folder: string;
  afterEach(() => rm(folder, { recursive: true, force: true }));

  /** The config names the user that the stream logs in as, and holds the password that is to be valid from now on. */
  async function open(): Promise<void> {
    folder = await mkdtemp(join(tmpdir(), 'replops-secret-'));
    const file = join(folder, 'stream-password');
    await writeFile(file, `${renewed}\n`);
    const setup: ConfigPart = { user: { name: 'repl', password: `file:${file}`, create: false } };
    await openFollowing({ shape: (config) => withSetup(config, setup) });
  }

  const renew = () => house.sql.control().locally('primary', 'root', `ALTER USER repl WITH PASSWORD '${renewed.replaceAll("'", "''")}'`);

  it('overwrites the connection, lets the stream in with the new password, and tells the password to nobody', async () => {
    await open();
    await renew();
    const run = await house.propose('ana', '/repl reconnect prod-sql');
    expect((await house.run(run)).plan.steps.map(({ by }) => by)).not.toContain('person');
    expect(JSON.stringify((await house.message(run)).blocks)).toContain(
      "What the connection holds now is overwritten and can't be read back",
    );
    await house.approve(run, 'bob');
    const view = await house.reaches(run, 'succeeded');
    expect(view.report?.sentence).toMatch(/follows/);
    expect(sentBy(run)).toEqual(['alter-external-connection', 'pause-replication', 'resume-replication']);
    // A stream that was let in by the old password alone would have paused itself at the resume.
    expect(house.sql.vc('standby')?.status).toBe('replicating');

    const overwrite = house.sql.effects().find(({ kind }) => kind === 'alter-external-connection');
    expect(overwrite?.statement).toContain(encodeURIComponent(renewed).replaceAll("'", "''"));
    const told = JSON.stringify([await house.records(run), house.workspace.calls(), house.logs()]);
    expect(told).toContain('ALTER EXTERNAL CONNECTION');
    for (const secret of [renewed, encodeURIComponent(renewed)]) expect(told).not.toContain(JSON.stringify(secret).slice(1, -1));
  });

  it('halts before anything is overwritten while that password lets nobody in, and goes on once it does', async () => {
    await open();
    const run = await house.propose('ana', '/repl reconnect prod-sql');
    await house.approve(run, 'bob');
    const { halt } = await house.reaches(run, 'halted');
    expect(halt?.sentence).toContain("prod-sql-frankfurt has a user repl that the config's password does not let in");
    expect(sentBy(run)).toEqual([]);
    const replicated = () => house.sql.vc('standby')?.replicatedTime ?? 0;
    const before = replicated();
    await until(() => replicated() > before, 'the stream moves on by what the connection holds');
    expect(house.sql.vc('standby')?.status).toBe('replicating');

    await renew();
    expect(await house.ask('ana', `/repl retry ${run}`)).toMatch(/goes on|again/);
    await house.reaches(run, 'succeeded');
    expect(sentBy(run)).toEqual(['alter-external-connection', 'pause-replication', 'resume-replication']);
    expect(house.sql.vc('standby')?.status).toBe('replicating');
  });
});

/** Says in the config of every link how its stream is made. */
function withSetup(config: ConfigPart, setup: ConfigPart): ConfigPart {
  // The simulated world writes the links of its config as a list of such parts.
  const links = config['links'] as readonly { readonly settings: ConfigPart }[];
  return { ...config, links: links.map((link) => ({ ...link, settings: { ...link.settings, setup } })) };
}
