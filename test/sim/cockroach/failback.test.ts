import { describe, expect, it } from 'vitest';
import type { SqlWorld } from '../../../src/sim/cockroach/contract.ts';
import { aLine, askThrough, aWorld, type Line } from './bed.ts';

const hour = 3_600_000;
const follow = 'ALTER VIRTUAL CLUSTER main START REPLICATION OF main ON $1';

async function lines(world: SqlWorld): Promise<{ readonly a: Line; readonly b: Line }> {
  return { a: await aLine(world, 'primary'), b: await aLine(world, 'standby') };
}

async function promote(world: SqlWorld, line: Line): Promise<void> {
  await line.ask('ALTER VIRTUAL CLUSTER main COMPLETE REPLICATION TO LATEST');
  world.control().advance(60_000);
  await askThrough(world, line, 'ALTER VIRTUAL CLUSTER main START SERVICE SHARED', 2000);
}

const stop = (world: SqlWorld, line: Line) => askThrough(world, line, 'ALTER VIRTUAL CLUSTER main STOP SERVICE', 2000);

describe.each(['24.1', '24.3', '25.1', '25.2', '26.2'] as const)('fast failback on %s', (version) => {
  it('the old primary rewinds, follows, and takes over again without loss; then protection is restored', async () => {
    const world = await aWorld(version);
    const { a, b } = await lines(world);
    await stop(world, a);
    world.control().advance(30_000);
    await promote(world, b);
    expect(world.lost()).toMatchObject({ side: 'standby', ms: 0, rows: 0 });

    await a.ask(follow, [world.standby.streamUri]);
    world.control().advance(1500);
    expect(world.vc('primary')?.status).toBe('initializing replication');
    world.control().advance(2 * 60_000);
    expect(world.vc('primary')?.status).toBe('replicating');

    await stop(world, b);
    world.control().advance(30_000);
    await promote(world, a);
    expect(world.lost()).toMatchObject({ side: 'primary', ms: 0, rows: 0 });

    await b.ask(follow, [world.primary.streamUri]);
    world.control().advance(5 * 60_000);
    expect(world.vc('standby')?.status).toBe('replicating');
    expect(world.splitBrain()).toEqual([]);
    expect(world.writable()).toEqual({ primary: true, standby: false });
  });

  it('after 24 hours the history is gone', async () => {
    const world = await aWorld(version, { start: 'promoted' });
    const { a } = await lines(world);
    world.control().advance(25 * hour);
    expect((await a.refusal(follow, [world.standby.streamUri])).message).toMatch(
      /^cannot resume replication into tenant "main" by reverting to \d+\.\d{9},0 \(no history is retained by \d+ producer jobs\)$/,
    );
    expect(world.vc('primary')).toMatchObject({ status: 'ready', serviceMode: 'none' });
  });

  it('a stranger is no source', async () => {
    const world = await aWorld(version, { start: 'promoted' });
    const { a, b } = await lines(world);
    await stop(world, b);
    await b.ask('DROP VIRTUAL CLUSTER main');
    await b.ask('CREATE VIRTUAL CLUSTER main FROM REPLICATION OF main ON $1', [world.primary.streamUri]);
    world.control().advance(10 * 60_000);
    await promote(world, b);
    await a.ask('ALTER VIRTUAL CLUSTER main RENAME TO old');
    await b.ask('SELECT 1');
    const strange = `ALTER VIRTUAL CLUSTER old START REPLICATION OF system ON $1`;
    expect((await a.refusal(strange, [world.standby.streamUri])).message).toContain(
      'cannot reconfigure existing tenant to replicate from specified source',
    );
  });

  it('writes that the old primary took after the failover are discarded, and counted', async () => {
    const world = await aWorld(version, { writesPerSecond: 10 });
    const { a, b } = await lines(world);
    await promote(world, b);
    const lost = world.lost();
    expect(lost?.side).toBe('standby');
    expect(lost?.ms).toBeGreaterThan(60_000);
    expect(lost?.rows).toBe(Math.ceil((lost?.ms ?? 0) / 100));
    expect(world.splitBrain()).toHaveLength(1);
    await stop(world, a);
    const final = world.lost();
    world.control().advance(hour);
    expect(world.lost()).toEqual(final);
    const print = async (line: Line, at: string) =>
      (await line.ask(`SELECT fingerprint FROM [SHOW EXPERIMENTAL_FINGERPRINTS FROM VIRTUAL CLUSTER main] AS OF SYSTEM TIME '${at}'`))
        .rows[0]?.['fingerprint'];
    expect(await print(a, '-1s')).not.toBe(await print(b, '-1s'));
    await a.ask(follow, [world.standby.streamUri]);
    world.control().advance(10 * 60_000);
    const { rows } = await a.ask('SELECT replicated_time::STRING AS at FROM [SHOW VIRTUAL CLUSTER main WITH REPLICATION STATUS]');
    expect(await print(a, rows[0]?.['at'] ?? '')).toBe(await print(b, rows[0]?.['at'] ?? ''));
  });
});

describe('failback on 23.2', () => {
  it('is a drop and a full copy', async () => {
    const world = await aWorld('23.2', { start: 'promoted' });
    const { a } = await lines(world);
    await a.ask('DROP VIRTUAL CLUSTER application');
    await a.ask('CREATE VIRTUAL CLUSTER application LIKE template FROM REPLICATION OF application ON $1', [world.standby.streamUri]);
    world.control().advance(60_000);
    expect(world.vc('primary')).toMatchObject({ id: 4, status: 'replicating' });
  });
});
