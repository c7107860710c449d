import { describe, expect, it } from 'vitest';
import type { SqlWorld } from '../../../src/sim/cockroach/contract.ts';
import { aLine, askThrough, aWorld, type Line, simVersions, vcOf } from './bed.ts';

const minute = 60_000;
const hour = 60 * minute;

const status = (world: SqlWorld): string | undefined => world.vc('standby')?.status;
const replicated = (world: SqlWorld): number => world.vc('standby')?.replicatedTime ?? Number.NaN;
const lag = (world: SqlWorld): number => world.now() - replicated(world);
const job = (world: SqlWorld) => world.jobs('standby').find(({ type }) => type === 'REPLICATION STREAM INGESTION');
const producer = (world: SqlWorld) => world.jobs('primary').find(({ type }) => type === 'REPLICATION STREAM PRODUCER');

const create = 'CREATE VIRTUAL CLUSTER main FROM REPLICATION OF main ON $1';
const pause = 'ALTER VIRTUAL CLUSTER main PAUSE REPLICATION';
const resume = 'ALTER VIRTUAL CLUSTER main RESUME REPLICATION';
const latest = 'ALTER VIRTUAL CLUSTER main COMPLETE REPLICATION TO LATEST';
const startService = 'ALTER VIRTUAL CLUSTER main START SERVICE SHARED';

async function standbyOf(world: SqlWorld): Promise<Line> {
  return aLine(world, 'standby');
}

describe('setting a stream up', () => {
  it.each(simVersions)('%s: add, initial scan, replicating', async (version) => {
    const world = await aWorld(version, { start: 'none' });
    const line = await standbyOf(world);
    const name = vcOf(version);
    const { columns, rows } = await line.ask(`CREATE VIRTUAL CLUSTER ${name} FROM REPLICATION OF ${name} ON $1`, [world.primary.streamUri]);
    expect([columns, rows]).toEqual([[], []]);
    expect(status(world)).toBe('add');
    world.control().advance(1500);
    expect(status(world)).toBe('initializing replication');
    const during = await line.ask(`SHOW VIRTUAL CLUSTER ${name} WITH REPLICATION STATUS`);
    expect(during.rows[0]).toMatchObject({ replicated_time: null, retained_time: '1970-01-01 00:00:00.000001+00' });
    world.control().advance(18_499);
    expect(status(world)).toBe('initializing replication');
    world.control().advance(1);
    expect(status(world)).toBe('replicating');
    expect(producer(world)?.status).toBe('running');
    world.control().advance(5 * minute);
    expect(lag(world)).toBeLessThanOrEqual(15_000);
  });

  it('ids and the application’s users come with the bytes', async () => {
    const world = await aWorld('26.2', { start: 'none' });
    await (await standbyOf(world)).ask(create, [world.primary.streamUri]);
    expect(world.vc('standby')?.id).toBe(3);
    await (await aLine(world, 'primary', { vc: 'main', user: 'root', password: 'root-secret' })).ask(`CREATE USER late WITH PASSWORD 'x'`);
    world.control().advance(minute);
    const line = await standbyOf(world);
    await line.ask(latest);
    world.control().advance(minute);
    await askThrough(world, line, startService, 2000);
    expect((await (await aLine(world, 'standby', { vc: 'main', user: 'late', password: 'x' })).ask('SELECT 1 AS one')).rows).toHaveLength(
      1,
    );
  });

  it('IF NOT EXISTS of what is there changes nothing', async () => {
    const world = await aWorld('26.2', { start: 'promoted' });
    await (await standbyOf(world)).ask('CREATE VIRTUAL CLUSTER IF NOT EXISTS main FROM REPLICATION OF main ON $1', [
      world.primary.streamUri,
    ]);
    expect(status(world)).toBe('ready');
    expect(world.effects()).toMatchObject([{ kind: 'create-virtual-cluster', changed: false }]);
  });

  it('works through an external connection, which is shown without secrets', async () => {
    const world = await aWorld('26.2', { start: 'none' });
    const line = await standbyOf(world);
    await line.ask('CREATE EXTERNAL CONNECTION east AS $1', [world.primary.streamUri]);
    await line.ask(create, ['external://east']);
    world.control().advance(minute);
    expect((await line.ask('SELECT source_cluster_uri FROM [SHOW VIRTUAL CLUSTER main WITH REPLICATION STATUS]')).rows).toEqual([
      { source_cluster_uri: 'external://east' },
    ]);
    const shown = await line.ask('SHOW EXTERNAL CONNECTIONS');
    expect(shown.rows[0]?.['connection_uri']).toContain(':redacted@');
    expect(await line.refusal('CREATE EXTERNAL CONNECTION east AS $1', ['postgresql://h'])).toMatchObject({ code: '42710' });
  });
});

describe('the replicated time', () => {
  it('moves in steps of ten seconds, five to fifteen behind', async () => {
    const world = await aWorld('26.2');
    const seen = new Set<number>();
    for (let second = 0; second < 60; second += 1) {
      world.control().advance(1000);
      seen.add(replicated(world));
      expect(lag(world)).toBeGreaterThanOrEqual(5000);
      expect(lag(world)).toBeLessThanOrEqual(15_000);
    }
    const steps = [...seen].slice(1).map((time, at) => time - ([...seen][at] ?? 0));
    expect(steps.length).toBeGreaterThanOrEqual(5);
    expect(new Set(steps)).toEqual(new Set([10_000]));
  });

  it('is retained for four hours, or as long as was set', async () => {
    const world = await aWorld('26.2');
    const line = await standbyOf(world);
    world.control().advance(9 * hour);
    const width = async () => {
      const { rows } = await line.ask(
        'SELECT EXTRACT(epoch FROM (replicated_time - retained_time)) AS s FROM [SHOW VIRTUAL CLUSTER main WITH REPLICATION STATUS]',
      );
      return Number(rows[0]?.['s']);
    };
    expect(await width()).toBe(4 * 3600);
    await line.ask(`ALTER VIRTUAL CLUSTER main SET REPLICATION RETENTION = '6h'`);
    expect(await width()).toBe(6 * 3600);
  });
});

describe('pausing and resuming', () => {
  it('a pause takes two seconds, and the lag grows until the stream is resumed', async () => {
    const world = await aWorld('26.2');
    const line = await standbyOf(world);
    await line.ask(pause);
    expect(job(world)?.status).toBe('pause-requested');
    expect(status(world)).toBe('replicating');
    await line.ask(pause);
    expect(world.effects().map(({ changed }) => changed)).toEqual([true, false]);
    world.control().advance(2000);
    expect([status(world), job(world)?.status]).toEqual(['replication paused', 'paused']);
    expect(job(world)?.runningStatus).toContain('ALTER VIRTUAL CLUSTER PAUSE REPLICATION');
    const before = replicated(world);
    world.control().advance(hour);
    expect(replicated(world)).toBe(before);
    await line.ask(resume);
    expect(status(world)).toBe('replication paused');
    world.control().advance(1500);
    expect(status(world)).toBe('replicating');
    world.control().advance(minute);
    expect(replicated(world) - before).toBe(20 * minute);
    world.control().advance(3 * minute);
    expect(lag(world)).toBeLessThanOrEqual(15_000);
  });

  it('a pause during the initial scan holds the scan', async () => {
    const world = await aWorld('26.2', { start: 'initializing' });
    const line = await standbyOf(world);
    await line.ask(pause);
    world.control().advance(hour);
    expect(status(world)).toBe('replication paused');
    await line.ask(resume);
    world.control().advance(1500);
    expect(status(world)).toBe('initializing replication');
    world.control().advance(20_000);
    expect(status(world)).toBe('replicating');
  });

  it.each([
    ['23.2', 72],
    ['26.2', 24],
  ] as const)('%s: paused for more than %i hours, the stream is lost', async (version, hours) => {
    const world = await aWorld(version, { start: 'paused' });
    const line = await standbyOf(world);
    world.control().advance((hours - 1) * hour);
    expect(producer(world)?.status).toBe('running');
    world.control().advance(hour);
    expect(producer(world)?.status).toBe('failed');
    await line.ask(`ALTER VIRTUAL CLUSTER ${vcOf(version)} RESUME REPLICATION`);
    world.control().advance(10_000);
    expect(job(world)?.status).toBe('failed');
    expect((await line.ask(`SELECT error FROM [SHOW JOBS] WHERE job_type = 'REPLICATION STREAM INGESTION'`)).rows[0]?.['error']).toMatch(
      /^replication job \d+ must be running \(is failed\) to/,
    );
    expect(status(world)).toBe('add');
  });

  it('a longer expiration window on the source keeps it alive', async () => {
    const world = await aWorld('26.2', { start: 'paused' });
    await (await aLine(world, 'primary')).ask(`ALTER VIRTUAL CLUSTER main SET REPLICATION SOURCE EXPIRATION WINDOW = '48h'`);
    world.control().advance(47 * hour);
    expect(producer(world)?.status).toBe('running');
    world.control().advance(hour);
    expect(producer(world)?.status).toBe('failed');
  });

  it('by job id is the same', async () => {
    const world = await aWorld('26.2');
    const line = await standbyOf(world);
    await line.ask('PAUSE JOB $1::INT8', [job(world)?.id]);
    world.control().advance(2000);
    expect(status(world)).toBe('replication paused');
    await line.ask(`RESUME JOBS (SELECT job_id FROM [SHOW JOBS] WHERE status = 'paused')`);
    world.control().advance(2000);
    expect(status(world)).toBe('replicating');
  });
});

describe('losing the source', () => {
  it('shows an error after half a minute and pauses itself after about 205 seconds', async () => {
    const world = await aWorld('26.2');
    world.control().linkDown();
    world.control().advance(29_999);
    expect(status(world)).toBe('replicating');
    world.control().advance(1);
    expect(status(world)).toBe('replication error');
    world.control().advance(174_999);
    expect(status(world)).toBe('replication error');
    world.control().advance(1);
    expect(status(world)).toBe('replication paused');
    expect(job(world)?.runningStatus).toMatch(/^ingestion job failed \(.*\) but is being paused$/);
  });

  it('goes on by itself when the link comes back in time', async () => {
    const world = await aWorld('26.2');
    world.control().linkDown();
    world.control().advance(2 * minute);
    world.control().linkUp();
    expect(status(world)).toBe('replicating');
    world.control().advance(minute);
    expect(lag(world)).toBeLessThanOrEqual(15_000);
  });

  it('a source that is dead can still be failed over from', async () => {
    const world = await aWorld('26.2');
    await world.faults.down('primary');
    world.control().advance(10 * minute);
    expect(status(world)).toBe('replication paused');
    const line = await standbyOf(world);
    await line.ask(latest);
    world.control().advance(1500 + 3000 + 15_000);
    expect([status(world), job(world)?.status]).toEqual(['ready', 'succeeded']);
  });

  it('a failover to a time that never arrives waits until LATEST is asked for', async () => {
    const world = await aWorld('26.2');
    const line = await standbyOf(world);
    await line.ask(`ALTER VIRTUAL CLUSTER main COMPLETE REPLICATION TO SYSTEM TIME '+1h'`);
    await world.faults.down('primary');
    world.control().advance(minute);
    expect(status(world)).toBe('replication pending failover');
    world.control().advance(5 * hour);
    expect(status(world)).toBe('replication paused');
    await line.ask(latest);
    world.control().advance(minute);
    expect(status(world)).toBe('ready');
  });
});
