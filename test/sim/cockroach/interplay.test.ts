import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Clock, systemClock } from '../../../src/domain/clock.ts';
import type { SimUser } from '../../../src/sim/cockroach/contract.ts';
import { tinyPace } from '../../../src/sim/cockroach/pace.ts';
import { until } from '../../support/until.ts';
import { aLine, askThrough, aWorld, loginRefusal, stillClock, underWay } from './bed.ts';

const minute = 60_000;
const hour = 60 * minute;
const pause = 'ALTER VIRTUAL CLUSTER main PAUSE REPLICATION';
const resume = 'ALTER VIRTUAL CLUSTER main RESUME REPLICATION';
const latest = 'ALTER VIRTUAL CLUSTER main COMPLETE REPLICATION TO LATEST';
const stopService = 'ALTER VIRTUAL CLUSTER main STOP SERVICE';
const startService = 'ALTER VIRTUAL CLUSTER main START SERVICE SHARED';

describe('what one side does to the other', () => {
  it('a source that is dropped stops the stream: an error, then a pause', async () => {
    const world = await aWorld('26.2');
    const line = await aLine(world, 'primary');
    await askThrough(world, line, stopService, 2000);
    await line.ask('DROP VIRTUAL CLUSTER main');
    world.control().advance(30_000);
    expect(world.vc('standby')?.status).toBe('replication error');
    world.control().advance(175_000);
    expect(world.vc('standby')?.status).toBe('replication paused');
  });

  it('a stream can’t be set up while the link is down', async () => {
    const world = await aWorld('26.2', { start: 'none' });
    world.control().linkDown();
    const line = await aLine(world, 'standby');
    const create = 'CREATE VIRTUAL CLUSTER main FROM REPLICATION OF main ON $1';
    expect((await line.refusal(create, [world.primary.streamUri])).message).toContain('connection refused');
    world.control().linkUp();
    await line.ask(create, [world.primary.streamUri]);
    expect((await line.ask('SHOW VIRTUAL CLUSTER main WITH REPLICATION STATUS')).rows).toMatchObject([
      { status: 'add', ingestion_job_id: null, source_tenant_name: null, retained_time: null },
    ]);
  });

  it('history that began after the divergence does not help a failback', async () => {
    const world = await aWorld('26.2', { start: 'promoted' });
    const line = await aLine(world, 'primary');
    await line.ask('CREATE VIRTUAL CLUSTER copy FROM REPLICATION OF main ON $1', [world.standby.streamUri]);
    world.control().advance(25 * hour);
    const follow = 'ALTER VIRTUAL CLUSTER main START REPLICATION OF main ON $1';
    expect((await line.refusal(follow, [world.standby.streamUri])).message).toMatch(/\(history retained since \d+\.\d{9},0\)$/);
  });

  it('a standby that dies in the middle of a failover goes on with it when it is back', async () => {
    const world = await aWorld('26.2');
    await (await aLine(world, 'standby')).ask(latest);
    world.control().advance(3000 + 5000);
    await world.faults.down('standby');
    world.control().advance(hour);
    await world.faults.up('standby');
    expect(world.vc('standby')?.status).toBe('replication failing over');
    world.control().advance(9999);
    expect(world.vc('standby')?.status).toBe('replication failing over');
    world.control().advance(1);
    expect(world.vc('standby')?.status).toBe('ready');
  });
});

describe('what comes too early', () => {
  it('completing what is on its way to paused', async () => {
    const line = await aLine(await aWorld('26.2'), 'standby');
    await line.ask(pause);
    expect((await line.refusal(latest)).message).toBe('job with state pause-requested cannot be resumed');
  });

  it('failing over to a time before the stream began', async () => {
    const line = await aLine(await aWorld('26.2'), 'standby');
    expect((await line.refusal(`ALTER VIRTUAL CLUSTER main COMPLETE REPLICATION TO SYSTEM TIME '-2h'`)).message).toContain(
      'earliest safe cutover time',
    );
  });

  it('starting a service that is being stopped', async () => {
    const world = await aWorld('26.2');
    const [line, other] = [await aLine(world, 'primary'), await aLine(world, 'primary')];
    const stopped = line.ask(stopService);
    await underWay(world, stopService);
    expect((await other.refusal(startService)).code).toBe('55000');
    world.control().advance(2000);
    await stopped;
  });

  it('connecting to a service that is only starting', async () => {
    const world = await aWorld('26.2', { start: 'promoted' });
    const line = await aLine(world, 'primary');
    const started = line.ask(startService);
    await underWay(world, startService);
    expect(world.vc('primary')?.serviceMode).toBe('shared');
    expect(await loginRefusal(world, 'primary', { vc: 'main' })).toMatchObject({ code: '08000' });
    world.control().advance(2000);
    await started;
    expect((await (await aLine(world, 'primary', { vc: 'main' })).ask('SELECT 1 AS one')).rows).toHaveLength(1);
  });

  it('controlling a job that an admin owns', async () => {
    const users: readonly SimUser[] = [
      { name: 'ops', password: 'a', admin: true },
      { name: 'repl', password: 'b', grants: ['REPLICATIONSOURCE'] },
      { name: 'clerk', password: 'c', roleOptions: ['CONTROLJOB'] },
    ];
    const world = await aWorld('26.2', { users });
    const clerk = await aLine(world, 'standby', { user: 'clerk', password: 'c' });
    const { rows } = await clerk.ask('SELECT job_id, user_name FROM [SHOW JOBS]');
    expect(rows).toMatchObject([{ user_name: 'ops' }]);
    expect((await clerk.refusal(`PAUSE JOB ${rows[0]?.['job_id']}`)).code).toBe('42501');
  });
});

describe('an answer that is on its way when a side goes silent', () => {
  it('is kept until the side speaks again', async () => {
    const world = await aWorld('26.2');
    const line = await aLine(world, 'standby');
    world.faults.add({ match: /PAUSE/, act: { kind: 'slow', ms: 1000 } });
    let answered = false;
    const asked = line.ask(pause).then(() => {
      answered = true;
    });
    await underWay(world, pause);
    await world.faults.down('standby', 'silent');
    world.control().advance(1000);
    await until(() => world.effects().length === 1, 'the statement has taken effect');
    expect(answered).toBe(false);
    await world.faults.up('standby');
    await asked;
  });
});

describe('the replicated time', () => {
  it('never runs backwards and never passes the present, whatever happens to the stream', async () => {
    const move = fc.oneof(
      fc.constantFrom(pause, resume).map((sql) => ({ sql })),
      fc.constantFrom('up' as const, 'down' as const).map((link) => ({ link })),
      fc.constantFrom(1, 999, 7000, 10_000, 300_000).map((ms) => ({ ms })),
    );
    let moved = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(move, { maxLength: 40 }), async (moves) => {
        const world = await aWorld('26.2');
        const line = await aLine(world, 'standby');
        let latestSeen = world.vc('standby')?.replicatedTime ?? 0;
        for (const step of moves) {
          if ('sql' in step) await line.ask(step.sql).catch(() => undefined);
          else if ('link' in step) world.faults.link(step.link);
          else world.control().advance(step.ms);
          const now = world.vc('standby')?.replicatedTime ?? 0;
          expect(now).toBeGreaterThanOrEqual(latestSeen);
          expect(now).toBeLessThan(world.now());
          if (now > latestSeen) moved += 1;
          latestSeen = now;
        }
      }),
      { numRuns: 40 },
    );
    expect(moved).toBeGreaterThan(0);
  }, 180_000);
});

describe('clocks', () => {
  it('one that counts from zero gives the world a present of its own', async () => {
    const fromZero: Clock = { ...stillClock, now: () => 0 };
    const world = await aWorld('26.2', { clock: fromZero });
    expect(world.now()).toBeGreaterThan(Date.UTC(2025, 0, 1));
    expect(world.vc('standby')?.status).toBe('replicating');
  });

  it('the real one, at a tiny pace, takes a stream from nothing to served', async () => {
    const world = await aWorld('26.2', { clock: systemClock, pace: tinyPace, start: 'none' });
    const line = await aLine(world, 'standby');
    const reaches = (status: string) => until(() => world.vc('standby')?.status === status, `the standby is ${status}`);
    await line.ask('CREATE VIRTUAL CLUSTER main FROM REPLICATION OF main ON $1', [world.primary.streamUri]);
    await reaches('replicating');
    await (await aLine(world, 'primary')).ask(stopService);
    const { rows } = await line.ask('SELECT now()::STRING AS now');
    await until(
      () => (world.vc('standby')?.replicatedTime ?? 0) > Date.parse(`${rows[0]?.['now']?.replace(' ', 'T')}:00`),
      'the standby has caught up',
    );
    await line.ask(latest);
    await reaches('ready');
    await line.ask(startService);
    expect((await (await aLine(world, 'standby', { vc: 'main' })).ask('SELECT 1 AS one')).rows).toHaveLength(1);
    expect(world.lost()).toMatchObject({ ms: 0, rows: 0 });
    expect(world.splitBrain()).toEqual([]);
  });
});
