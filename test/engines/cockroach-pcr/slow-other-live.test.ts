import { afterEach, describe, expect, it } from 'vitest';
import type { Operation } from '../../../src/domain/operation.ts';
import type { Step } from '../../../src/domain/plan.ts';
import { kinds } from '../../../src/engines/cockroach-pcr/acts.ts';
import { fenceKind } from '../../../src/engines/frame/drafts.ts';
import { byHand, comeBack, pcrLinkId as link, openPcr, type PcrBed } from '../../conformance/cockroach-pcr-bed.ts';
import { anIo, carryOut, earlierOn, executorFor, planOn, pressRetry, retriedOn, settle } from '../../conformance/drive.ts';
import { until } from '../../support/until.ts';

let bed: PcrBed | null = null;
afterEach(async () => {
  await bed?.close();
  bed = null;
});

const switchover: Operation = { kind: 'switchover', link, maxWriteStopMs: 60_000 };
const failover: Operation = { kind: 'failover', link, to: { kind: 'latest' } };

async function opened(...args: Parameters<typeof openPcr>): Promise<PcrBed> {
  bed = await openPcr(...args);
  return bed;
}

/** A side that is sound and far away: it answers each question of the bot, late. */
const slow = ({ world }: PcrBed, side: 'primary' | 'standby') =>
  world.faults.add({ match: /./, side, tag: /replops/, times: 100_000, act: { kind: 'slow', ms: 600 } });

async function stepsOf(on: PcrBed, operation: Operation): Promise<readonly Step[]> {
  return (await planOn(on, operation)).steps.filter(({ by }) => by === 'engine');
}

/** Carries a plan out up to a step, which is left to be done. */
async function upTo(on: PcrBed, operation: Operation, kind: string): Promise<Step> {
  for (const step of await stepsOf(on, operation)) {
    if (step.kind === kind) return step;
    await carryOut(on, step, () => on.engine());
  }
  throw new TypeError(`the plan has no ${kind}`);
}

async function restartedByHand({ world }: PcrBed): Promise<void> {
  await byHand(world, 'primary', 'ALTER VIRTUAL CLUSTER main START SERVICE SHARED');
  await until(() => world.writable().primary, 'sql-east serves again');
}

describe('an old primary that answers late', { timeout: 240_000 }, () => {
  it.each([
    ['switchover', switchover, kinds.completeReplication, /^sql-east takes writes again, so promoting sql-west now would lose them/],
    ['switchover', switchover, kinds.startService, /^sql-east takes writes, so starting sql-west would make two sides writable/],
    ['failover', failover, kinds.startService, /^sql-east takes writes, so starting sql-west would make two sides writable/],
  ] as const)('and was started again is seen by a %s before its step %s', async (_, operation, kind, why) => {
    const on = await opened('25.2', { writesPerSecond: 100 });
    const next = await upTo(on, operation, kind);
    slow(on, 'primary');
    await restartedByHand(on);
    expect(await settle(on, next, () => on.engine())).toMatchObject({
      kind: 'impossible',
      why: expect.stringMatching(why),
      evidence: { 'took writes again': expect.any(String) },
    });
    expect(on.wasSplit()).toBe(false);
  });

  it('does not hold a switchover up, and is seen to take no writes at its end', async () => {
    const on = await opened('25.2', { writesPerSecond: 100 });
    const last = await upTo(on, switchover, kinds.checkSplitBrain);
    slow(on, 'primary');
    expect(await settle(on, last, () => on.engine())).toMatchObject({ kind: 'done', evidence: { 'sql-east': 'takes no writes' } });
    expect(on.world.lost()).toMatchObject({ rows: 0 });
  });
});

describe('the side that goes on, when it answers late,', { timeout: 240_000 }, () => {
  it('lets the other one be fenced', async () => {
    const on = await opened('25.2', { start: 'promoted' }, comeBack);
    const [stop] = await stepsOf(on, { kind: 'fence', link });
    if (stop === undefined) throw new TypeError('the plan stops nobody');
    slow(on, 'standby');
    await carryOut(on, stop, () => on.engine());
    expect(on.world.writable()).toEqual({ primary: false, standby: true });
  });

  it('lets its copy be torn down', async () => {
    const on = await opened('25.2');
    const [drop] = await stepsOf(on, { kind: 'teardown', link });
    if (drop === undefined) throw new TypeError('the plan drops nothing');
    slow(on, 'primary');
    await carryOut(on, drop, () => on.engine());
    expect(on.world.vc('standby')).toBeNull();
  });

  it('is not taken for lost when it comes back before the stopped side is started', async () => {
    const on = await opened('25.2', { start: 'promoted' }, (world) => world.faults.down('standby'));
    const start = (await stepsOf(on, failover)).find(({ kind }) => kind === kinds.startService);
    if (start === undefined) throw new TypeError('the plan starts nothing');
    await on.world.faults.up('standby');
    slow(on, 'standby');
    await until(() => on.world.writable().standby, 'the promoted side is back');
    expect(await settle(on, start, () => on.engine())).toMatchObject({
      kind: 'impossible',
      why: expect.stringMatching(/^sql-west answers again and takes writes, so it is not lost/),
    });
    expect(on.wasSplit()).toBe(false);
  });
});

/** Long enough for the side that answers on a busy machine; the one that hangs is waited for as long. */
const patience = { timeoutMs: 8_000 };

describe('a side that accepts connections and gives no answer', { timeout: 240_000 }, () => {
  const look = (on: PcrBed, step: Step, confirmed = false) => {
    const fence = confirmed ? [{ kind: fenceKind, cluster: null, evidence: {} }] : [];
    const io = anIo({ ...patience, earlier: [...fence, ...earlierOn(on, step)], retried: retriedOn(on) });
    return executorFor(on.engine(), step).probe(step, on.link, io);
  };

  it.each([
    ['switchover', switchover, kinds.completeReplication, 'sql-west, which was not promoted'],
    ['failover', failover, kinds.startService, 'sql-west was not put into service'],
  ] as const)('is not taken for stopped by a %s that stopped it, before a person says so', async (_, operation, kind, so) => {
    const on = await opened('25.2', { writesPerSecond: 1 });
    const next = await upTo(on, operation, kind);
    await on.world.faults.down('primary', 'silent');
    const shown = await look(on, next);
    expect(shown).toMatchObject({ kind: 'unknown', why: expect.stringMatching(/accepts connections but gives no answer .* press Retry/) });
    expect(shown.kind === 'unknown' && shown.why).toContain(so);
    pressRetry(on, shown);
    expect(await look(on, next)).toEqual({ kind: 'todo' });
  });

  it('is asked again before a person is: one stall halts nobody', async () => {
    const on = await opened('25.2', { writesPerSecond: 1 });
    const next = await upTo(on, switchover, kinds.completeReplication);
    const stall = on.world.faults.add({ match: /VIRTUAL CLUSTER/, side: 'primary', tag: /replops/, times: 1, act: { kind: 'hang' } });
    expect(await look(on, next)).toEqual({ kind: 'todo' });
    expect(stall.hits()).toBe(1);
  });

  it('holds no failover up once a person has answered for it', async () => {
    const on = await opened('25.2', { writesPerSecond: 1 });
    const next = await upTo(on, failover, kinds.startService);
    await on.world.faults.down('primary', 'silent');
    expect(await look(on, next, true)).toEqual({ kind: 'todo' });
  });

  it('holds no failover up when it is gone', async () => {
    const on = await opened('25.2', { writesPerSecond: 1 });
    const next = await upTo(on, failover, kinds.startService);
    await on.world.faults.down('primary');
    expect(await look(on, next)).toEqual({ kind: 'todo' });
  });

  it('is not given up for lost by the fence alone, which was confirmed for a side that is', async () => {
    const on = await opened('25.2', { start: 'promoted' }, (world) => world.faults.down('standby'));
    const start = (await stepsOf(on, failover)).find(({ kind }) => kind === kinds.startService);
    if (start === undefined) throw new TypeError('the plan starts nothing');
    await on.world.faults.up('standby');
    await on.world.faults.down('standby', 'silent');
    const shown = await look(on, start, true);
    expect(shown).toMatchObject({ kind: 'unknown', why: expect.stringContaining('sql-east, which lacks what sql-west took') });
    pressRetry(on, shown);
    expect(await look(on, start, true)).toEqual({ kind: 'todo' });
  });
});
