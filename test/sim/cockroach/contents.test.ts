import { describe, expect, it } from 'vitest';
import type { SqlWorld } from '../../../src/sim/cockroach/contract.ts';
import { aLine, askThrough, aWorld, type Line } from './bed.ts';

const alter = (what: string): string => `ALTER VIRTUAL CLUSTER main ${what}`;
const minuteMs = 60_000;

const service = (world: SqlWorld, line: Line, what: 'START SERVICE SHARED' | 'STOP SERVICE') => askThrough(world, line, alter(what), 2000);

async function lines(world: SqlWorld): Promise<{ readonly a: Line; readonly b: Line }> {
  return { a: await aLine(world, 'primary'), b: await aLine(world, 'standby') };
}

async function promote(world: SqlWorld, line: Line): Promise<void> {
  await line.ask(alter('COMPLETE REPLICATION TO LATEST'));
  world.control().advance(minuteMs);
}

describe('what clusters hold', () => {
  it('does not move with the clock', async () => {
    const world = await aWorld('26.2');
    const before = world.contents();
    world.control().advance(10 * minuteMs);
    expect(world.contents()).toEqual(before);
  });

  it('is the same after a change that was taken back in full', async () => {
    const world = await aWorld('26.2');
    const { a, b } = await lines(world);
    const before = world.contents();
    await b.ask(alter('PAUSE REPLICATION'));
    world.control().advance(minuteMs);
    expect(world.contents()).not.toEqual(before);
    await b.ask(alter('RESUME REPLICATION'));
    await a.ask(`SET CLUSTER SETTING cluster.organization = 'other'`);
    await a.ask(`SET CLUSTER SETTING cluster.organization = 'Example Corp'`);
    await a.ask(`SET CLUSTER SETTING server.controller.mux_virtual_cluster_wait.enabled = true`);
    world.control().advance(minuteMs);
    expect(world.contents()).toEqual(before);
  });

  it.each([
    ['a cluster setting', 'SET CLUSTER SETTING kv.rangefeed.enabled = false'],
    ['a user', 'CREATE USER visitor'],
    ['a privilege', 'GRANT SYSTEM VIEWSYSTEMDATA TO repl'],
    ['a role option', 'ALTER USER repl CONTROLJOB'],
    ['a password', `ALTER USER repl WITH PASSWORD 'another'`],
    ['an external connection', `CREATE EXTERNAL CONNECTION c AS 'postgresql://repl@127.0.0.1:1/defaultdb'`],
    ['a window', alter(`SET REPLICATION RETENTION = '7h'`)],
    ['a reader', alter('SET REPLICATION READ VIRTUAL CLUSTER')],
    ['a pending failover', alter(`COMPLETE REPLICATION TO SYSTEM TIME '+5h'`)],
  ])('tells %s', async (_, statement) => {
    const world = await aWorld('26.2');
    const line = await aLine(world, 'standby', { user: 'root', password: 'root-secret' });
    const repl = `CREATE USER IF NOT EXISTS repl`;
    await line.ask(repl);
    const before = world.contents();
    await line.ask(statement);
    expect(world.contents()).not.toEqual(before);
  });
});

describe('a row that an application wrote', () => {
  it('is lost when the side that goes on had not got it, and when the side that has it is rewound', async () => {
    const world = await aWorld('26.2');
    const { a, b } = await lines(world);
    world.control().linkDown();
    world.control().advance(minuteMs);
    const lost = world.clientsWrite();
    await promote(world, b);
    await service(world, a, 'STOP SERVICE');
    // Nobody serves: it is for people to say who shall.
    expect(lost()).toEqual([]);
    await service(world, b, 'START SERVICE SHARED');
    expect(lost()).toEqual([expect.stringContaining('is not in what serves instead: main on sql-west')]);
    world.control().linkUp();
    await a.ask(alter('START REPLICATION OF main ON $1'), [world.standby.streamUri]);
    expect(lost()).toEqual(['the row that main on sql-east took is no longer in it']);
  });

  it('goes along with a promotion that waited for it', async () => {
    const world = await aWorld('26.2');
    const { a, b } = await lines(world);
    const lost = world.clientsWrite();
    await service(world, a, 'STOP SERVICE');
    world.control().advance(minuteMs);
    await promote(world, b);
    await service(world, b, 'START SERVICE SHARED');
    expect(lost()).toEqual([]);
    await a.ask('DROP VIRTUAL CLUSTER main');
    expect(lost()).toEqual(['the row that main on sql-east took is gone with it']);
  });

  it('is written to every side that takes writes, and to the control plane of one that is not virtualized', async () => {
    const split = await aWorld('26.2', { start: 'promoted' });
    const { a } = await lines(split);
    await service(split, a, 'START SERVICE SHARED');
    const lost = split.clientsWrite();
    await service(split, a, 'STOP SERVICE');
    expect(lost()).toEqual([expect.stringContaining('the row that main on sql-east took')]);

    const flat = await aWorld('26.2', { start: 'none', virtualized: false });
    const b = await aLine(flat, 'standby');
    await b.ask('CREATE VIRTUAL CLUSTER main FROM REPLICATION OF system ON $1', [flat.primary.streamUri]);
    flat.control().advance(5 * minuteMs);
    flat.control().linkDown();
    flat.control().advance(minuteMs);
    const gone = flat.clientsWrite();
    await promote(flat, b);
    flat.control().vacate('primary');
    await service(flat, b, 'START SERVICE SHARED');
    expect(gone()).toEqual([expect.stringContaining('the row that system on sql-east took')]);
  });
});
