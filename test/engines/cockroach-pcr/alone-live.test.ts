import { afterEach, describe, expect, it } from 'vitest';
import { asRunId } from '../../../src/domain/ids.ts';
import type { Operation } from '../../../src/domain/operation.ts';
import { isRefusal } from '../../../src/domain/refusal.ts';
import { kinds } from '../../../src/engines/cockroach-pcr/acts.ts';
import type { SqlWorld } from '../../../src/sim/cockroach/contract.ts';
import { tinyPace } from '../../../src/sim/cockroach/pace.ts';
import { byHand, pcrLinkId as link, openPcr, type PcrBed } from '../../conformance/cockroach-pcr-bed.ts';
import { anIo, carryOut, executorFor, planOn, pressRetry, settle } from '../../conformance/drive.ts';
import { until } from '../../support/until.ts';

let bed: PcrBed | null = null;
afterEach(async () => {
  await bed?.close();
  bed = null;
});

const failover: Operation = { kind: 'failover', link, to: { kind: 'latest' } };
const switchover: Operation = { kind: 'switchover', link };
const minuteMs = 60_000;

async function opened(...args: Parameters<typeof openPcr>): Promise<PcrBed> {
  bed = await openPcr(...args);
  return bed;
}

const lose = (world: SqlWorld): Promise<void> => world.faults.down('standby');

describe('a start of the side that was stopped', { timeout: 180_000 }, () => {
  it.each(['23.2', '26.2'] as const)('is not made once the other side answers again, and makes no second writer (%s)', async (version) => {
    const on = await opened(version, { start: 'promoted' }, lose);
    const plan = await planOn(on, failover);
    const start = plan.steps.find(({ kind }) => kind === kinds.startService);
    if (start === undefined) throw new TypeError('the plan starts nothing');
    expect(await executorFor(on.engine(), start).probe(start, on.link, anIo())).toEqual({ kind: 'todo' });
    await on.world.faults.up('standby');
    await until(() => on.world.writable().standby, 'the promoted side is back');
    expect(await settle(on, start, () => on.engine())).toMatchObject({
      kind: 'impossible',
      why: expect.stringMatching(/^sql-west answers again and takes writes, so it is not lost, .* was not started\. Press Cancel/),
    });
    expect(on.world.writable()).toEqual({ primary: false, standby: true });
    expect(on.wasSplit()).toBe(false);
  });
});

describe('a side that is lost on a link that went round once', { timeout: 240_000 }, () => {
  /** sql-east follows sql-west, is promoted, and serves while sql-west follows it again. */
  async function goRound({ world }: PcrBed): Promise<void> {
    const is = (side: 'primary' | 'standby', status: string) => until(() => world.vc(side)?.status === status, `${side} is ${status}`);
    const send = (side: 'primary' | 'standby', what: string) =>
      byHand(world, side, `ALTER VIRTUAL CLUSTER ${world.virtualCluster} ${what}`);
    await send('primary', `START REPLICATION OF ${world.virtualCluster} ON 'external://to-standby'`);
    await is('primary', 'replicating');
    await send('standby', 'STOP SERVICE');
    await send('primary', 'COMPLETE REPLICATION TO LATEST');
    await is('primary', 'ready');
    await send('primary', 'START SERVICE SHARED');
    await send('standby', `START REPLICATION OF ${world.virtualCluster} ON 'external://to-primary'`);
    await is('standby', 'replicating');
    world.control().advance(60 * minuteMs);
  }

  it('leaves the side that served until it was stopped, with all that it has, and a fence keeps that one', async () => {
    const on = await opened('25.2', { start: 'promoted', writesPerSecond: 50 });
    await goRound(on);
    const before = await on.engine().observe(on.link, anIo());
    expect(before.primary.writable).toBe('yes');
    const plan = await planOn(on, switchover);
    const steps = plan.steps.filter(({ by }) => by === 'engine');
    const at = steps.findIndex(({ kind }) => kind === kinds.startService);
    for (const step of steps.slice(0, at)) await carryOut(on, step, () => on.engine());
    await lose(on.world);

    const sample = { at: before.observedAt, health: before.health, headline: before.headline, trail: before.trail ?? null };
    const seen = await on.engine().observe(on.link, anIo({ planning: 'failover', history: async () => [sample] }));
    expect(seen.headline).toMatch(/If sql-west is lost, a failover lets sql-east serve what it has\.$/);
    const alone = on.engine().plan(failover, on.link, seen);
    if (isRefusal(alone)) throw new TypeError(alone.sentence);
    expect(alone.summary).toContain('Let sql-east serve again with what it had when it was stopped');
    expect(JSON.stringify(alone)).not.toMatch(/Every write of the last|begun before/);
    for (const step of alone.steps.filter(({ by }) => by === 'engine')) await carryOut(on, step, () => on.engine());
    expect(on.world.writable()).toEqual({ primary: true, standby: false });

    // It had been put into service by hand meanwhile, and comes back with that.
    await on.world.faults.up('standby');
    await until(() => on.world.vc('standby')?.status === 'ready', 'sql-west is back');
    await byHand(on.world, 'standby', `ALTER VIRTUAL CLUSTER ${on.world.virtualCluster} START SERVICE SHARED`);
    const redirected = async () => ({
      run: asRunId('r-7k2m4qpx'),
      operation: 'failover' as const,
      to: 'sql-east',
      endedAt: on.world.now(),
    });
    const split = await on.engine().observe(on.link, anIo({ redirected }));
    expect(split.offers).toEqual([expect.objectContaining({ operation: 'fence', cluster: 'sql-west' })]);
    expect(on.engine().plan({ kind: 'fence', link }, on.link, split)).toMatchObject({
      summary: 'Stop writes on sql-west, so that only sql-east takes them.',
    });
  });
});

describe('a switchover whose standby is lost while it is promoted', { timeout: 180_000 }, () => {
  it('asks people after some minutes, and leads to what lets the stopped side serve', async () => {
    const on = await opened('25.2', { writesPerSecond: 100, pace: { ...tinyPace, failoverWaitMs: 10 * minuteMs } });
    const steps = (await planOn(on, switchover)).steps.filter(({ by }) => by === 'engine');
    const at = steps.findIndex(({ kind }) => kind === kinds.awaitPromotion);
    for (const step of steps.slice(0, at)) await carryOut(on, step, () => on.engine());
    const wait = steps[at];
    if (wait === undefined) throw new TypeError('the plan waits for nothing');
    await lose(on.world);
    // Nodes restart, and networks break for a moment.
    await expect(settle(on, wait, () => on.engine())).rejects.toMatchObject({ code: 'connect-failed' });
    on.world.control().advance(5 * minuteMs);
    const halt = await settle(on, wait, () => on.engine());
    expect(halt).toMatchObject({
      kind: 'unknown',
      why: expect.stringMatching(
        /^sql-west can't be reached .*\. Its promotion was asked for 5 min.* ago, and sql-east is stopped, so nobody takes writes\. .* press Retry.* \/repl failover prod-sql: it lets sql-east serve again/,
      ),
    });
    pressRetry(on, halt);
    await expect(settle(on, wait, () => on.engine())).rejects.toMatchObject({ code: 'connect-failed' });

    const plan = await planOn(on, failover);
    expect(plan.summary).toContain('Let sql-east serve again');
    for (const step of plan.steps.filter(({ by }) => by === 'engine')) await carryOut(on, step, () => on.engine());
    expect(on.world.writable()).toEqual({ primary: true, standby: false });
    expect(on.wasSplit()).toBe(false);
  });
});
