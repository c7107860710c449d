import { connect } from 'node:net';
import neo4j from 'neo4j-driver';
import { describe, expect, it } from 'vitest';
import { aDriver, aLine, aWorld, hourMs } from './bed.ts';

describe('the wire', () => {
  it.each(['manifest', 'legacy'] as const)('agrees on Bolt 5.8 by the %s handshake', async (handshake) => {
    const world = await aWorld({ handshake });
    const { summary, rows } = await aLine(world, 'standby').ask('RETURN 1 AS one');
    expect(rows).toEqual([{ one: 1n }]);
    expect(summary.server.protocolVersion?.toString()).toContain('5.8');
    expect(summary.server.agent).toBe('Neo4j/2026.07.1');
  });

  it('hangs up on a client that speaks another protocol', async () => {
    const world = await aWorld();
    const socket = connect(world.primary.servers[0]?.port ?? 0, '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    const received = await new Promise<Buffer>((resolve) => {
      const chunks: Buffer[] = [];
      socket.on('data', (chunk: Buffer) => chunks.push(chunk));
      socket.on('close', () => resolve(Buffer.concat(chunks)));
      socket.on('error', () => undefined);
    });
    expect(received).toHaveLength(0);
  });

  it('carries every kind of value there and back', async () => {
    const world = await aWorld();
    const line = aLine(world, 'primary');
    const value = {
      text: 'naïve – “quoted” \u{1f600}',
      long: 'x'.repeat(70_000),
      whole: 2n ** 62n,
      negative: -17n,
      tiny: 5n,
      part: 1.5,
      yes: true,
      nothing: null,
      list: [1n, 'two', [3n], ...Array.from({ length: 300 }, (_, at) => BigInt(at * 1000))],
      map: { inner: { deeper: [] } },
    };
    expect((await line.ask('RETURN $value AS back', { value })).rows).toEqual([{ back: value }]);
  });

  it('gives moments and lengths of time', async () => {
    const line = aLine(await aWorld(), 'primary');
    const { rows } = await line.ask('SHOW DATABASE orders YIELD creationTime LIMIT 1');
    expect(neo4j.isDateTime(rows[0]?.['creationTime'])).toBe(true);
    const own = await line.ask('SHOW TRANSACTIONS YIELD elapsedTime, startTime');
    expect(neo4j.isDuration(own.rows[0]?.['elapsedTime'])).toBe(true);
    expect(own.rows[0]?.['startTime']).toBe('2026-06-01T10:00:00.000Z');
  });

  it('sends rows in the portions that are asked for', async () => {
    const world = await aWorld();
    const driver = aDriver(world, 'primary');
    const session = driver.session({ database: 'system', fetchSize: 1 });
    expect((await session.run('SHOW SERVERS')).records).toHaveLength(3);
    await session.close();
  });

  it('is read over TLS', async () => {
    const world = await aWorld({ tls: true });
    expect(world.primary.ca).toContain('BEGIN CERTIFICATE');
    const port = world.primary.servers[0]?.port;
    const driver = neo4j.driver(`bolt+ssc://127.0.0.1:${port}`, neo4j.auth.basic(world.primary.user, world.primary.password));
    await expect(driver.getServerInfo()).resolves.toMatchObject({ agent: 'Neo4j/2026.07.1' });
    await driver.close();
  });
});

describe('login', () => {
  it('refuses a wrong password and a user who is not there', async () => {
    const world = await aWorld();
    for (const options of [{ password: 'wrong' }, { user: 'stranger' }]) {
      expect(await aLine(world, 'primary', options).refusal('RETURN 1 AS one')).toMatchObject({
        code: 'Neo.ClientError.Security.Unauthorized',
        gqlStatus: '42NFC',
      });
    }
  });

  it('locks a name after three wrong passwords, for a while', async () => {
    const world = await aWorld();
    for (let tries = 0; tries < 3; tries += 1) await aLine(world, 'primary', { password: 'wrong' }).refusal('RETURN 1 AS one');
    expect((await aLine(world, 'primary').refusal('RETURN 1 AS one')).code).toBe('Neo.ClientError.Security.AuthenticationRateLimit');
    world.control().advance(hourMs);
    expect((await aLine(world, 'primary').ask('RETURN 1 AS one')).rows).toHaveLength(1);
  });

  it('refuses a password that has expired', async () => {
    const world = await aWorld({ users: [{ name: 'ops', password: 'old', roles: ['admin'], passwordExpired: true }] });
    expect((await aLine(world, 'primary', { server: 'a1' }).refusal('RETURN 1 AS one')).code).toBe(
      'Neo.ClientError.Security.CredentialsExpired',
    );
  });
});

describe('routing', () => {
  it('gives a standard database one writer and a replica none', async () => {
    const world = await aWorld();
    const table = 'CALL dbms.routing.getRoutingTable({}, $name) YIELD ttl, servers';
    const rolesOn = async (side: 'primary' | 'standby') => {
      const { rows } = await aLine(world, side).ask(table, { name: 'orders' });
      // The column is a list of maps with a role and its addresses.
      const servers = rows[0]?.['servers'] as { role: string; addresses: string[] }[];
      return Object.fromEntries(servers.map(({ role, addresses }) => [role, addresses.length]));
    };
    expect(await rolesOn('primary')).toEqual({ WRITE: 1, READ: 2, ROUTE: 3 });
    expect(await rolesOn('standby')).toEqual({ READ: 3, ROUTE: 3 });
  });

  it('leads readers to a replica and leaves writers without a server', async () => {
    const world = await aWorld();
    const count = 'MATCH (n:Order) RETURN count(n) AS nodes';
    expect((await aLine(world, 'standby', { database: 'orders', mode: 'READ' }).ask(count)).rows).toHaveLength(1);
    expect((await aLine(world, 'standby', { database: 'orders' }).refusal(count)).code).toBe('SessionExpired');
  });

  it('tells of a bookmark of another cluster that it never comes', async () => {
    const world = await aWorld({ pace: { bookmarkMs: 0 } });
    const elsewhere = aLine(world, 'primary');
    await elsewhere.ask('SHOW SERVERS');
    const bookmarks = elsewhere.session.lastBookmarks();
    expect(bookmarks).toHaveLength(1);
    const session = aDriver(world, 'standby', { server: 'b1' }).session({ database: 'system', bookmarks });
    await expect(session.run('SHOW SERVERS')).rejects.toMatchObject({ code: 'Neo.TransientError.Transaction.BookmarkTimeout' });
    const garbled = aDriver(world, 'standby', { server: 'b1' }).session({ database: 'system', bookmarks: ['nonsense'] });
    await expect(garbled.run('SHOW SERVERS')).rejects.toMatchObject({ code: 'Neo.ClientError.Transaction.InvalidBookmark' });
  });
});
