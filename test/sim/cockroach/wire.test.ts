import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { until } from '../../support/until.ts';
import { aClient, aLine, aWorld, loginRefusal, underWay } from './bed.ts';

describe('logging in', () => {
  it.each(['scram', 'cleartext'] as const)('a right password is let in by %s, a wrong one is not', async (auth) => {
    const world = await aWorld('26.2', { auth });
    const line = await aLine(world, 'standby');
    expect((await line.ask('SHOW virtual_cluster_name')).rows).toEqual([{ virtual_cluster_name: 'system' }]);
    expect(await loginRefusal(world, 'standby', { password: 'wrong' })).toMatchObject({ code: '28P01', severity: 'FATAL' });
    expect(await loginRefusal(world, 'standby', { user: 'nobody' })).toMatchObject({ code: '28P01' });
  });

  it('a password of any characters works', async () => {
    const password = `p'"\\ %:@/\u00e9\u{1f511}`;
    const world = await aWorld('26.2', { users: [{ name: 'ops', password, admin: true }] });
    expect((await (await aLine(world, 'primary')).ask('SELECT 1 AS one')).rows).toEqual([{ one: '1' }]);
    expect(world.vc('standby')?.status).toBe('replicating');
  });

  it.each(['main', 'nosuch', 'main-readonly'])('a virtual cluster without service is refused: %s', async (vc) => {
    const world = await aWorld('26.2');
    expect(await loginRefusal(world, 'standby', { vc })).toMatchObject({
      code: '08000',
      severity: 'FATAL',
      message: `service unavailable for target tenant (${vc})`,
    });
  });

  it('without -ccluster the default target is entered, after a wait for its service', async () => {
    const world = await aWorld('26.2');
    const onPrimary = await aLine(world, 'primary', { vc: null });
    expect((await onPrimary.ask('SHOW virtual_cluster_name')).rows).toEqual([{ virtual_cluster_name: 'main' }]);
    const ops = await aLine(world, 'standby');
    await ops.ask(`SET CLUSTER SETTING server.controller.default_target_cluster = 'main'`);
    const refused = loginRefusal(world, 'standby', { vc: null });
    let settled = false;
    void refused.finally(() => {
      settled = true;
    });
    await until(() => {
      world.control().advance(500);
      return settled;
    }, 'the wait for the default virtual cluster is over');
    expect(await refused).toMatchObject({ code: '08000' });
  });

  it('users of the system virtual cluster are not users of the application', async () => {
    const users = [
      { name: 'ops', password: 'a', admin: true, in: 'system' as const },
      { name: 'app', password: 'b', in: 'application' as const },
    ];
    const world = await aWorld('26.2', { users });
    expect(await loginRefusal(world, 'primary', { vc: 'main' })).toMatchObject({ code: '28P01' });
    const app = await aLine(world, 'primary', { vc: 'main', user: 'app', password: 'b' });
    expect((await app.ask('SELECT 1 AS one')).rows).toHaveLength(1);
  });

  it('TLS is verified against the authority made at start', async () => {
    const world = await aWorld('26.2', { tls: true });
    expect(world.primary.ca).toContain('BEGIN CERTIFICATE');
    expect((await (await aLine(world, 'primary')).ask('SELECT 1 AS one')).rows).toEqual([{ one: '1' }]);
    const other = await aWorld('26.2', { tls: true });
    expect(await loginRefusal(world, 'primary', { more: { ssl: { ca: other.primary.ca ?? '' } } })).toHaveProperty('code');
    expect(await loginRefusal(world, 'primary', { more: { ssl: false } })).toMatchObject({ code: '08004' });
  });
});

describe('startup options', () => {
  it('application_name and variables are taken from the startup packet', async () => {
    const world = await aWorld('26.2');
    const line = await aLine(world, 'primary', {
      tag: 'replops/r-1/7',
      more: { options: '-ccluster=system -c sql_safe_updates=on --allow_unsafe_internals=true', statement_timeout: 1234 },
    });
    const shown = async (name: string) => (await line.ask(`SHOW ${name}`)).rows[0]?.[name];
    expect(await shown('application_name')).toBe('replops/r-1/7');
    expect(await shown('sql_safe_updates')).toBe('on');
    expect(await shown('allow_unsafe_internals')).toBe('on');
    expect(await shown('statement_timeout')).toBe('1234');
    await line.ask(`SET application_name = 'other'`);
    expect(world.sessions('primary').map(({ applicationName }) => applicationName)).toEqual(['other']);
  });

  it('an unknown option ends the connection', async () => {
    const world = await aWorld('26.2');
    expect(await loginRefusal(world, 'primary', { more: { options: '-cnosuch=1' } })).toMatchObject({ code: '42704', severity: 'FATAL' });
  });

  it('the server introduces itself', async () => {
    const world = await aWorld('26.2');
    const statuses = new Map<string, string>();
    const client = aClient(world, 'primary');
    const connection: unknown = Reflect.get(client, 'connection');
    // pg tells of ParameterStatus only on its connection, which its types leave out.
    (connection as NodeJS.EventEmitter).on('parameterStatus', (message: { parameterName: string; parameterValue: string }) => {
      statuses.set(message.parameterName, message.parameterValue);
    });
    await client.connect();
    await client.end();
    expect(Object.fromEntries(statuses)).toMatchObject({
      server_version: '13.0.0',
      client_encoding: 'UTF8',
      DateStyle: 'ISO, MDY',
      integer_datetimes: 'on',
      standard_conforming_strings: 'on',
      TimeZone: 'UTC',
    });
  });
});

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

describe('transactions', () => {
  it('begin, fail and end', async () => {
    const line = await aLine(await aWorld('26.2'), 'standby');
    await line.ask('BEGIN');
    expect((await line.refusal('SELECT nosuch()')).code).toBe('42883');
    expect((await line.refusal('SELECT 1')).code).toBe('25P02');
    await line.ask('ROLLBACK');
    expect((await line.ask('SELECT 1 AS one')).rows).toEqual([{ one: '1' }]);
  });

  it.each(['ALTER VIRTUAL CLUSTER main START SERVICE SHARED', 'ALTER VIRTUAL CLUSTER main STOP SERVICE'])('refuse %s', async (sql) => {
    const line = await aLine(await aWorld('26.2'), 'primary');
    await line.ask('BEGIN');
    expect((await line.refusal(sql)).message).toBe('ALTER VIRTUAL CLUSTER SERVICE cannot be used inside a multi-statement transaction');
    await line.ask('ROLLBACK');
    expect((await line.refusal(`SELECT 1; ${sql}`)).message).toContain('multi-statement transaction');
  });

  it('that only read refuse changes', async () => {
    const line = await aLine(await aWorld('26.2'), 'standby');
    await line.ask('SET default_transaction_read_only = on');
    expect(await line.refusal('ALTER VIRTUAL CLUSTER main PAUSE REPLICATION')).toMatchObject({
      code: '25006',
      message: 'cannot execute ALTER VIRTUAL CLUSTER REPLICATION in a read-only transaction',
    });
  });
});

describe('cancelling', () => {
  it('a cancel request stops the statement and leaves the session', async () => {
    const world = await aWorld('26.2');
    const line = await aLine(world, 'standby');
    world.faults.add({ match: /PAUSE/, act: { kind: 'hang' } });
    const sql = 'ALTER VIRTUAL CLUSTER main PAUSE REPLICATION';
    const refused = line.refusal(sql);
    await underWay(world, sql);
    const { processID, secretKey } = line.client as unknown as { processID: number; secretKey: number };
    const request = Buffer.alloc(16);
    for (const [at, value] of [16, 80_877_102, processID, secretKey].entries()) request.writeInt32BE(value, at * 4);
    connect(world.standby.port, world.standby.host).end(request);
    expect(await refused).toMatchObject({ code: '57014' });
    expect((await line.ask('SELECT 1 AS one')).rows).toHaveLength(1);
    expect(world.effects()).toEqual([]);
    expect(world.vc('standby')?.status).toBe('replicating');
  });

  it('CANCEL SESSION ends the other session, and what hung there never happens', async () => {
    const world = await aWorld('26.2');
    const old = await aLine(world, 'standby', { tag: 'replops/r-1/3' });
    const successor = await aLine(world, 'standby', { tag: 'replops/r-1/4' });
    world.faults.add({ tag: /\/3$/, act: { kind: 'hang', ms: 60_000 } });
    const sql = 'ALTER VIRTUAL CLUSTER main COMPLETE REPLICATION TO LATEST';
    const refused = old.refusal(sql);
    await underWay(world, sql);
    const { rows } = await successor.ask(
      `SELECT session_id, application_name, status FROM [SHOW CLUSTER SESSIONS] WHERE application_name LIKE 'replops/r-1/%' ORDER BY application_name`,
    );
    expect(rows.map((row) => [row['application_name'], row['status']])).toEqual([
      ['replops/r-1/3', 'ACTIVE'],
      ['replops/r-1/4', 'ACTIVE'],
    ]);
    await successor.ask(`CANCEL SESSION IF EXISTS '${rows[0]?.['session_id']}'`);
    expect(await refused).toMatchObject({ code: '57014' });
    await until(() => old.farewells.some(({ code }) => code === '57P01'), 'the old session is sent away');
    world.control().advance(120_000);
    expect(world.effects().map(({ kind }) => kind)).toEqual(['cancel-sessions']);
    expect(world.vc('standby')?.status).toBe('replicating');
    await successor.ask(`CANCEL SESSION IF EXISTS '${rows[0]?.['session_id']}'`);
    expect((await successor.refusal(`CANCEL SESSION '${rows[0]?.['session_id']}'`)).message).toContain('not found');
  });

  it('statement_timeout stops a statement that is late', async () => {
    const world = await aWorld('26.2');
    const line = await aLine(world, 'standby');
    await line.ask('SET statement_timeout = 2000');
    world.faults.add({ match: /SELECT 7/, act: { kind: 'slow', ms: 10_000 } });
    const refused = line.refusal('SELECT 7');
    await underWay(world, 'SELECT 7');
    world.control().advance(2000);
    expect(await refused).toMatchObject({ code: '57014', message: 'query execution canceled due to statement timeout' });
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
