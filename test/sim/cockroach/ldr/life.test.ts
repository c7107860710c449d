import { describe, expect, it } from 'vitest';
import { aLine } from '../bed.ts';
import { anLdrWorld, items, orders, streamOf } from './ldr-bed.ts';

const hour = 3_600_000;

describe('a stream into existing tables', () => {
  it('scans, then follows, and its replicated time is in whole seconds', async () => {
    const world = await anLdrWorld('26.2', { start: 'none' });
    const line = await aLine(world, 'standby');
    const { columns, rows } = await line.ask(streamOf(orders, items));
    expect(columns).toEqual([['job_id', 20]]);
    const id = rows[0]?.['job_id'];
    expect((await line.ask(`SHOW LOGICAL REPLICATION JOBS`)).rows).toEqual([
      { job_id: id, status: 'running', tables: `{${orders},${items}}`, replicated_time: null },
    ]);
    world.control().advance(10_000);
    const [scanning] = (await line.ask(`SELECT fraction_completed AS f FROM [SHOW JOBS] WHERE job_type = 'LOGICAL REPLICATION'`)).rows;
    expect(Number(scanning?.['f'])).toBeGreaterThan(0.4);
    expect(world.tables('standby').map(({ rows: count }) => count)).toEqual([0, 0]);
    world.control().advance(30_000);
    const [job] = (await line.ask('SHOW LOGICAL REPLICATION JOBS')).rows;
    expect(job?.['replicated_time']).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\+00$/);
    expect(world.now() - (world.ldrJobs('standby')[0]?.replicatedTime ?? 0)).toBeLessThan(10_000);
    expect(world.tables('standby')).toMatchObject([
      { name: orders, rows: 1000, locked: true },
      { name: items, rows: 1000 },
    ]);
    expect(world.tables('standby').map(({ fingerprint }) => fingerprint)).toEqual(
      world.tables('primary').map(({ fingerprint }) => fingerprint),
    );
    expect((await (await aLine(world, 'primary')).ask('SHOW JOBS')).rows).toMatchObject([
      {
        job_type: 'REPLICATION STREAM PRODUCER',
        description: expect.stringContaining('History Retention for Logical Replication'),
        status: 'running',
      },
    ]);
    expect(world.effects().map(({ kind, side }) => [kind, side])).toEqual([['create-logical-replication-stream', 'standby']]);
  });

  it('carries rows over as they are written, and falls behind while it is paused', async () => {
    const world = await anLdrWorld('26.2');
    world.ldr.write('primary', orders, 5);
    expect(world.tables('standby')[0]?.rows).toBe(1000);
    world.control().advance(10_000);
    expect(world.tables('standby')[0]?.rows).toBe(1005);
    const line = await aLine(world, 'standby');
    const id = world.ldrJobs('standby')[0]?.id;
    await line.ask(`PAUSE JOB ${id}`);
    expect(world.ldrJobs('standby')[0]?.status).toBe('pause-requested');
    expect((await line.refusal(`RESUME JOB ${id}`)).message).toBe('job with state pause-requested cannot be resumed');
    world.control().advance(3000);
    world.ldr.write('primary', orders, 7);
    world.control().advance(hour);
    expect(world.tables('standby')[0]?.rows).toBe(1005);
    await line.ask(`RESUME JOB ${id}`);
    world.control().advance(10 * 60_000);
    expect(world.tables('standby')[0]?.rows).toBe(1012);
  });

  it('is lost when it was paused for a day', async () => {
    const world = await anLdrWorld('26.2');
    const line = await aLine(world, 'standby');
    const id = world.ldrJobs('standby')[0]?.id;
    await line.ask(`PAUSE JOB ${id}`);
    world.control().advance(23 * hour);
    expect(world.ldrJobs('standby')[0]?.producer.status).toBe('running');
    world.control().advance(2 * hour);
    expect(world.ldrJobs('standby')[0]).toMatchObject({ status: 'paused', producer: { status: 'failed' } });
    await line.ask(`RESUME JOB ${id}`);
    world.control().advance(10_000);
    expect((await line.ask(`SELECT status, error FROM [SHOW JOB ${id}]`)).rows).toEqual([
      { status: 'failed', error: 'history retention job is no longer active' },
    ]);
    expect(world.tables('standby')[0]?.locked).toBe(false);
  });

  it('a cancelled one stays listed, frees its tables and lets its history go', async () => {
    const world = await anLdrWorld('26.2');
    const line = await aLine(world, 'standby');
    const id = world.ldrJobs('standby')[0]?.id;
    expect((await line.refusal(`DROP TABLE ${orders}`)).message).toBe(
      'this schema change is disallowed on table orders because it is referenced by one or more logical replication jobs',
    );
    expect((await line.refusal(`TRUNCATE ${orders}`)).code).toBe('XXUUU');
    await line.ask(`CANCEL JOB ${id}`);
    world.control().advance(60_000);
    expect((await line.ask('SHOW LOGICAL REPLICATION JOBS')).rows).toMatchObject([{ job_id: id, status: 'canceled' }]);
    expect(world.ldrJobs('standby')[0]?.producer.status).toBe('failed');
    expect((await line.refusal(`PAUSE JOB ${id}`)).message).toBe('job with state canceled cannot be requested to be paused');
    await line.ask(`TRUNCATE ${orders}`);
    expect(world.tables('standby')[0]).toMatchObject({ rows: 0, dlq: 0 });
    await line.ask(`DROP TABLE ${orders}`);
    expect(world.tables('standby').map(({ name }) => name)).toEqual([items]);
    expect((await line.refusal(`SHOW CREATE TABLE ${orders}`)).code).toBe('42P01');
  });

  it('pauses itself when its source stays away, or goes on trying', async () => {
    for (const [onOutage, status] of [
      ['pause', 'paused'],
      ['retry', 'running'],
    ] as const) {
      const world = await anLdrWorld('26.2', { onOutage });
      world.ldr.rate('primary', orders, 10);
      await world.faults.down('primary');
      world.control().advance(60_000);
      expect(world.ldrJobs('standby')[0]?.status).toBe('running');
      world.control().advance(hour);
      expect(world.ldrJobs('standby')[0]?.status).toBe(status);
      await world.faults.up('primary');
      if (status === 'paused') {
        const line = await aLine(world, 'standby');
        expect(
          (await line.ask(`SELECT running_status AS s FROM [SHOW JOBS] WHERE job_type = 'LOGICAL REPLICATION'`)).rows[0]?.['s'],
        ).toMatch(/^pausing after error: /);
        await line.ask(`RESUME JOB ${world.ldrJobs('standby')[0]?.id}`);
      }
      world.control().advance(hour);
      world.ldr.rate('primary', orders, 0);
      world.control().advance(60_000);
      expect(world.tables('standby')[0]?.rows).toBe(world.tables('primary')[0]?.rows);
      expect(world.tables('standby')[0]?.rows).toBeLessThan(1000 + 10 * 3800);
    }
  });
});

describe('tables that replication makes', () => {
  const make = (direction: string): string =>
    `CREATE LOGICALLY REPLICATED TABLE ${orders} FROM TABLE ${orders} ON 'external://to_east' WITH ${direction}`;
  const bare = { start: 'none', tables: [{ name: orders, sides: ['primary'] }, { name: items }] } as const;

  it('are not there until the scan has ended', async () => {
    const world = await anLdrWorld('26.2', bare);
    const line = await aLine(world, 'standby');
    await line.ask(make('UNIDIRECTIONAL'));
    expect(world.tables('standby').find(({ name }) => name === orders)).toMatchObject({ offline: true, rows: 0 });
    expect((await line.refusal(`SELECT count(*) FROM ${orders}`)).code).toBe('55000');
    const listed = `SELECT table_name FROM "shop".information_schema.tables WHERE table_schema = 'public'`;
    expect((await line.ask(listed)).rows).toEqual([{ table_name: 'items' }]);
    world.control().advance(40_000);
    expect((await line.ask(`SELECT count(*) AS n FROM ${orders}`)).rows).toEqual([{ n: '1000' }]);
    expect((await line.refusal(make('UNIDIRECTIONAL'))).message).toBe(`destination table ${orders} already exists`);
  });

  it('go when their scan is cancelled', async () => {
    const world = await anLdrWorld('26.2', bare);
    const line = await aLine(world, 'standby');
    const { rows } = await line.ask(make('UNIDIRECTIONAL'));
    await line.ask(`CANCEL JOB ${rows[0]?.['job_id']}`);
    world.control().advance(10_000);
    expect(world.tables('standby').map(({ name }) => name)).toEqual([items]);
  });

  it('of a bidirectional one are followed back once they are there', async () => {
    // The way back is its runner's own.
    const world = await anLdrWorld('26.2', { ...bare, users: [{ name: 'ops', password: 'ops-secret', admin: true }] });
    const line = await aLine(world, 'standby');
    await line.ask(make(`BIDIRECTIONAL ON 'external://to_west'`));
    const parent = world.ldrJobs('standby')[0]?.id;
    expect(world.ldrJobs('primary')).toEqual([]);
    world.control().advance(60_000);
    expect(world.ldrJobs('primary')).toMatchObject([{ status: 'running', parent, tables: [orders] }]);
    const { rows } = await (await aLine(world, 'primary')).ask('SHOW LOGICAL REPLICATION JOBS WITH DETAILS');
    expect(rows[0]?.['command']).toBe(
      `CREATE LOGICAL REPLICATION STREAM FROM TABLE ${orders} ON 'external://to_west' INTO TABLE ${orders} WITH OPTIONS (CURSOR = $1, PARENT = '${parent}')`,
    );
    world.ldr.write('standby', orders, 3);
    world.ldr.write('primary', orders, 4);
    world.control().advance(20_000);
    const [west, east] = (['standby', 'primary'] as const).map((side) => world.tables(side).find(({ name }) => name === orders));
    expect(west).toMatchObject({ rows: 1007, fingerprint: east?.fingerprint });
    expect(east?.rows).toBe(1007);
  });
});

describe('a change of a table by hand', () => {
  const change = { checks: [{ name: 'positive', expression: 'amount > 0' }] };

  it.each(['primary', 'standby'] as const)('is refused on the %s while a job uses the table, unless it is forced', async (side) => {
    const world = await anLdrWorld('26.2');
    const before = world.holdings();
    expect(() => world.ldr.change(side, orders, change)).toThrow(
      'this schema change is disallowed on table orders because it is referenced by one or more logical replication jobs',
    );
    expect(world.holdings()).toEqual(before);
    world.ldr.change(side, orders, change, { force: true });
    expect(world.holdings()).not.toEqual(before);
  });

  it('is made once the job is over, and not while it ends', async () => {
    const world = await anLdrWorld('26.2');
    await (await aLine(world, 'standby')).ask(`CANCEL JOB ${world.ldrJobs('standby')[0]?.id}`);
    expect(() => world.ldr.change('primary', orders, change)).toThrow(/disallowed/);
    world.control().advance(10_000);
    world.ldr.change('primary', orders, change);
    world.ldr.change('standby', orders, change);
  });
});

describe('emptying a table that replicates', () => {
  it.each([
    ['24.3', false],
    ['25.3', false],
    ['25.4', true],
    ['26.1', true],
  ] as const)('%s refuses: %s', async (version, refused) => {
    const world = await anLdrWorld(version);
    const line = await aLine(world, 'standby');
    if (refused) expect((await line.refusal(`TRUNCATE ${orders}`)).code).toBe('XXUUU');
    else await line.ask(`TRUNCATE ${orders}`);
    expect(world.tables('standby').find(({ name }) => name === orders)?.rows === 0).toBe(!refused);
  });
});

describe('what a stream has copied', () => {
  it('stays when its source is emptied after the end, and can be copied back', async () => {
    const world = await anLdrWorld('26.2', { users: [{ name: 'ops', password: 'pw', admin: true }] });
    world.ldr.rate('primary', orders, 2);
    world.control().advance(60_000);
    world.ldr.rate('primary', orders, 0);
    world.control().advance(20_000);
    const [west, east] = [await aLine(world, 'standby'), await aLine(world, 'primary')];
    await west.ask(`CANCEL JOB ${world.ldrJobs('standby')[0]?.id}`);
    world.control().advance(60_000);
    world.ldr.write('standby', orders, 5);
    const at = (side: 'primary' | 'standby') => world.tables(side).find(({ name }) => name === orders);
    const before = at('standby');
    expect(before?.rows).toBe(1125);
    await east.ask(`TRUNCATE ${orders}`);
    world.ldr.write('primary', orders, 7);
    expect(at('standby')).toEqual(before);
    expect(at('primary')?.rows).toBe(7);
    await east.ask(`TRUNCATE ${orders}`);
    await east.ask(`CREATE LOGICAL REPLICATION STREAM FROM TABLE ${orders} ON 'external://to_west' INTO TABLE ${orders}`);
    world.control().advance(60_000);
    expect(at('primary')).toMatchObject({ rows: 1125, fingerprint: before?.fingerprint });
  });

  it('lacks the rows that could not be applied, and so does what is copied from it', async () => {
    const world = await anLdrWorld('26.2', { users: [{ name: 'ops', password: 'pw', admin: true }] });
    const at = (side: 'primary' | 'standby') => world.tables(side).find(({ name }) => name === orders);
    world.ldr.write('primary', orders, 4);
    world.ldr.conflict('standby', orders, 4);
    world.control().advance(70_000);
    expect([at('primary')?.rows, at('standby')]).toEqual([1004, expect.objectContaining({ rows: 1000, dlq: 4 })]);
    world.ldr.conflict('standby', orders, 2);
    world.ldr.write('primary', orders, 3);
    world.control().advance(10_000);
    expect([at('primary')?.rows, at('standby')?.rows]).toEqual([1007, 1001]);
    expect(at('primary')?.fingerprint).not.toBe(at('standby')?.fingerprint);
    const [west, east] = [await aLine(world, 'standby'), await aLine(world, 'primary')];
    await west.ask(`CANCEL JOB ${world.ldrJobs('standby')[0]?.id}`);
    world.control().advance(60_000);
    await east.ask(`TRUNCATE ${orders}`);
    await east.ask(`CREATE LOGICAL REPLICATION STREAM FROM TABLE ${orders} ON 'external://to_west' INTO TABLE ${orders}`);
    world.control().advance(60_000);
    expect(at('primary')).toMatchObject({ rows: 1001, fingerprint: at('standby')?.fingerprint });
    // There are no more rows to go astray than come.
    world.ldr.conflict('primary', orders, 2000);
    expect(at('primary')?.rows).toBe(0);
  });
});

describe('when a row was written', () => {
  const newest = `SELECT max(crdb_internal_mvcc_timestamp) AS newest, count(*) AS n FROM ${orders}`;
  const local = `${newest} WHERE crdb_internal_origin_timestamp IS NULL`;

  const hlcAt = (ms: number): string => `${Math.round(ms * 1000)}000.0000000000`;

  it('is told by two columns that a star leaves out: on this cluster, and where a stream brought it from', async () => {
    const world = await anLdrWorld('26.2');
    const [west, east] = [await aLine(world, 'standby'), await aLine(world, 'primary')];
    world.control().advance(10_000);
    const writtenAt = world.now();
    world.ldr.write('primary', orders, 3);
    world.control().advance(10_000);
    expect((await west.ask(local)).rows).toEqual([{ newest: null, n: '0' }]);
    const [copied] = (await west.ask(`SELECT max(crdb_internal_origin_timestamp) AS at, count(*) AS n FROM ${orders}`)).rows;
    expect(copied).toEqual({ at: hlcAt(writtenAt), n: '1003' });
    expect((await east.ask(local)).rows).toEqual([{ newest: copied?.['at'], n: '1003' }]);
    world.ldr.write('standby', orders, 2);
    expect((await west.ask(local)).rows).toEqual([{ newest: hlcAt(world.now()), n: '2' }]);
    expect((await west.ask(`SELECT * FROM ${orders} LIMIT 1`)).columns).toEqual([]);
  });

  it('follows clients that write all the time, up to the moment that is asked for', async () => {
    const world = await anLdrWorld('26.2');
    const east = await aLine(world, 'primary');
    const from = world.now();
    world.ldr.rate('primary', orders, 1);
    world.control().advance(30_500);
    expect((await east.ask(local)).rows).toEqual([{ newest: hlcAt(from + 30_000), n: '1030' }]);
    expect((await east.ask(newest.replace(orders, `${orders} AS OF SYSTEM TIME '-10s'`))).rows).toEqual([
      { newest: hlcAt(from + 20_000), n: '1020' },
    ]);
  });
});

describe('a world’s start', () => {
  it.each([
    ['24.3', 'bidirectional'],
    ['25.1', 'bidirectional'],
    ['25.2', 'bidirectional'],
    ['26.2', 'unidirectional'],
  ] as const)('%s %s is replicating, and the same on both sides', async (version, direction) => {
    const world = await anLdrWorld(version, { direction });
    expect(world.ldrJobs('standby').map(({ status, replicatedTime }) => [status, replicatedTime !== null])).toEqual([['running', true]]);
    expect(world.ldrJobs('primary')).toHaveLength(direction === 'bidirectional' ? 1 : 0);
    expect(world.tables('primary').map(({ fingerprint, rows }) => [fingerprint, rows])).toEqual(
      world.tables('standby').map(({ fingerprint, rows }) => [fingerprint, rows]),
    );
  });

  it('may be paused or scanning, and in a virtual cluster', async () => {
    expect((await anLdrWorld('26.2', { start: 'paused' })).ldrJobs('standby')).toMatchObject([{ status: 'paused' }]);
    const world = await anLdrWorld('26.2', { start: 'scanning', interface: 'main' });
    expect(world.ldrJobs('standby')).toMatchObject([{ status: 'running', scanning: true, replicatedTime: null }]);
    const main = await aLine(world, 'standby', { vc: 'main' });
    expect((await main.ask('SHOW LOGICAL REPLICATION JOBS')).rows).toHaveLength(1);
    expect((await main.ask('SHOW JOBS')).rows).toHaveLength(1);
    expect((await (await aLine(world, 'standby')).ask('SHOW LOGICAL REPLICATION JOBS')).rows).toEqual([]);
    await main.ask(`PAUSE JOB ${world.ldrJobs('standby')[0]?.id}`);
  });
});
