import { afterEach, describe, expect, it } from 'vitest';
import type { Operation } from '../../../src/domain/operation.ts';
import { anIo, carryOut, earlierOn, executorFor, planOn, settle, through } from '../../conformance/drive.ts';
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

const switchover: Operation = { kind: 'switchover', link, maxWriteStopMs: 60_000 };
const failover: Operation = { kind: 'failover', link, to: { kind: 'latest' } };

describe('a switchover', { timeout: 180_000 }, () => {
  it('waits for a write that was open when writes were stopped, and loses nothing', async () => {
    const on = await open();
    const plan = await planOn(on, switchover);
    on.world.control().straggle('primary', 60_000);
    const drained = await upTo(on, plan, 'ccdr.await-drained');
    expect(on.world.transactions('primary').length).toBeGreaterThan(0);
    on.world.control().advance(61_000);
    expect(await ask(on, drained)).toMatchObject({ kind: 'done' });
    expect(on.world.transactions('primary')).toEqual([]);
    const rest = plan.steps.slice(plan.steps.indexOf(drained));
    await through(on, { ...plan, steps: rest }, async (one) => void (await carryOut(on, one, () => on.engine())));
    expect(on.world.lost()).toMatchObject({ side: 'standby', transactions: 0 });
    expect(on.world.writable()).toEqual({ primary: false, standby: true });
  });

  /** What an operator of the bot needs where it is no administrator. */
  const grants = [
    'DATABASE MANAGEMENT ON DBMS',
    'ALIAS MANAGEMENT ON DBMS',
    'SHOW SERVERS ON DBMS',
    'SHOW SETTING * ON DBMS',
    'SHOW PRIVILEGE ON DBMS',
    'EXECUTE ADMIN PROCEDURES ON DBMS',
    'START ON DATABASE *',
    'STOP ON DATABASE *',
  ];
  const seeing = [...grants, 'SHOW TRANSACTION (*) ON DATABASE *', 'TERMINATE TRANSACTION (*) ON DATABASE *'];
  const operator = (held: readonly string[]): CcdrBedOptions => ({
    world: { operator: 'ccdr', users: [{ name: 'ccdr', password: 'ccdr-secret', grants: held }] },
  });

  it('does with the privileges of an operator', async () => {
    const on = await open(operator(seeing));
    await upTo(on, await planOn(on, switchover), 'redirect');
    expect(on.world.writable()).toEqual({ primary: false, standby: true });
    const checks = await on.engine().preflight({ kind: 'failback', link }, on.link, anIo());
    expect(checks.filter(({ name }) => name.endsWith(': privileges')).map(({ outcome }) => outcome)).toEqual(['passed', 'passed']);
  });

  it('stops no writes that it could not see the end of', async () => {
    const on = await open(operator(grants));
    const plan = await planOn(on, switchover);
    on.world.control().straggle('primary', 60_000);
    const blind = { kind: 'impossible', why: expect.stringContaining('ccdr may not see the transactions of others on graph-east') };
    expect(await ask(on, stepOf(plan, 'ccdr.set-read-only'))).toMatchObject(blind);
    const checks = await on.engine().preflight(switchover, on.link, anIo());
    expect(checks.find(({ name }) => name === 'graph-east: privileges')).toMatchObject({
      outcome: 'warned',
      seen: expect.stringContaining('show_transaction'),
    });
    expect(on.effects()).toEqual([]);
  });

  it('lets the old side write again when the replica does not become level', async () => {
    const on = await open();
    const plan = await planOn(on, switchover);
    const stop = await upTo(on, plan, 'ccdr.set-read-only');
    on.world.faults.catchUpStuck('standby', true);
    const before = on.world.database('standby')?.tx ?? 0;
    await until(() => (on.world.database('primary')?.tx ?? 0) > before, 'writes go on');
    await carryOut(on, stop, () => on.engine());
    const equal = stepOf(plan, 'ccdr.await-equal');
    expect(equal.onLate).toBe('undo');
    expect(await look(on, equal)).toMatchObject({ kind: 'underway', note: expect.stringContaining('lacks') });
    if (stop.undo.kind !== 'act') throw new TypeError('a stop has an undo');
    expect(await carryOut(on, stop.undo.act, () => on.engine())).toBe(1);
    await untilWritable(on.world, 'primary', true);
    expect(on.wasSplit()).toBe(false);
  });

  it('does not promote when somebody lets the old side write again', async () => {
    const on = await open();
    const promote = await upTo(on, await planOn(on, switchover), 'ccdr.promote');
    await byHand(on.world, 'primary', 'ALTER DATABASE orders SET ACCESS READ WRITE');
    await untilWritable(on.world, 'primary', true);
    expect(await ask(on, promote)).toMatchObject({ kind: 'impossible', why: expect.stringContaining('would make two sides writable') });
  });

  it('does not promote when something was written after everything had ended', async () => {
    const on = await open();
    const promote = await upTo(on, await planOn(on, switchover), 'ccdr.promote');
    const before = on.world.database('primary')?.tx ?? 0;
    await byHand(on.world, 'primary', 'ALTER DATABASE orders SET ACCESS READ WRITE');
    await until(() => (on.world.database('primary')?.tx ?? 0) > before, 'somebody has written');
    await byHand(on.world, 'primary', 'ALTER DATABASE orders SET ACCESS READ ONLY');
    await untilWritable(on.world, 'primary', false);
    expect(await ask(on, promote)).toMatchObject({ kind: 'impossible', why: expect.stringContaining('after its writes had ended') });
  });

  it('goes on when the old side dies after every copy has everything', async () => {
    const on = await open();
    const promote = await upTo(on, await planOn(on, switchover), 'ccdr.promote');
    await on.world.faults.down('primary', 'dead');
    expect(await ask(on, promote)).toEqual({ kind: 'todo' });
  });

  it('asks and changes on `system` of the leader only, and names every database', async () => {
    const on = await open();
    on.world.faults.lead('standby', 'b2');
    await upTo(on, await planOn(on, switchover), 'redirect');
    const sent = on.world.statements().filter(({ tag }) => tag.startsWith('replops/r-'));
    expect(sent.length).toBeGreaterThan(20);
    expect(sent.every(({ database }) => database === 'system')).toBe(true);
    const onLeader = sent.filter(({ statement }) => /^(SHOW DATABASE|ALTER|CALL internal)/.test(statement));
    expect(onLeader.length).toBeGreaterThan(10);
    expect(onLeader.every(({ mode, side, server }) => mode === 'write' && server === (side === 'primary' ? 'a1' : 'b2'))).toBe(true);
  });

  it('finds the new leader when it changes, and sends again what an old one refused', async () => {
    const on = await open();
    const plan = await planOn(on, switchover);
    const promote = await upTo(on, plan, 'ccdr.promote');
    on.world.faults.lead('primary', 'a2');
    on.world.faults.lead('standby', 'b3');
    const notALeader = { code: 'Neo.ClientError.Cluster.NotALeader', gqlStatus: '08N07', message: 'No.' };
    on.world.faults.add({ match: /^CALL internal\.dbms\.promote/, act: { kind: 'refuse', ...notALeader } });
    const { perform, probe } = executorFor(on.engine(), promote);
    const io = anIo({ earlier: earlierOn(on, promote) });
    // A fault of a kind that passes: the runner looks again and sends it anew.
    await expect(perform(promote, on.link, io)).rejects.toMatchObject({ code: 'connection-lost', effect: 'not-applied' });
    expect(await probe(promote, on.link, io)).toEqual({ kind: 'todo' });
    await carryOut(on, promote, () => on.engine());
    expect(on.effects().at(-1)).toMatchObject({ server: 'b3', statement: promote.statements[0] });
    expect(on.wasSplit()).toBe(false);
  });

  it('tells ids apart that no JavaScript number holds', async () => {
    const on = await open({ world: { firstTx: 2n ** 60n + 1n } });
    const plan = await planOn(on, switchover);
    const promote = await upTo(on, plan, 'ccdr.promote');
    const equal = await ask(on, stepOf(plan, 'ccdr.await-equal'));
    const id = equal.kind === 'done' ? String(equal.evidence['transaction']) : '';
    expect(BigInt(id)).toBeGreaterThan(2n ** 60n);
    expect(id).toBe(String(2n ** 60n + 1n + BigInt(on.world.database('primary')?.tx ?? 0)));
    expect(await ask(on, promote)).toEqual({ kind: 'todo' });
  });

  it('promotes nothing when the serving side has one transaction more, however large ids are', async () => {
    const on = await open({ world: { firstTx: 2n ** 60n + 1n } });
    const promote = await upTo(on, await planOn(on, switchover), 'ccdr.promote');
    on.world.faults.add({
      match: /^SHOW DATABASE \$name YIELD/,
      side: 'primary',
      times: 9,
      act: {
        kind: 'rewrite',
        rewrite: ({ columns, rows }) => {
          const at = columns.indexOf('lastCommittedTxn');
          return {
            columns,
            rows: rows.map((row) => row.map((cell, index) => (index === at && typeof cell === 'bigint' ? cell + 1n : cell))),
          };
        },
      },
    });
    expect(await ask(on, promote)).toMatchObject({ kind: 'impossible', why: expect.stringContaining('has taken 1 transaction after') });
  });

  it('never opens the old side again once the other is promoted', async () => {
    const on = await open();
    const plan = await planOn(on, switchover);
    await upTo(on, plan, 'redirect');
    const stop = stepOf(plan, 'ccdr.set-read-only');
    if (stop.undo.kind !== 'act') throw new TypeError('a stop has an undo');
    const probe = await settle(on, stop.undo.act, () => on.engine());
    expect(probe).toMatchObject({ kind: 'impossible', why: expect.stringContaining('has been promoted') });
  });
});

describe('a failover', { timeout: 180_000 }, () => {
  it('does not promote when the side that was lost is back and takes writes', async () => {
    const on = await open({ prepare: async (world) => world.faults.down('primary', 'dead') });
    const promote = await upTo(on, await planOn(on, failover), 'ccdr.promote');
    await on.world.faults.up('primary');
    await untilWritable(on.world, 'primary', true);
    expect(await ask(on, promote)).toMatchObject({ kind: 'impossible', why: expect.stringContaining('would make two sides writable') });
  });

  it('does not promote when the side that was lost is back and about to elect a writer', async () => {
    const on = await open({ prepare: async (world) => world.faults.down('primary', 'dead') });
    const promote = await upTo(on, await planOn(on, failover), 'ccdr.promote');
    on.world.faults.electionStuck('primary', true);
    await on.world.faults.up('primary');
    expect(await ask(on, promote)).toMatchObject({ kind: 'impossible', why: expect.stringContaining('ask for the failover again') });
    const again = await planOn(on, failover);
    expect(again.steps[0]?.statements).toEqual(['ALTER DATABASE `orders` SET ACCESS READ ONLY']);
  });

  it('does not promote when somebody opens the fenced side again, even while it has no writer', async () => {
    const on = await open();
    const promote = await upTo(on, await planOn(on, failover), 'ccdr.promote');
    on.world.faults.electionStuck('primary', true);
    await on.world.faults.serverDown('primary', 'a1');
    await byHand(on.world, 'primary', 'ALTER DATABASE orders SET ACCESS READ WRITE');
    await until(async () => (await look(on, promote)).kind === 'impossible', 'the open side speaks against it');
  });

  it('asks people when the side that is to be fenced lists no database any more', async () => {
    const on = await open();
    const stop = stepOf(await planOn(on, failover), 'ccdr.set-read-only');
    on.world.faults.add({
      match: /^SHOW DATABASE \$name YIELD/,
      side: 'primary',
      act: { kind: 'rewrite', rewrite: ({ columns }) => ({ columns, rows: [] }) },
    });
    expect(await look(on, stop)).toMatchObject({ kind: 'unknown', why: expect.stringContaining('every server that holds it is down') });
    expect(await look(on, stop)).toEqual({ kind: 'todo' });
  });

  it('waits while the promoted database is still told as read-only', async () => {
    const on = await open({ prepare: async (world) => world.faults.down('primary', 'dead') });
    const writer = await upTo(on, await planOn(on, failover), 'ccdr.await-writer');
    on.world.faults.add({
      match: /^SHOW DATABASE \$name YIELD/,
      side: 'standby',
      act: {
        kind: 'rewrite',
        rewrite: ({ columns, rows }) => {
          const told: Readonly<Record<string, boolean | string>> = { access: 'read-only', writer: false };
          return { columns, rows: rows.map((row) => row.map((cell, index) => told[columns[index] ?? ''] ?? cell)) };
        },
      },
    });
    expect(await look(on, writer)).toMatchObject({ kind: 'underway', note: expect.stringContaining('still read-only') });
    expect(await ask(on, writer)).toMatchObject({ kind: 'done' });
  });

  const failed = { code: 'Neo.ClientError.Procedure.ProcedureCallFailed', gqlStatus: '52N37', message: 'Sadly no.' } as const;

  it.each([
    ['before it began', 'before', failed, 'not-applied', { kind: 'todo' }],
    [
      'since the database was not available',
      'before',
      { ...failed, code: 'Neo.TransientError.General.DatabaseUnavailable' },
      'not-applied',
      { kind: 'todo' },
    ],
    ['although it has happened', 'after', failed, 'unknown', { kind: 'done', evidence: { type: 'standard' } }],
    ['without knowing whether it is committed', 'before', { ...failed, gqlStatus: '52N40' }, 'unknown', { kind: 'todo' }],
    ['while a leader changed', 'before', { ...failed, code: 'Neo.TransientError.Transaction.LeaderSwitch' }, 'unknown', { kind: 'todo' }],
  ] as const)('whose promotion is refused %s tells what that is worth', async (_, when, answer, effect, then) => {
    const on = await open({ prepare: async (world) => world.faults.down('primary', 'dead') });
    const promote = await upTo(on, await planOn(on, failover), 'ccdr.promote');
    on.world.faults.add({ match: /^CALL internal\.dbms\.promote/, act: { kind: 'refuse', when, ...answer } });
    const { perform } = executorFor(on.engine(), promote);
    await expect(perform(promote, on.link, anIo({ earlier: earlierOn(on, promote) }))).rejects.toMatchObject({
      effect,
      message: expect.stringContaining('Sadly no.'),
    });
    expect(await ask(on, promote)).toMatchObject(then);
  });

  it('waits for the election after the promotion, and asks nothing twice', async () => {
    const on = await open({ prepare: async (world) => world.faults.down('primary', 'dead') });
    on.world.faults.electionStuck('standby', true);
    const plan = await planOn(on, failover);
    const writer = await upTo(on, plan, 'ccdr.await-writer');
    expect(await look(on, writer)).toMatchObject({ kind: 'underway', note: expect.stringContaining('elects a writer') });
    expect(await ask(on, stepOf(plan, 'ccdr.promote'))).toMatchObject({ kind: 'done' });
    on.world.faults.electionStuck('standby', false);
    expect(await ask(on, writer)).toMatchObject({ kind: 'done', evidence: { 'copies online': '3 of 3' } });
  });
});

describe('a drop', { timeout: 180_000 }, () => {
  it('waits while the side that serves changes its writer', async () => {
    const on = await open();
    const drop = await upTo(on, await planOn(on, { kind: 'teardown', link }), 'ccdr.drop-database');
    on.world.faults.electionStuck('primary', true);
    await on.world.faults.serverDown('primary', 'a1');
    expect(await look(on, drop)).toMatchObject({ kind: 'underway', note: expect.stringContaining('has no writer at this moment') });
    on.world.faults.electionStuck('primary', false);
    expect(await ask(on, drop)).toEqual({ kind: 'todo' });
  });
});
