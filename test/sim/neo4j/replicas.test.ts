import { describe, expect, it } from 'vitest';
import { aLine, aWorld, createParameters, createText, generalVersion, hourMs } from './bed.ts';

const show = 'SHOW DATABASE $name YIELD name, type, access, role, writer, currentStatus, lastCommittedTxn';
const promote = 'CALL internal.dbms.promoteReplicaDatabase($name)';

describe('a replica', () => {
  it('follows its upstream, a little behind, and no copy of it can be written', async () => {
    const world = await aWorld();
    const { rows } = await aLine(world, 'standby').ask(show, { name: 'orders' });
    expect(rows).toHaveLength(3);
    expect(rows.every((row) => row['type'] === 'replica' && row['writer'] === false && row['currentStatus'] === 'online')).toBe(true);
    const behind = (): number => (world.database('primary')?.tx ?? 0) - (world.database('standby')?.tx ?? 0);
    world.control().advance(1050);
    expect(behind()).toBeGreaterThan(0);
    expect(behind()).toBeLessThanOrEqual(13);
    world.control().writes(0);
    world.control().advance(5000);
    expect(behind()).toBe(0);
  });

  it('falls behind while the link is down, and catches up at its own speed', async () => {
    const world = await aWorld({ pace: { applyPerSecond: 100 } });
    const before = world.database('standby')?.tx ?? 0;
    world.faults.link('down');
    world.control().advance(hourMs);
    expect(world.database('standby')?.tx).toBeLessThanOrEqual(before + 1);
    world.faults.link('up');
    world.control().advance(10_000);
    const after = world.database('standby')?.tx ?? 0;
    expect(after - before).toBeGreaterThan(990);
    expect(after - before).toBeLessThan(1010);
    world.control().advance(hourMs);
    expect((world.database('primary')?.tx ?? 0) - (world.database('standby')?.tx ?? 0)).toBeLessThanOrEqual(13);
  });

  it('is copied over time after its creation', async () => {
    const world = await aWorld({ start: 'none' });
    const line = aLine(world, 'standby');
    expect((await line.ask(show, { name: 'orders' })).rows).toEqual([]);
    expect((await line.ask(createText, createParameters(world))).rows).toEqual([]);
    const statuses = () => world.database('standby')?.copies.map(({ status }) => status);
    expect(statuses()).toEqual(['initial', 'initial', 'initial']);
    world.control().advance(1000);
    expect(statuses()).toEqual(['store copying', 'store copying', 'store copying']);
    expect((await line.ask(show, { name: 'orders' })).rows[0]).toMatchObject({ role: 'unknown', lastCommittedTxn: null });
    world.faults.link('down');
    world.control().advance(hourMs);
    expect(statuses()).toEqual(['store copying', 'store copying', 'store copying']);
    world.faults.link('up');
    world.control().advance(20_000);
    expect(statuses()).toEqual(['online', 'online', 'online']);
    expect(world.effects()).toMatchObject([
      { kind: 'internal.dbms.createReplicaDatabase', changed: true, database: 'orders', tag: 'test' },
    ]);
  });

  it('stands still when its upstream is stopped, and goes on when that runs again', async () => {
    const world = await aWorld();
    const source = aLine(world, 'primary');
    await source.ask('STOP DATABASE orders');
    world.control().advance(hourMs);
    const stopped = world.database('standby')?.tx;
    world.control().advance(hourMs);
    expect(world.database('standby')?.tx).toBe(stopped);
    await source.ask('START DATABASE orders');
    world.control().advance(hourMs);
    expect(world.database('standby')?.tx).toBeGreaterThan((stopped ?? 0) + 10_000);
  });

  it('does not follow another database of the same name', async () => {
    const world = await aWorld();
    const source = aLine(world, 'primary');
    await source.ask('DROP DATABASE orders');
    world.control().advance(hourMs);
    await source.ask('CREATE DATABASE orders');
    const before = world.database('standby')?.tx;
    world.control().advance(hourMs);
    expect(world.database('standby')?.tx).toBe(before);
  });
});

describe('a promotion', () => {
  it('leaves a gap without a writer, then has exactly one, and can’t be had twice', async () => {
    const world = await aWorld();
    const line = aLine(world, 'standby');
    await line.ask(promote, { name: 'orders' });
    const writers = async () => (await line.ask(show, { name: 'orders' })).rows.map((row) => [row['type'], row['writer']]);
    expect(await writers()).toEqual(Array.from({ length: 3 }, () => ['standard', false]));
    expect(world.writable().standby).toBe(false);
    world.control().advance(5000);
    expect((await writers()).filter(([, writer]) => writer === true)).toHaveLength(1);
    expect(world.writable()).toEqual({ primary: true, standby: true });
    expect(world.splitBrain()).toEqual([{ from: world.now(), to: null }]);
    expect(await line.refusal(promote, { name: 'orders' })).toMatchObject({
      code: 'Neo.ClientError.Procedure.ProcedureCallFailed',
      gqlStatus: '52N37',
    });
    expect(world.effects()).toHaveLength(1);
  });

  it('loses nothing after a fence, and tells how much it lost without one', async () => {
    const world = await aWorld();
    await aLine(world, 'primary').ask('ALTER DATABASE orders SET ACCESS READ ONLY');
    world.control().advance(10_000);
    await aLine(world, 'standby').ask(promote, { name: 'orders' });
    expect(world.lost()).toMatchObject({ side: 'standby', transactions: 0 });

    const other = await aWorld();
    await other.faults.down('primary');
    await aLine(other, 'standby').ask(promote, { name: 'orders' });
    other.control().advance(hourMs);
    expect(other.lost()?.transactions).toBeGreaterThan(0);
    expect(other.lost()?.transactions).toBeLessThanOrEqual(13);
    expect(other.splitBrain()).toEqual([]);
    await other.faults.up('primary');
    other.control().advance(hourMs);
    expect(other.splitBrain()).toHaveLength(1);
  });

  it('can give another topology, whose new copies come later than the writer', async () => {
    const world = await aWorld({ servers: { primary: 3, standby: 5 } });
    const line = aLine(world, 'standby');
    await line.ask('CALL internal.dbms.promoteReplicaDatabaseWithTopology($name, 3, 2)', { name: 'orders' });
    world.control().advance(7000);
    expect(world.database('standby')?.copies.map(({ role, status }) => `${role} ${status}`)).toEqual([
      ...Array.from({ length: 3 }, () => 'primary online'),
      ...Array.from({ length: 2 }, () => 'secondary store copying'),
    ]);
    expect(world.writable().standby).toBe(true);
    world.control().advance(hourMs);
    expect(world.database('standby')?.copies.filter(({ status }) => status === 'online')).toHaveLength(5);
  });

  it('waits for a writer as long as no election succeeds or most primaries are down', async () => {
    const world = await aWorld();
    world.faults.electionStuck('standby', true);
    await aLine(world, 'standby').ask(promote, { name: 'orders' });
    world.control().advance(hourMs);
    expect(world.writable().standby).toBe(false);
    world.faults.electionStuck('standby', false);
    world.control().advance(5000);
    expect(world.writable().standby).toBe(true);
    await world.faults.serverDown('standby', 'b1');
    expect(world.writable().standby).toBe(false);
    world.control().advance(5000);
    expect(world.writable().standby).toBe(true);
    await world.faults.serverDown('standby', 'b2');
    world.control().advance(hourMs);
    expect(world.writable().standby).toBe(false);
    await world.faults.serverUp('standby', 'b2');
    world.control().advance(5000);
    expect(world.writable().standby).toBe(true);
  });
});

describe('a fence', () => {
  it('takes effect a moment after it was accepted, refuses writes, and lets what runs end', async () => {
    const world = await aWorld();
    world.control().straggle('primary', 60_000);
    const line = aLine(world, 'primary');
    await line.ask('ALTER DATABASE orders SET ACCESS READ ONLY');
    expect(world.writable().primary).toBe(true);
    world.control().advance(1000);
    expect(world.writable().primary).toBe(false);
    const before = world.database('primary')?.tx ?? 0;
    const list = await aLine(world, 'primary', { server: 'a1' }).ask(
      `SHOW TRANSACTIONS YIELD database, username WHERE database = 'orders'`,
    );
    expect(list.rows).toEqual([{ database: 'orders', username: 'app' }]);
    world.control().advance(60_000);
    expect(world.database('primary')?.tx).toBe(before + 1);
    const writer = aLine(world, 'primary', { database: 'orders', server: 'a1' });
    expect(await writer.refusal('CREATE (n:Canary)')).toMatchObject({
      code: 'Neo.ClientError.General.ForbiddenOnReadOnlyDatabase',
      gqlStatus: '08N08',
    });
    await line.ask('ALTER DATABASE orders SET ACCESS READ WRITE');
    world.control().advance(1000);
    await writer.ask('CREATE (n:Canary)');
    expect(world.writable().primary).toBe(true);
  });

  it('is not had by terminating, but what runs is ended by it', async () => {
    const world = await aWorld();
    world.control().straggle('primary', 60_000);
    const [open] = world.transactions('primary');
    const line = aLine(world, 'primary', { server: 'a1' });
    const end = 'TERMINATE TRANSACTIONS $ids YIELD transactionId, message';
    expect((await line.ask(end, { ids: [open?.id, 'nosuch-transaction-1'] })).rows.map((row) => row['message'])).toEqual([
      'Transaction terminated.',
      'Transaction not found.',
    ]);
    expect(world.transactions('primary')).toEqual([]);
  });
});

describe('the general surface', () => {
  const create = (addresses: readonly string[]): string =>
    `CREATE REPLICA DATABASE orders SET TOPOLOGY 3 PRIMARIES OPTIONS {replicaConfig: {remote: 'orders', addresses: [${addresses.map((text) => `'${text}'`).join(', ')}]}}`;

  it('creates with a command, tells whom it follows, and promotes by its own procedure', async () => {
    const world = await aWorld({ version: generalVersion, start: 'none' });
    const addresses = world.primary.servers.map(({ replication }) => replication);
    const line = aLine(world, 'standby');
    await line.ask(create(addresses));
    world.control().advance(hourMs);
    const { rows } = await line.ask('SHOW DATABASE orders YIELD options, type');
    expect(rows[0]).toEqual({ options: { replicaConfig: { remote: 'orders', addresses } }, type: 'replica' });
    expect((await line.refusal(createText, createParameters(world))).code).toBe('Neo.ClientError.Procedure.ProcedureNotFound');
    await line.ask(`CYPHER 25 CALL dbms.promoteReplicaDatabase('orders', {})`);
    world.control().advance(5000);
    expect(world.writable().standby).toBe(true);
  });

  it('can follow backups, for which it needs no link', async () => {
    const world = await aWorld({ version: generalVersion, start: 'none' });
    world.faults.link('down');
    await aLine(world, 'standby').ask(
      `CREATE REPLICA DATABASE orders TOPOLOGY 3 PRIMARIES OPTIONS {replicaConfig: {remote: 'orders', pullURI: 's3://bucket/orders'}}`,
    );
    world.control().advance(hourMs);
    expect(world.database('standby')?.copies.every(({ status }) => status === 'online')).toBe(true);
    const behind = (world.database('primary')?.tx ?? 0) - (world.database('standby')?.tx ?? 0);
    expect(behind).toBeGreaterThanOrEqual(0);
    expect(behind).toBeLessThanOrEqual(600);
  });

  it('is not there before 2026.08, and neither surface before 2026.03', async () => {
    const preview = await aWorld({ start: 'none' });
    expect((await aLine(preview, 'standby').refusal(create(['127.0.0.1:6000']))).code).toBe('Neo.ClientError.Statement.SyntaxError');
    const old = await aWorld({ version: '2026.02.1', start: 'none' });
    expect((await aLine(old, 'standby').refusal(createText, createParameters(old))).gqlStatus).toBe('42N08');
  });
});

describe('an upgrade', () => {
  it('of one side only stops a preview replica, and of the upstream first a general one', async () => {
    const behindAfter = async (from: string, side: 'primary' | 'standby', to: string): Promise<number> => {
      const world = await aWorld({ version: from });
      world.control().upgrade(side, to);
      world.control().advance(hourMs);
      return (world.database('primary')?.tx ?? 0) - (world.database('standby')?.tx ?? 0);
    };
    expect(await behindAfter('2026.06.0', 'standby', '2026.07.1')).toBeGreaterThan(30_000);
    expect(await behindAfter(generalVersion, 'primary', '2026.09.0')).toBeGreaterThan(30_000);
    expect(await behindAfter(generalVersion, 'standby', '2026.09.0')).toBeLessThanOrEqual(13);
  });
});

describe('a failback', () => {
  it('goes the other way round, once the old database is gone', async () => {
    const world = await aWorld({ start: 'promoted' });
    expect(world.writable()).toEqual({ primary: false, standby: true });
    const old = aLine(world, 'primary');
    const config = createParameters(world, { addresses: world.standby.servers.map(({ replication }) => replication) });
    expect((await old.refusal(createText, config)).code).toBe('Neo.ClientError.Database.ExistingDatabaseFound');
    await old.ask('DROP DATABASE orders DUMP DATA');
    world.control().advance(hourMs);
    await old.ask(createText, config);
    world.control().advance(hourMs);
    await aLine(world, 'standby').ask('ALTER DATABASE orders SET ACCESS READ ONLY');
    world.control().advance(10_000);
    expect(world.database('primary')?.tx).toBe(world.database('standby')?.tx);
    await old.ask(promote, { name: 'orders' });
    world.control().advance(5000);
    expect(world.writable()).toEqual({ primary: true, standby: false });
    expect(world.lost()?.transactions).toBe(0);
    expect(world.splitBrain()).toEqual([]);
  });
});
