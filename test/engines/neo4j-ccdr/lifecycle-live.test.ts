import { afterEach, describe, expect, it } from 'vitest';
import type { Operation } from '../../../src/domain/operation.ts';
import { anIo, carryOut, executorFor, planOn, settle } from '../../conformance/drive.ts';
import {
  byHand,
  type CcdrBed,
  type CcdrBedOptions,
  ccdrLinkId as link,
  openCcdr,
  untilWritable,
} from '../../conformance/neo4j-ccdr-bed.ts';
import { until } from '../../support/until.ts';
import { ask, look, stepOf, upTo } from './acting.ts';

let bed: CcdrBed | null = null;
afterEach(async () => {
  await bed?.close();
  bed = null;
});
async function open(options: CcdrBedOptions = {}, version = '2026.07.1'): Promise<CcdrBed> {
  bed = await openCcdr(version, options);
  return bed;
}

const online = (on: CcdrBed) => on.world.database('standby')?.copies.every(({ status }) => status === 'online') === true;

describe('creating and dropping', { timeout: 180_000 }, () => {
  it('stops at a copy whose store is broken, and says which', async () => {
    const on = await open({ world: { start: 'none' } });
    const plan = await planOn(on, { kind: 'setup', link });
    const wait = await upTo(on, plan, 'ccdr.await-online');
    await until(() => online(on), 'the replica is online');
    on.world.faults.dirty('standby', 'b1', 'orders', true);
    expect(await ask(on, wait)).toMatchObject({ kind: 'impossible', why: expect.stringContaining('dirty') });
  });

  it('stops at a copy that a new topology asked for and that is broken', async () => {
    const on = await open({ world: { servers: { primary: 3, standby: 4 } } }, '2026.08.0');
    const plan = await planOn(on, { kind: 'failover', link, to: { kind: 'latest' }, topology: { primaries: 3, secondaries: 1 } });
    const wait = await upTo(on, plan, 'ccdr.await-topology');
    await until(() => on.world.database('standby')?.copies.length === 4 && online(on), 'every copy is online');
    on.world.faults.dirty('standby', 'b4', 'orders', true);
    expect(await ask(on, wait)).toMatchObject({ kind: 'impossible', why: expect.stringContaining('dirty') });
    on.world.faults.dirty('standby', 'b4', 'orders', false);
    expect(await ask(on, wait)).toMatchObject({ kind: 'done', evidence: { primaries: 3, secondaries: 1 } });
  });

  it('takes a database that somebody created under the name for no replica', async () => {
    const on = await open({ world: { start: 'none' } });
    const plan = await planOn(on, { kind: 'setup', link });
    await byHand(on.world, 'standby', 'CREATE DATABASE orders');
    expect((await ask(on, stepOf(plan, 'ccdr.create-replica'))).kind).toBe('done');
    expect(await ask(on, stepOf(plan, 'ccdr.await-online'))).toMatchObject({
      kind: 'impossible',
      why: expect.stringContaining('is no replica'),
    });
    const { undo } = stepOf(plan, 'ccdr.create-replica');
    if (undo.kind !== 'act') throw new TypeError('a creation has an undo');
    expect(await settle(on, undo.act, () => on.engine())).toMatchObject({
      kind: 'impossible',
      why: expect.stringContaining('is not dropped'),
    });
    expect(on.effects()).toEqual([]);
  });

  it('takes a replica of something else for none of ours, where the version tells', async () => {
    const on = await open({ world: { start: 'none' } }, '2026.08.0');
    const plan = await planOn(on, { kind: 'setup', link });
    const [first] = on.world.primary.servers;
    await byHand(
      on.world,
      'standby',
      `CYPHER 25 CREATE REPLICA DATABASE orders OPTIONS {replicaConfig: {remote: 'orders', addresses: ['${first?.replication}']}}`,
    );
    expect(await ask(on, stepOf(plan, 'ccdr.create-replica'))).toMatchObject({
      kind: 'impossible',
      why: expect.stringContaining('something else'),
    });
  });

  it('never drops a newer database of the same name', async () => {
    const on = await open();
    const drop = stepOf(await planOn(on, { kind: 'teardown', link }), 'ccdr.drop-database');
    await byHand(on.world, 'standby', 'DROP DATABASE orders DESTROY DATA');
    await until(() => on.world.database('standby') === null, 'it is gone');
    await byHand(on.world, 'standby', 'CREATE DATABASE orders');
    expect(await ask(on, drop)).toMatchObject({ kind: 'done', evidence: { state: 'gone' } });
    expect(on.world.database('standby')).not.toBeNull();
    expect(on.effects()).toEqual([]);
  });

  it.each(['2026.07.1', '2026.08.0'])('takes its creation back, and not the one of somebody else since, on %s', async (version) => {
    const on = await open({ world: { start: 'none' } }, version);
    const plan = await planOn(on, { kind: 'setup', link });
    const { undo, statements } = stepOf(plan, 'ccdr.create-replica');
    if (undo.kind !== 'act') throw new TypeError('a creation has an undo');
    await upTo(on, plan, 'ccdr.await-online');
    expect(await settle(on, undo.act, () => on.engine())).toMatchObject({ kind: 'todo' });
    await byHand(on.world, 'standby', 'DROP DATABASE orders DESTROY DATA');
    await until(() => on.world.database('standby') === null, 'the name is free');
    expect(await settle(on, undo.act, () => on.engine())).toMatchObject({ kind: 'done', evidence: { state: 'absent' } });
    for (const statement of statements) await byHand(on.world, 'standby', statement);
    await until(() => online(on), 'the replica of somebody else is online');
    expect(await carryOut(on, undo.act, () => on.engine())).toBe(0);
    expect(on.world.database('standby')).toMatchObject({ type: 'replica', requested: 'online' });
  });

  it('does not drop the replica while the side that it follows is not known to serve', async () => {
    const on = await open();
    const drop = stepOf(await planOn(on, { kind: 'teardown', link }), 'ccdr.drop-database');
    await on.world.faults.down('primary', 'dead');
    const fault = await look(on, drop).catch((cause: unknown) => cause);
    expect(fault).toMatchObject({ code: 'connect-failed', effect: 'not-applied' });
  });

  it('follows backups where the config says so', async () => {
    const settings: CcdrBedOptions['settings'] = ({ standby }) => ({
      standby: { ...standby, follow: { kind: 'backups', pullUri: 's3://bucket/orders/' } },
    });
    const on = await open({ world: { start: 'none' }, settings }, '2026.08.0');
    const plan = await planOn(on, { kind: 'setup', link });
    await upTo(on, plan, 'ccdr.verify-reads');
    expect(await ask(on, stepOf(plan, 'ccdr.verify-reads'))).toMatchObject({ kind: 'done', evidence: { writers: 0, readers: 3 } });
    expect(on.effects().map(({ statement }) => statement)).toEqual([expect.stringContaining("pullURI: 's3://bucket/orders/'")]);
  });

  it('sends nothing in other words than those that were approved', async () => {
    const on = await open({ world: { start: 'none' } });
    const create = stepOf(await planOn(on, { kind: 'setup', link }), 'ccdr.create-replica');
    const { settings } = on.link;
    const moved = { ...on.link, settings: { ...settings, standby: { ...settings.standby, topology: { primaries: 1, secondaries: 0 } } } };
    const executor = executorFor(on.engine(), create);
    expect(await executor.probe(create, moved, anIo())).toMatchObject({
      kind: 'impossible',
      why: expect.stringContaining('in other words'),
    });
    await expect(executor.perform(create, moved, anIo())).rejects.toMatchObject({ effect: 'not-applied' });
    const renamed = { ...on.link, settings: { ...settings, standby: { ...settings.standby, database: 'other' } } };
    expect(await executor.probe(create, renamed, anIo())).toMatchObject({
      kind: 'impossible',
      why: expect.stringContaining('no longer names'),
    });
    expect(on.effects()).toEqual([]);
  });
});

describe('a comparison', { timeout: 180_000 }, () => {
  const verify: Operation = { kind: 'verify', link };
  const compare = async (on: CcdrBed) => stepOf(await planOn(on, verify), 'ccdr.compare-counts');

  it('proves equal counts at one transaction, and changes nothing', async () => {
    const on = await open({ world: { writesPerSecond: 0 } });
    expect(await ask(on, await compare(on))).toMatchObject({ kind: 'done', evidence: { compared: 7 } });
    expect(on.effects()).toEqual([]);
  });

  it('asks a copy that only reads where nobody takes writes any more', async () => {
    const on = await open();
    const step = await compare(on);
    await byHand(on.world, 'primary', 'ALTER DATABASE orders SET ACCESS READ ONLY');
    await untilWritable(on.world, 'primary', false);
    on.world.faults.electionStuck('primary', true);
    await on.world.faults.serverDown('primary', 'a1');
    expect(await ask(on, step)).toMatchObject({ kind: 'done', evidence: { compared: 7 } });
    const counted = on.world.statements().filter(({ side, statement }) => side === 'primary' && statement.startsWith('MATCH'));
    expect(new Set(counted.map(({ mode }) => mode))).toEqual(new Set(['read']));
  });

  it('names what differs', async () => {
    const on = await open({ world: { writesPerSecond: 0 } });
    on.world.faults.corrupt('standby', true);
    expect(await ask(on, await compare(on))).toMatchObject({ kind: 'impossible', why: expect.stringContaining('all nodes') });
  });

  it('proves nothing while the replica is not level, and says why it waits', async () => {
    const on = await open();
    const step = await compare(on);
    on.world.faults.link('down');
    const before = on.world.database('standby')?.tx ?? 0;
    await until(() => (on.world.database('primary')?.tx ?? 0) > before, 'writes go on');
    expect(await look(on, step)).toMatchObject({ kind: 'underway', note: expect.stringContaining('Counts can only be compared') });
  });

  it('ends without a verdict when writes never pause, rather than wait or call it a difference', async () => {
    const on = await open();
    on.world.faults.link('down');
    const before = on.world.database('standby')?.tx ?? 0;
    await until(() => (on.world.database('primary')?.tx ?? 0) > before, 'writes go on');
    const step = await compare(on);
    expect(await ask(on, { ...step, params: { ...step.params, patienceMs: 150 } })).toMatchObject({
      kind: 'done',
      evidence: { compared: 0, 'not comparable': expect.stringMatching(/no moment at which graph-west and graph-east stood still at one/) },
    });
  });

  it('counts again when writes come in between, and finds the moment of quiet', async () => {
    const on = await open({ world: { writesPerSecond: 0 } });
    const step = await compare(on);
    const sneak = on.world.faults.add({ match: /^MATCH \(n\) WITH/, side: 'primary', act: { kind: 'slow', ms: 1 } });
    on.world.control().writes(50);
    const engine = on.engine();
    const executor = executorFor(engine, step);
    const first = await executor.probe(step, on.link, anIo());
    on.world.control().writes(0);
    expect(first.kind).toBe('underway');
    expect(await settle(on, step, () => engine)).toMatchObject({ kind: 'done', evidence: { compared: 7 } });
    sneak.remove();
  });

  it('counts by labels whose names are hostile, and leaves out only what cannot be quoted', async () => {
    const on = await open({ world: { writesPerSecond: 0 } });
    const odd = ['Customer', 'a`) DETACH DELETE (n', "it's", 'back\\u0060slash'];
    on.world.faults.add({
      match: /db\.labels/,
      times: 2,
      act: { kind: 'rewrite', rewrite: ({ columns }) => ({ columns, rows: odd.map((label) => [label]) }) },
    });
    expect(await ask(on, await compare(on))).toMatchObject({
      kind: 'done',
      evidence: { compared: 7, 'names that could not be counted alone': 1 },
    });
    expect(on.effects()).toEqual([]);
    expect(on.world.statements().some(({ statement }) => statement.includes('(n:`a``) DETACH DELETE (n`)'))).toBe(true);
  });
});

describe('what is read-only after a failover', { timeout: 180_000 }, () => {
  it('shows the privileges that a rebuild would take, in the plan and right before the drop', async () => {
    const on = await open({ world: { start: 'promoted' } });
    const plan = await planOn(on, { kind: 'rebuild', link });
    const given = stepOf(plan, 'ccdr.give-privileges');
    expect(given.statements[0]).toMatch(/^GRANT .*orders/);
    const saved = await ask(on, stepOf(plan, 'ccdr.save-privileges'));
    expect(saved).toMatchObject({ kind: 'done', evidence: { commands: expect.arrayContaining([given.statements[0]]) } });
  });

  it('tells what ends a split brain', async () => {
    const on = await open({
      world: { start: 'promoted' },
      prepare: async (world) => {
        await byHand(world, 'primary', 'ALTER DATABASE orders SET ACCESS READ WRITE');
        await until(() => world.writable().primary, 'the old side takes writes');
      },
    });
    const seen = await on.engine().observe(on.link, anIo());
    expect(seen.health).toBe('danger');
    expect(seen.headline).toContain(`/repl fence ${link} ends it.`);
  });
});
