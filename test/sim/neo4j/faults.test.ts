import { describe, expect, it } from 'vitest';
import { until } from '../../support/until.ts';
import { aLine, aWorld, hourMs, underWay } from './bed.ts';

const promote = `CALL internal.dbms.promoteReplicaDatabase('orders')`;

describe('faults', () => {
  it.each([
    ['drop-before', 0],
    ['drop-after', 1],
  ] as const)('%s leaves %i effects, and the client without an answer', async (kind, effects) => {
    const world = await aWorld();
    const fault = world.faults.add({ match: /promote/, act: { kind } });
    expect((await aLine(world, 'standby').refusal(promote)).code).toBe('SessionExpired');
    expect(fault.hits()).toBe(1);
    expect(world.effects()).toHaveLength(effects);
    expect(world.statements().filter(({ statement }) => statement === promote)).toMatchObject([{ outcome: 'lost', code: null }]);
  });

  it('a refusal can come before the effect or after it', async () => {
    const world = await aWorld();
    const refuse = { kind: 'refuse', code: 'Neo.ClientError.Procedure.ProcedureCallFailed', gqlStatus: '52N02', message: 'no' } as const;
    world.faults.add({ match: /promote/, act: refuse });
    const line = aLine(world, 'standby');
    expect(await line.refusal(promote)).toMatchObject({ gqlStatus: '52N02' });
    expect(world.effects()).toEqual([]);
    world.faults.add({ match: /promote/, act: { ...refuse, when: 'after' } });
    expect(await line.refusal(promote)).toMatchObject({ gqlStatus: '52N02' });
    expect(world.database('standby')?.type).toBe('standard');
  });

  it('a hang ends in time, or when the transaction is terminated from elsewhere', async () => {
    const world = await aWorld();
    world.faults.add({ match: /promote/, act: { kind: 'hang' } });
    const asked = aLine(world, 'standby', { server: 'b1', tag: 'replops/r-1/1' }).refusal(promote);
    await underWay(world, promote);
    const line = aLine(world, 'standby', { server: 'b1' });
    const { rows } = await line.ask('SHOW TRANSACTIONS YIELD transactionId, metaData, currentQuery WHERE currentQuery STARTS WITH $text', {
      text: 'CALL internal',
    });
    expect(rows).toMatchObject([{ metaData: { app: 'replops', tag: 'replops/r-1/1' } }]);
    await line.ask('TERMINATE TRANSACTIONS $ids', { ids: [rows[0]?.['transactionId']] });
    expect((await asked).code).toBe('Neo.ClientError.Transaction.Terminated');
    expect(world.effects().map(({ kind }) => kind)).toEqual(['terminate-transactions']);
  });

  it('a statement whose client has gone does not happen, unless it lingers', async () => {
    for (const lingers of [false, true]) {
      const world = await aWorld();
      world.faults.add({ match: /promote/, act: { kind: 'hang', ms: 30_000, lingers } });
      const line = aLine(world, 'standby', { tag: 'replops/r-1/7' });
      line.ask(promote).catch(() => undefined);
      await underWay(world, promote);
      await line.driver.close();
      if (!lingers) await until(() => world.transactions('standby').length === 0, 'the transaction is gone');
      world.control().advance(30_000);
      await until(() => world.transactions('standby').length === 0, 'nothing runs any more');
      expect(world.effects().map(({ fence }) => fence)).toEqual(lingers ? [7] : []);
    }
  });

  it('a statement has no more time than its client gives it', async () => {
    const world = await aWorld();
    world.faults.add({ match: /promote/, act: { kind: 'slow', ms: 60_000 } });
    const line = aLine(world, 'standby');
    const asked = line.session.run(promote, {}, { timeout: 10_000 }).then(
      () => null,
      (cause: unknown) => cause,
    );
    await underWay(world, promote);
    world.control().advance(10_000);
    expect(await asked).toMatchObject({ code: 'Neo.ClientError.Transaction.TransactionTimedOutClientConfiguration' });
    expect(world.effects()).toEqual([]);
  });

  it('an answer can be falsified, of one server and one tag only', async () => {
    const world = await aWorld();
    const rewrite = { kind: 'rewrite', rewrite: () => ({ columns: ['one'], rows: [[2n]] }) } as const;
    world.faults.add({ server: 'a2', tag: /^mine$/, act: rewrite });
    const one = async (server: string, tag: string) => (await aLine(world, 'primary', { server, tag }).ask('RETURN 1 AS one')).rows[0];
    expect(await one('a1', 'mine')).toEqual({ one: 1n });
    expect(await one('a2', 'other')).toEqual({ one: 1n });
    expect(await one('a2', 'mine')).toEqual({ one: 2n });
    expect(await one('a2', 'mine')).toEqual({ one: 1n });
  });

  it('a transaction changes things when it commits, and not when it is rolled back', async () => {
    const world = await aWorld();
    for (const commits of [false, true]) {
      const transaction = await aLine(world, 'standby').session.beginTransaction();
      await transaction.run(promote);
      expect(world.effects()).toEqual([]);
      await (commits ? transaction.commit() : transaction.rollback());
    }
    expect(world.effects()).toHaveLength(1);
  });
});

describe('outages', () => {
  it('a server that is down is listed as unavailable, and its copies as unknown', async () => {
    const world = await aWorld();
    await world.faults.serverDown('standby', 'b3');
    const line = aLine(world, 'standby');
    expect((await line.ask('SHOW SERVERS YIELD name, health')).rows.map((row) => row['health'])).toEqual([
      'Available',
      'Available',
      'Unavailable',
    ]);
    const { rows } = await line.ask('SHOW DATABASE orders YIELD address, role, currentStatus, statusMessage, lastCommittedTxn');
    expect(rows[2]).toEqual({
      address: null,
      role: 'unknown',
      currentStatus: 'unknown',
      statusMessage: 'Server is unavailable',
      lastCommittedTxn: null,
    });
    await world.faults.serverUp('standby', 'b3');
    expect(world.database('standby')?.copies[2]?.status).toBe('online');
  });

  it.each(['dead', 'unreachable'] as const)('a side that is %s refuses connections, and is back on its ports', async (outage) => {
    const world = await aWorld();
    await world.faults.down('primary', outage);
    expect((await aLine(world, 'primary').refusal('RETURN 1 AS one')).code).toBe('ServiceUnavailable');
    expect(world.writable().primary).toBe(outage === 'unreachable');
    const before = world.database('standby')?.tx ?? 0;
    world.control().advance(hourMs);
    const grown = (world.database('standby')?.tx ?? 0) - before;
    if (outage === 'dead') expect(grown).toBeLessThanOrEqual(13);
    else expect(grown).toBeGreaterThan(30_000);
    await world.faults.up('primary');
    expect((await aLine(world, 'primary').ask('RETURN 1 AS one')).rows).toHaveLength(1);
  });

  it('a side that is silent answers once it speaks again', async () => {
    const world = await aWorld();
    const line = aLine(world, 'standby');
    await line.ask('RETURN 1 AS one');
    await world.faults.down('standby', 'silent');
    const asked = line.ask('RETURN 2 AS two');
    await world.faults.up('standby');
    expect((await asked).rows).toEqual([{ two: 2n }]);
  });

  it('most servers gone leave `system` without a leader', async () => {
    const world = await aWorld();
    await world.faults.serverDown('standby', 'b2');
    await world.faults.serverDown('standby', 'b3');
    expect((await aLine(world, 'standby', { server: 'b1' }).refusal(promote)).gqlStatus).toBe('08N07');
  });

  it('another server can lead, and the old one takes no change any more', async () => {
    const world = await aWorld({});
    world.faults.lead('primary', 'a2');
    expect(world.database('primary')?.copies.find(({ writer }) => writer)?.server).toBe('a2');
    const old = aLine(world, 'primary', { server: 'a1' });
    expect((await old.refusal('ALTER DATABASE orders SET ACCESS READ ONLY')).code).toContain('NotALeader');
    await aLine(world, 'primary', { server: 'a2' }).ask('ALTER DATABASE orders SET ACCESS READ ONLY');
    await world.faults.serverDown('primary', 'a2');
    await aLine(world, 'primary', { server: 'a1' }).ask('ALTER DATABASE orders SET ACCESS READ WRITE');
  });

  it('a copy can be dirty, a reconciler can fail, and counts can differ', async () => {
    const world = await aWorld();
    world.faults.dirty('standby', 'b1', 'orders', true);
    world.faults.reconcilerFails('standby', 'b2', true);
    await aLine(world, 'standby').ask('STOP DATABASE orders');
    world.control().advance(hourMs);
    expect(world.database('standby')?.copies.map(({ status }) => status)).toEqual(['dirty', 'online', 'offline']);
    const count = 'MATCH (n:Order) RETURN count(n) AS nodes';
    const read = async () => (await aLine(world, 'primary', { database: 'orders', server: 'a1' }).ask(count)).rows[0]?.['nodes'];
    const before = await read();
    world.faults.corrupt('primary', true);
    expect(await read()).not.toBe(before);
  });

  it('closing the world ends what hangs', async () => {
    const world = await aWorld();
    world.faults.add({ act: { kind: 'hang' } });
    const asked = aLine(world, 'standby', { server: 'b1' }).refusal('RETURN 1 AS one');
    await underWay(world, 'RETURN 1 AS one');
    await world.close();
    expect((await asked).code).toBe('ServiceUnavailable');
  });
});
