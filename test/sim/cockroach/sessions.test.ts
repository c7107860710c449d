import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { until } from '../../support/until.ts';
import { aLine, aWorld, underWay } from './bed.ts';

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
