import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { until } from '../../support/until.ts';
import { aLine, aWorld, loginRefusal, underWay } from './bed.ts';

const pause = 'ALTER VIRTUAL CLUSTER main PAUSE REPLICATION';

describe('faults on statements', () => {
  it('a drop before the effect leaves no effect', async () => {
    const world = await aWorld('26.2');
    const fault = world.faults.add({ match: /PAUSE/, act: { kind: 'drop-before' } });
    const line = await aLine(world, 'standby');
    await expect(line.ask(pause)).rejects.toThrow();
    expect(fault.hits()).toBe(1);
    expect(world.effects()).toEqual([]);
    expect(world.statements().at(-1)).toMatchObject({ statement: pause, outcome: 'lost', sqlState: null });
    const again = await aLine(world, 'standby');
    await again.ask(pause);
    expect(world.effects()).toHaveLength(1);
  });

  it('a drop after the effect leaves the effect and no answer', async () => {
    const world = await aWorld('26.2');
    world.faults.add({ match: /PAUSE/, act: { kind: 'drop-after' } });
    const line = await aLine(world, 'standby', { tag: 'replops/r-4k9zq0tm2x/12' });
    await expect(line.ask(pause)).rejects.toThrow();
    expect(world.effects()).toMatchObject([
      {
        seq: 1,
        side: 'standby',
        cluster: 'sql-west',
        kind: 'pause-replication',
        statement: pause,
        tag: 'replops/r-4k9zq0tm2x/12',
        fence: 12,
        user: 'ops',
        virtualCluster: 'main',
        changed: true,
      },
    ]);
  });

  it('a hang holds the statement until its time is over', async () => {
    const world = await aWorld('26.2');
    world.faults.add({ match: /PAUSE/, act: { kind: 'hang', ms: 30_000 } });
    const line = await aLine(world, 'standby');
    const asked = line.ask(pause);
    await underWay(world, pause);
    world.control().advance(29_999);
    expect(world.effects()).toEqual([]);
    world.control().advance(1);
    await asked;
    expect(world.effects()).toHaveLength(1);
  });

  it('a hang after the effect holds only the answer', async () => {
    const world = await aWorld('26.2');
    world.faults.add({ match: /PAUSE/, act: { kind: 'hang', when: 'after' } });
    const line = await aLine(world, 'standby');
    line.ask(pause).catch(() => undefined);
    await until(() => world.effects().length === 1, 'the effect has happened');
    expect(world.sessions('standby')).toMatchObject([{ activeQuery: pause }]);
  });

  it('a statement whose client has gone does not happen', async () => {
    const world = await aWorld('26.2');
    world.faults.add({ match: /PAUSE/, act: { kind: 'hang', ms: 30_000 } });
    const line = await aLine(world, 'standby');
    line.ask(pause).catch(() => undefined);
    await underWay(world, pause);
    await line.client.end();
    await until(() => world.sessions('standby').length === 0, 'the session is gone');
    world.control().advance(hour());
    expect(world.effects()).toEqual([]);
  });

  it('a statement that lingers happens after its client has gone, unless its session is cancelled', async () => {
    for (const cancelled of [false, true]) {
      const world = await aWorld('26.2');
      world.faults.add({ match: /PAUSE/, act: { kind: 'hang', ms: 30_000, lingers: true } });
      const line = await aLine(world, 'standby', { tag: 'replops/r-1/1' });
      line.ask(pause).catch(() => undefined);
      await underWay(world, pause);
      void line.client.end();
      const successor = await aLine(world, 'standby', { tag: 'replops/r-1/2' });
      const { rows } = await successor.ask(`SELECT session_id FROM [SHOW CLUSTER SESSIONS] WHERE application_name = 'replops/r-1/1'`);
      expect(rows).toHaveLength(1);
      if (cancelled) await successor.ask(`CANCEL SESSION '${rows[0]?.['session_id']}'`);
      world.control().advance(30_000);
      await until(() => world.sessions('standby').length === 1, 'the lingering session is gone');
      expect(world.effects().map(({ kind }) => kind)).toEqual([cancelled ? 'cancel-sessions' : 'pause-replication']);
    }
  });

  it('a refusal of one’s choice carries its SQLSTATE', async () => {
    const world = await aWorld('26.2');
    world.faults.add({ side: 'standby', act: { kind: 'refuse', sqlState: '40003', message: 'result is ambiguous', hint: 'look' } });
    expect(await (await aLine(world, 'standby')).refusal('SELECT 1')).toMatchObject({
      code: '40003',
      message: 'result is ambiguous',
      hint: 'look',
    });
  });

  it('an answer can be falsified', async () => {
    const world = await aWorld('26.2');
    world.faults.add({
      match: /SHOW VIRTUAL CLUSTERS/,
      act: {
        kind: 'rewrite',
        rewrite: ({ columns, rows }) => ({
          columns,
          rows: rows.map((row) => row.map((value) => (value === 'replicating' ? 'melting' : value))),
        }),
      },
    });
    const line = await aLine(world, 'standby');
    expect((await line.ask('SHOW VIRTUAL CLUSTERS')).rows.map((row) => row['data_state'])).toEqual(['ready', 'melting']);
    expect((await line.ask('SHOW VIRTUAL CLUSTERS')).rows.map((row) => row['data_state'])).toEqual(['ready', 'replicating']);
  });

  it('rules choose by side, statement and tag, skip, count, and can be taken back', async () => {
    const world = await aWorld('26.2');
    const refuse = { kind: 'refuse', sqlState: 'XX000', message: 'fault' } as const;
    const fault = world.faults.add({ side: 'standby', match: /^select 1$/gi, tag: /\/2$/, skip: 1, times: 2, act: refuse });
    const [tagged, other, primary] = [
      await aLine(world, 'standby', { tag: 'replops/r-1/2' }),
      await aLine(world, 'standby', { tag: 'replops/r-1/1' }),
      await aLine(world, 'primary', { tag: 'replops/r-1/2' }),
    ];
    const outcomes: string[] = [];
    for (const line of [other, primary, tagged, tagged, tagged, tagged])
      outcomes.push(
        await line.ask('SELECT 1').then(
          () => 'ok',
          () => 'fault',
        ),
      );
    expect(outcomes).toEqual(['ok', 'ok', 'ok', 'fault', 'fault', 'ok']);
    expect(fault.hits()).toBe(2);
    world.faults.add({ times: 100, act: refuse }).remove();
    world.faults.add({ times: 100, act: refuse });
    world.faults.clear();
    expect((await tagged.ask('SELECT 1 AS one')).rows).toHaveLength(1);
  });

  it('catching up can be stuck', async () => {
    const world = await aWorld('26.2');
    world.faults.catchUpStuck('standby', true);
    const before = world.vc('standby');
    world.control().advance(hour());
    expect(world.vc('standby')).toEqual(before);
    expect(before?.status).toBe('replicating');
    world.faults.catchUpStuck('standby', false);
    world.control().advance(hour());
    expect(world.now() - (world.vc('standby')?.replicatedTime ?? 0)).toBeLessThanOrEqual(15_000);
  });
});

const hour = (): number => 3_600_000;

describe('outages', () => {
  it.each(['dead', 'unreachable'] as const)(
    'a side that is %s refuses connections and drops its sessions, then returns on its port',
    async (outage) => {
      const world = await aWorld('26.2');
      const line = await aLine(world, 'primary');
      await world.faults.down('primary', outage);
      await until(() => line.farewells.length > 0, 'the session is cut');
      expect(await loginRefusal(world, 'primary')).toMatchObject({ code: 'ECONNREFUSED' });
      expect(world.writable().primary).toBe(outage === 'unreachable');
      world.control().advance(60_000);
      expect(world.vc('standby')?.status).toBe(outage === 'dead' ? 'replication error' : 'replicating');
      await world.faults.up('primary');
      expect((await (await aLine(world, 'primary')).ask('SELECT 1 AS one')).rows).toHaveLength(1);
      expect(world.writable().primary).toBe(true);
    },
  );

  it('a side that is silent accepts connections and answers nothing', async () => {
    const world = await aWorld('26.2');
    const line = await aLine(world, 'standby');
    await world.faults.down('standby', 'silent');
    const asked = line.ask('SELECT 1 AS one');
    const socket = connect(world.standby.port, world.standby.host);
    await new Promise((resolve) => socket.on('connect', resolve));
    socket.on('error', () => undefined).end();
    await world.faults.up('standby');
    expect((await asked).rows).toHaveLength(1);
  });

  it('a dead primary that comes back is a second writer when the standby was promoted meanwhile', async () => {
    const world = await aWorld('26.2');
    await world.faults.down('primary');
    const line = await aLine(world, 'standby');
    await line.ask('ALTER VIRTUAL CLUSTER main COMPLETE REPLICATION TO LATEST');
    world.control().advance(60_000);
    const sql = 'ALTER VIRTUAL CLUSTER main START SERVICE SHARED';
    const asked = line.ask(sql);
    await underWay(world, sql);
    world.control().advance(2000);
    await asked;
    expect(world.splitBrain()).toEqual([]);
    const lost = world.lost();
    expect(lost?.ms).toBeGreaterThanOrEqual(5000);
    expect(lost?.ms).toBeLessThanOrEqual(15_000);
    expect(lost?.rows).toBe(Math.ceil((lost?.ms ?? 0) / 10));
    await world.faults.up('primary');
    world.control().advance(1000);
    expect(world.splitBrain()).toHaveLength(1);
    expect(world.writableHistory().filter(({ side }) => side === 'primary')).toHaveLength(2);
  });

  it('closing the world ends what hangs', async () => {
    const world = await aWorld('26.2');
    world.faults.add({ act: { kind: 'hang' } });
    const line = await aLine(world, 'standby');
    const asked = line.ask('SELECT 1');
    asked.catch(() => undefined);
    await underWay(world, 'SELECT 1');
    await world.close();
    await expect(asked).rejects.toThrow();
  });
});
