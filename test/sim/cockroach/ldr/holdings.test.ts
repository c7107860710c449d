import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../../../src/domain/json.ts';
import { aLine } from '../bed.ts';
import { anLdrWorld, items, orders, streamOf } from './ldr-bed.ts';

const admin = { users: [{ name: 'ops', password: 'ops-secret', admin: true }] } as const;

describe('what two clusters hold', () => {
  it('is the same however much time passes, and whatever applications write all the time', async () => {
    const world = await anLdrWorld('26.2');
    world.ldr.rate('primary', orders, 5);
    const before = world.holdings();
    world.control().advance(60_000);
    expect(world.holdings()).toEqual(before);
    expect(canonicalJson(JSON.parse(JSON.stringify(before)))).toBe(canonicalJson(before));
  });

  it.each([
    ['a setting', 'SET CLUSTER SETTING kv.rangefeed.enabled = false'],
    ['a user', "CREATE USER somebody WITH PASSWORD 'x'"],
    ['a password', "ALTER USER ops WITH PASSWORD 'y'"],
    ['a privilege of the whole cluster', 'GRANT SYSTEM REPLICATIONDEST TO ops'],
    ['a privilege on a table', `GRANT REPLICATIONSOURCE ON TABLE ${orders} TO repl`],
    ['a connection', "CREATE EXTERNAL CONNECTION more AS 'postgresql://u:p@127.0.0.1:1/defaultdb'"],
    ['what a connection leads to', "ALTER EXTERNAL CONNECTION to_east AS 'postgresql://u:p@127.0.0.1:1/defaultdb'"],
    ['a storage parameter', `ALTER TABLE ${orders} SET (ttl_expire_after = '1 day')`],
    ['rows', `TRUNCATE TABLE ${orders}`],
    ['a table', `DROP TABLE ${items}`],
  ])('is another one by %s', async (_, statement) => {
    const users = [...admin.users, { name: 'repl', password: 'repl-secret' }];
    const tables = [orders, items].map((name) => ({ name, rows: { primary: 10, standby: 10 } }));
    const world = await anLdrWorld('26.2', { users, start: 'none', tables });
    const before = world.holdings();
    await (await aLine(world, 'standby')).ask(statement);
    expect(world.effects().map(({ changed }) => changed)).toEqual([true]);
    expect(world.holdings()).not.toEqual(before);
  });

  it('is another one while a stream is paused, and the same once it has gone on', async () => {
    const world = await anLdrWorld('26.2', admin);
    const line = await aLine(world, 'standby');
    const before = world.holdings();
    const id = world.ldrJobs('standby')[0]?.id;
    await line.ask(`PAUSE JOB ${id}`);
    world.control().advance(10_000);
    expect(world.holdings()).not.toEqual(before);
    await line.ask(`RESUME JOB ${id}`);
    world.control().advance(60_000);
    expect(world.holdings()).toEqual(before);
  });
});

describe('a table that is copied anew', () => {
  it('holds what its source holds, and not what its source could not apply', async () => {
    const world = await anLdrWorld('26.2', { ...admin, direction: 'bidirectional' });
    world.ldr.write('standby', orders, 10);
    world.control().advance(10_000);
    world.ldr.conflict('primary', orders, 4);
    world.control().advance(70_000);
    expect(world.tables('primary')[0]).toMatchObject({ rows: 1006, dlq: 4 });
    const line = await aLine(world, 'standby');
    for (const side of ['primary', 'standby'] as const)
      for (const { id } of world.ldrJobs(side)) await (await aLine(world, side)).ask(`CANCEL JOB ${id}`);
    world.control().advance(10_000);
    expect(world.tables('standby')[0]).toMatchObject({ rows: 1010 });
    await line.ask(`TRUNCATE TABLE ${orders}, ${items}`);
    await line.ask(streamOf(orders, items));
    world.control().advance(60_000);
    expect(world.tables('standby').map(({ rows, fingerprint }) => [rows, fingerprint])).toEqual(
      world.tables('primary').map(({ rows, fingerprint }) => [rows, fingerprint]),
    );
    expect(world.tables('standby').map(({ rows }) => rows)).toEqual([1006, 1000]);
  });
});

describe('writes of clients everywhere', () => {
  it('are not gone where a stream brings them to the other side too', async () => {
    const world = await anLdrWorld('26.2', { direction: 'bidirectional' });
    const gone = world.ldr.writeAll();
    world.control().advance(60_000);
    expect(gone()).toEqual([]);
    expect(world.tables('standby').map(({ rows }) => rows)).toEqual([1002, 1002]);
    expect(world.tables('primary').map(({ fingerprint }) => fingerprint)).toEqual(
      world.tables('standby').map(({ fingerprint }) => fingerprint),
    );
  });

  it('are gone where their table was emptied or dropped, and there only', async () => {
    const tables = [orders, items].map((name) => ({ name, rows: { primary: 10, standby: 10 } }));
    const world = await anLdrWorld('26.2', { ...admin, start: 'none', tables });
    const gone = world.ldr.writeAll();
    const line = await aLine(world, 'standby');
    await line.ask(`TRUNCATE TABLE ${orders}`);
    await line.ask(`DROP TABLE ${items}`);
    expect(gone()).toEqual(
      [orders, items].flatMap((name) => [
        `the row that was inserted into ${name} on sql-west`,
        `what was written over a row of ${name} on sql-west`,
      ]),
    );
  });

  it('reach neither a side that is dead nor a table that a scan is still making', async () => {
    const world = await anLdrWorld('26.2', { start: 'scanning' });
    await world.faults.down('primary');
    const before = world.holdings();
    expect(world.ldr.writeAll()()).toEqual([]);
    expect(world.holdings()).toEqual(before);
  });

  it('over rows that are there change their content and times, not their number, and arrive with the time of their origin', async () => {
    const world = await anLdrWorld('26.2', admin);
    const [before] = world.tables('primary');
    const writes = `SELECT count(*) AS n FROM ${orders} WHERE crdb_internal_origin_timestamp IS NULL`;
    world.ldr.update('standby', orders, 3);
    expect((await (await aLine(world, 'standby')).ask(writes)).rows).toEqual([{ n: '3' }]);
    const times = `SELECT min(crdb_internal_mvcc_timestamp) AS oldest, max(crdb_internal_mvcc_timestamp) AS newest FROM ${orders}`;
    const line = await aLine(world, 'primary');
    const [old] = (await line.ask(times)).rows;
    world.control().advance(1_000);
    world.ldr.update('primary', orders, 2);
    const [now] = (await line.ask(times)).rows;
    expect([now?.['oldest'], now?.['newest'] === old?.['newest']]).toEqual([old?.['oldest'], false]);
    expect(world.tables('primary')[0]).toMatchObject({ rows: before?.rows });
    expect(world.tables('primary')[0]?.fingerprint).not.toBe(before?.fingerprint);
    world.control().advance(60_000);
    expect(world.tables('standby')[0]).toMatchObject({ rows: before?.rows });
    expect((await (await aLine(world, 'standby')).ask(writes)).rows).toEqual([{ n: '3' }]);
  });
});
