import { describe, expect, it } from 'vitest';
import { until } from '../../support/until.ts';
import { aClient, aLine, aWorld, loginRefusal } from './bed.ts';

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

  it('what is set for a user counts unless the packet says otherwise', async () => {
    const defaults = { sql_safe_updates: 'on', statement_timeout: '5s' };
    const world = await aWorld('26.2', { users: [{ name: 'ops', password: 'a', admin: true, defaults }] });
    const plain = await aLine(world, 'primary');
    const own = await aLine(world, 'primary', { more: { options: '-ccluster=system -csql_safe_updates=off' } });
    expect((await plain.ask('SHOW sql_safe_updates')).rows).toEqual([{ sql_safe_updates: 'on' }]);
    expect((await plain.ask('SHOW statement_timeout')).rows).toEqual([{ statement_timeout: '5000' }]);
    expect((await own.ask('SHOW sql_safe_updates')).rows).toEqual([{ sql_safe_updates: 'off' }]);
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
