import { describe, expect, it } from 'vitest';
import type { SqlWorld } from '../../../src/sim/cockroach/contract.ts';
import type { SimVersion } from '../../../src/sim/cockroach/grammar/dialect.ts';
import { aLine, askThrough, aWorld, type Line, simVersions, upTo, vcOf } from './bed.ts';

const minute = 60_000;
const hour = 60 * minute;

const status = (world: SqlWorld): string | undefined => world.vc('standby')?.status;
const replicated = (world: SqlWorld): number => world.vc('standby')?.replicatedTime ?? Number.NaN;
const job = (world: SqlWorld) => world.jobs('standby').find(({ type }) => type === 'REPLICATION STREAM INGESTION');
const producer = (world: SqlWorld) => world.jobs('primary').find(({ type }) => type === 'REPLICATION STREAM PRODUCER');

const create = 'CREATE VIRTUAL CLUSTER main FROM REPLICATION OF main ON $1';
const latest = 'ALTER VIRTUAL CLUSTER main COMPLETE REPLICATION TO LATEST';
const stopService = 'ALTER VIRTUAL CLUSTER main STOP SERVICE';

async function standbyOf(world: SqlWorld): Promise<Line> {
  return aLine(world, 'standby');
}

describe('failing over', () => {
  it.each(simVersions)('%s: pending, reverting, ready without service, then served', async (version) => {
    const world = await aWorld(version);
    const line = await standbyOf(world);
    const name = vcOf(version);
    const [pending, reverting, column] = upTo('24.2').includes(version)
      ? ['replication pending cutover', 'replication cutting over', 'cutover_time']
      : ['replication pending failover', 'replication failing over', 'failover_time'];
    const { columns, rows } = await line.ask(`ALTER VIRTUAL CLUSTER ${name} COMPLETE REPLICATION TO LATEST`);
    expect(columns).toEqual([[column, 1700]]);
    const time = rows[0]?.[column] ?? '';
    expect(BigInt(time.split('.')[0] ?? '0') / 1000n).toBe(BigInt(Math.round(replicated(world) * 1000)));
    expect(status(world)).toBe(pending);
    expect((await line.ask(`SHOW VIRTUAL CLUSTER ${name} WITH REPLICATION STATUS`)).rows[0]?.[column]).toBe(time);
    world.control().advance(3000);
    expect(status(world)).toBe(reverting);
    expect((await line.refusal(`ALTER VIRTUAL CLUSTER ${name} COMPLETE REPLICATION TO LATEST`)).message).toMatch(
      /^job \d+ already started cutting over to timestamp \d+\.\d{9},0$/,
    );
    world.control().advance(6000);
    expect((await line.ask('SELECT fraction_completed FROM [SHOW JOBS]')).rows[0]).toEqual({ fraction_completed: '0.4' });
    world.control().advance(9000);
    expect(world.vc('standby')).toMatchObject({ status: 'ready', serviceMode: 'none', failoverTime: null });
    expect(job(world)?.status).toBe('succeeded');
    await askThrough(world, line, `ALTER VIRTUAL CLUSTER ${name} START SERVICE SHARED`, 2000);
    expect(world.vc('standby')?.serviceMode).toBe('shared');
    expect((await (await aLine(world, 'standby', { vc: name })).ask('SELECT 1 AS one')).rows).toHaveLength(1);
  });

  it('a time in the future can be moved while it is pending', async () => {
    const world = await aWorld('26.2');
    const line = await standbyOf(world);
    const to = (time: string) => line.ask('ALTER VIRTUAL CLUSTER main COMPLETE REPLICATION TO SYSTEM TIME $1::STRING', [time]);
    await to('+5h');
    world.control().advance(hour);
    expect(status(world)).toBe('replication pending failover');
    await to('+10m');
    world.control().advance(9 * minute);
    expect(status(world)).toBe('replication pending failover');
    world.control().advance(2 * minute);
    expect(status(world)).toBe('ready');
    expect(world.effects().filter(({ kind }) => kind === 'complete-replication')).toHaveLength(2);
  });

  it('a NULL time becomes the end of time', async () => {
    const world = await aWorld('26.2');
    const { rows } = await (await standbyOf(world)).ask('ALTER VIRTUAL CLUSTER main COMPLETE REPLICATION TO SYSTEM TIME $1::STRING', [
      null,
    ]);
    expect(rows).toEqual([{ failover_time: '9223372036854775807.2147483647' }]);
    world.control().advance(100 * hour);
    expect(status(world)).toBe('replication pending failover');
  });

  it('completing a paused stream resumes it', async () => {
    const world = await aWorld('26.2', { start: 'paused' });
    await (await standbyOf(world)).ask(latest);
    world.control().advance(minute);
    expect(status(world)).toBe('ready');
  });

  it('a revert that is stuck never ends until it is freed', async () => {
    const world = await aWorld('26.2');
    world.faults.revertStuck('standby', true);
    await (await standbyOf(world)).ask(latest);
    world.control().advance(hour);
    expect([status(world), job(world)?.status]).toEqual(['replication failing over', 'running']);
    world.faults.revertStuck('standby', false);
    world.control().advance(15_000);
    expect(status(world)).toBe('ready');
  });

  it('schedules are paused on the promoted side and can be resumed there', async () => {
    const world = await aWorld('26.2', { start: 'promoted' });
    const app = await aLine(world, 'standby', { vc: 'main' });
    const { rows } = await app.ask('SELECT id, schedule_status FROM [SHOW SCHEDULES]');
    expect(rows).toMatchObject([{ schedule_status: 'PAUSED' }]);
    await app.ask(`RESUME SCHEDULE ${rows[0]?.['id']}`);
    expect((await app.ask('SELECT schedule_status FROM [SHOW SCHEDULES]')).rows).toEqual([{ schedule_status: 'ACTIVE' }]);
  });
});

describe('services', () => {
  it('stopping blocks until the service is down, sends its sessions away, and is then a no-op', async () => {
    const world = await aWorld('26.2');
    const app = await aLine(world, 'primary', { vc: 'main' });
    const line = await aLine(world, 'primary');
    expect(world.writable()).toEqual({ primary: true, standby: false });
    await askThrough(world, line, stopService, 2000);
    expect(world.vc('primary')?.serviceMode).toBe('none');
    expect(world.writable()).toEqual({ primary: false, standby: false });
    await expect(app.ask('SELECT 1')).rejects.toThrow();
    await line.ask(stopService);
    expect(world.effects().map(({ kind, changed }) => [kind, changed])).toEqual([
      ['stop-service', true],
      ['stop-service', false],
    ]);
  });
});

describe('the reader', () => {
  it.each([
    ['24.3', latest, true],
    ['24.3', `ALTER VIRTUAL CLUSTER main COMPLETE REPLICATION TO SYSTEM TIME '-1m'`, false],
    ['25.3', latest, true],
    ['25.4', latest, false],
    ['26.2', latest, false],
  ] as const)('%s: after “%s” it stays: %s', async (version, complete, stays) => {
    const world = await aWorld(version);
    const line = await standbyOf(world);
    await line.ask('ALTER VIRTUAL CLUSTER main SET REPLICATION READ VIRTUAL CLUSTER');
    expect(world.vc('standby', 'main-readonly')).toMatchObject({ id: 4, status: 'add', serviceMode: 'none' });
    expect((await line.refusal('ALTER VIRTUAL CLUSTER main SET REPLICATION READ VIRTUAL CLUSTER')).code).toBe('42710');
    world.control().advance(2000);
    expect(world.vc('standby', 'main-readonly')).toMatchObject({ status: 'ready', serviceMode: 'shared' });
    expect((await (await aLine(world, 'standby', { vc: 'main-readonly' })).ask('SELECT 1 AS one')).rows).toHaveLength(1);
    expect(world.writable().standby).toBe(false);
    await line.ask(complete);
    world.control().advance(minute);
    expect(world.vc('standby', 'main-readonly') !== null).toBe(stays);
  });

  it.each([
    ['25.4', false],
    ['26.1', true],
  ] as const)('%s: asked for together with another option it appears: %s', async (version, appears) => {
    const world = await aWorld(version, { start: 'none' });
    await (await standbyOf(world)).ask(`${create} WITH RETENTION = '6h', READ VIRTUAL CLUSTER`, [world.primary.streamUri]);
    expect(world.vc('standby', 'main-readonly') !== null).toBe(appears);
  });
});

describe('what a reader refuses', () => {
  async function aReader(version: SimVersion): Promise<{ readonly world: SqlWorld; readonly line: Line }> {
    const world = await aWorld(version);
    await (await standbyOf(world)).ask('ALTER VIRTUAL CLUSTER main SET REPLICATION READ VIRTUAL CLUSTER');
    world.control().advance(minute);
    return { world, line: await aLine(world, 'standby', { vc: 'main-readonly', user: 'root', password: 'root-secret' }) };
  }

  it.each(
    (['24.3', '26.2'] as const).flatMap((version) =>
      [
        'CREATE USER visitor',
        'DROP USER ops',
        `ALTER USER ops WITH PASSWORD 'x'`,
        'GRANT SYSTEM VIEWSYSTEMDATA TO ops',
        `CREATE EXTERNAL CONNECTION c AS 'postgresql://repl@127.0.0.1:1/defaultdb'`,
      ].map((statement) => [version, statement] as const),
    ),
  )('%s: %s', async (version, statement) => {
    const { world, line } = await aReader(version);
    const before = world.contents();
    const effects = world.effects().length;
    expect(await line.refusal(statement)).toMatchObject({
      code: '25006',
      message: expect.stringMatching(/^cannot execute .* in a read-only transaction$/),
    });
    expect(world.effects()).toHaveLength(effects);
    expect(world.contents()).toEqual(before);
  });

  it.each([
    ['26.1', false],
    ['26.2', true],
  ] as const)('%s: reads as of a time: %s', async (version, refused) => {
    const { line } = await aReader(version);
    const read = `SELECT username FROM [SHOW USERS] AS OF SYSTEM TIME '-1m'`;
    if (refused) expect((await line.refusal(read)).message).toContain('AS OF SYSTEM TIME');
    if (refused) await line.ask('SET bypass_pcr_reader_catalog_aost = true');
    expect((await line.ask(read)).rows).not.toHaveLength(0);
    await (await aLine((await aReader(version)).world, 'primary')).ask(read);
  });

  it('what is ruled from the system virtual cluster as any other does', async () => {
    const { line } = await aReader('26.2');
    expect((await line.refusal('ALTER VIRTUAL CLUSTER main STOP SERVICE')).code).toBe('42501');
  });
});

describe('ending a stream', () => {
  it('cancelling the job leaves a useless virtual cluster and, later, a failed producer', async () => {
    const world = await aWorld('26.2');
    await (await standbyOf(world)).ask(`CANCEL JOB ${job(world)?.id}`);
    expect(job(world)?.status).toBe('cancel-requested');
    world.control().advance(1500);
    expect(job(world)?.status).toBe('reverting');
    world.control().advance(1500);
    expect([job(world)?.status, status(world), producer(world)?.status]).toEqual(['canceled', 'add', 'running']);
    world.control().advance(minute);
    expect(producer(world)?.status).toBe('failed');
  });

  it('dropping cancels the job, frees the name at once and leaves a garbage collection job', async () => {
    const world = await aWorld('26.2');
    const line = await standbyOf(world);
    await line.ask('DROP VIRTUAL CLUSTER IF EXISTS main IMMEDIATE');
    expect(job(world)?.status).toBe('canceled');
    expect((await line.ask('SHOW VIRTUAL CLUSTERS')).rows.map((row) => row['data_state'])).toEqual(['ready', 'dropping']);
    await line.ask(create, [world.primary.streamUri]);
    world.control().advance(minute);
    expect(world.vc('standby')).toMatchObject({ id: 4, status: 'replicating' });
    expect((await line.ask(`SELECT description FROM [SHOW JOBS] WHERE description LIKE 'GC for%'`)).rows).toEqual([
      { description: 'GC for tenant 3' },
    ]);
    await line.ask('DROP VIRTUAL CLUSTER IF EXISTS nosuch');
    expect(world.effects().at(-1)).toMatchObject({ kind: 'drop-virtual-cluster', changed: false });
  });
});
