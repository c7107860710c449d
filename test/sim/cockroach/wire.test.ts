import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { aLine, aWorld } from './bed.ts';

describe('statements on the wire', () => {
  it('types have their object ids', async () => {
    const line = await aLine(await aWorld('26.2'), 'standby');
    const { columns, rows } = await line.ask(
      `SELECT 1 AS a, 'x' AS b, true AS c, 1.5 AS d, now() AS e, now() - now() AS f, EXTRACT(epoch FROM now()) AS g, 1::FLOAT8 AS h`,
    );
    expect(columns).toEqual([
      ['a', 20],
      ['b', 25],
      ['c', 16],
      ['d', 1700],
      ['e', 1184],
      ['f', 1186],
      ['g', 701],
      ['h', 701],
    ]);
    expect(rows[0]).toMatchObject({ a: '1', b: 'x', c: 't', d: '1.5', e: '2026-06-01 10:00:00.000417+00', f: '00:00:00' });
  });

  it('parameters are bound, quotes and all', async () => {
    const line = await aLine(await aWorld('26.2'), 'standby');
    const hostile = `'; DROP VIRTUAL CLUSTER main; --"\n\u2603`;
    expect((await line.ask('SELECT $1 AS a, $2::INT8 + 1 AS b, $3 AS c', [hostile, 41, null])).rows).toEqual([
      { a: hostile, b: '42', c: null },
    ]);
  });

  it('a named statement is parsed once and run often', async () => {
    const line = await aLine(await aWorld('26.2'), 'standby');
    const query = { name: 'one', text: 'SELECT $1::INT8 AS n', values: ['1'] };
    expect((await line.client.query(query)).rows).toEqual([{ n: '1' }]);
    expect((await line.client.query({ ...query, values: ['2'] })).rows).toEqual([{ n: '2' }]);
  });

  it('several statements in one message give several results', async () => {
    const line = await aLine(await aWorld('26.2'), 'standby');
    const results: unknown = await line.client.query(`SELECT 1 AS a; SHOW application_name;`);
    expect(results).toMatchObject([{ rows: [{ a: '1' }] }, { rows: [{ application_name: 'test' }] }]);
  });

  it('an error carries SQLSTATE, detail and hint, and the session lives on', async () => {
    const line = await aLine(await aWorld('26.2'), 'standby');
    for (const values of [undefined, ['x']]) {
      expect(await line.refusal(`ALTER VIRTUAL CLUSTER main-readonly PAUSE${values === undefined ? '' : ' $1'}`, values)).toMatchObject({
        code: '42601',
        message: 'at or near "-": syntax error',
        hint: 'try \\h ALTER VIRTUAL CLUSTER',
        detail: expect.stringContaining('^'),
      });
      expect((await line.ask('SELECT 1 AS one', values === undefined ? undefined : [])).rows).toEqual([{ one: '1' }]);
    }
  });

  it('a wrong number of parameters is refused', async () => {
    const line = await aLine(await aWorld('26.2'), 'standby');
    expect(await line.refusal('SELECT $1', ['a', 'b'])).toMatchObject({ code: '08P01' });
    expect(await line.refusal('SELECT $1')).toMatchObject({ code: '42P02' });
  });

  it('an empty message has an empty answer', async () => {
    const line = await aLine(await aWorld('26.2'), 'standby');
    expect((await line.ask(' ; ')).rows).toEqual([]);
  });

  it('command tags are the product’s', async () => {
    const line = await aLine(await aWorld('26.2'), 'standby');
    const tagOf = (sql: string) =>
      new Promise<string>((resolve, reject) => {
        const connection: unknown = Reflect.get(line.client, 'connection');
        (connection as NodeJS.EventEmitter).once('commandComplete', (message: { text: string }) => resolve(message.text));
        line.ask(sql).catch(reject);
      });
    expect(await tagOf('SHOW VIRTUAL CLUSTERS')).toBe('SHOW VIRTUAL CLUSTER 2');
    expect(await tagOf('SHOW JOBS')).toBe('SHOW JOBS 1');
    expect(await tagOf('SHOW CLUSTER SETTING version')).toBe('SHOW');
    expect(await tagOf('SELECT 1')).toBe('SELECT 1');
    expect(await tagOf('SET application_name = x')).toBe('SET');
    expect(await tagOf('ALTER VIRTUAL CLUSTER main PAUSE REPLICATION')).toBe('ALTER VIRTUAL CLUSTER REPLICATION 0');
  });
});

describe('bytes that are no protocol', () => {
  it.each([
    ['HTTP', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    ['a negative length', Buffer.from([0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0])],
    ['an unknown version', Buffer.from([0, 0, 0, 8, 0, 9, 0, 0])],
  ])('%s ends that connection only', async (_, bytes) => {
    const world = await aWorld('26.2');
    const socket = connect(world.primary.port, world.primary.host);
    socket.on('error', () => undefined);
    socket.resume();
    const closed = new Promise((resolve) => socket.on('close', resolve));
    socket.write(bytes);
    await closed;
    expect((await (await aLine(world, 'primary')).ask('SELECT 1 AS one')).rows).toHaveLength(1);
  });
});
