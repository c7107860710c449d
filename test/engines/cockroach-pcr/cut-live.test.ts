import { afterEach, describe, expect, it } from 'vitest';
import type { Operation } from '../../../src/domain/operation.ts';
import type { Step } from '../../../src/domain/plan.ts';
import { microsOfTimestamp, timestampOfMicros } from '../../../src/engines/cockroach/times.ts';
import { kinds } from '../../../src/engines/cockroach-pcr/acts.ts';
import { reachOf } from '../../../src/engines/cockroach-pcr/steps/cut.ts';
import type { SqlWorldOptions } from '../../../src/sim/cockroach/contract.ts';
import { tinyPace } from '../../../src/sim/cockroach/pace.ts';
import { byHand, pcrLinkId as link, openPcr, type PcrBed } from '../../conformance/cockroach-pcr-bed.ts';
import { anIo, carryOut, planOn, settle } from '../../conformance/drive.ts';
import { until } from '../../support/until.ts';
import { aStream, aVirtualCluster, micros } from './build.ts';

let bed: PcrBed | null = null;
afterEach(async () => {
  await bed?.close();
  bed = null;
});

const switchover: Operation = { kind: 'switchover', link, maxWriteStopMs: 60_000 };

/** A switchover under load, carried out up to a step. */
async function underWay(
  upTo: string,
  options: Partial<SqlWorldOptions> = {},
): Promise<{ readonly on: PcrBed; readonly rest: readonly Step[] }> {
  const on = await openPcr('25.2', { writesPerSecond: 100, ...options });
  bed = on;
  const steps = (await planOn(on, switchover)).steps.filter(({ by }) => by === 'engine');
  const at = steps.findIndex(({ kind }) => kind === upTo);
  expect(at).toBeGreaterThan(0);
  for (const step of steps.slice(0, at)) await carryOut(on, step, () => on.engine());
  return { on, rest: steps.slice(at) };
}

/** What somebody at a terminal sends: a promotion to a time long before the last write. */
const promoteToThePast = ({ world }: PcrBed): Promise<void> => {
  const past = timestampOfMicros(BigInt(Math.trunc(world.now() - 60_000)) * 1_000n);
  return byHand(world, 'standby', `ALTER VIRTUAL CLUSTER "main" COMPLETE REPLICATION TO SYSTEM TIME '${past}'`);
};

const isReady = ({ world }: PcrBed): Promise<void> => until(() => world.vc('standby')?.status === 'ready', 'main is ready on sql-west');

describe("somebody else's promotion during a switchover", { timeout: 180_000 }, () => {
  it('is not taken for a wait that is over when it leaves out writes that the stopped side has', async () => {
    const { on, rest } = await underWay(kinds.awaitCut);
    await promoteToThePast(on);
    await isReady(on);
    const [awaitCut] = rest;
    expect(awaitCut && (await settle(on, awaitCut, () => on.engine()))).toMatchObject({
      kind: 'unknown',
      why: expect.stringMatching(
        /^sql-west was promoted to .* by somebody else, but sql-east took writes until .*: what it took in between is missing on sql-west\. Nothing is lost yet: .* press Cancel, start main on sql-east again by hand .*\/repl failback prod-sql.* press Skip\.$/,
      ),
    });
    expect(on.world.writable()).toEqual({ primary: false, standby: false });
    // What the sentence says to do comes to a link that is sound.
    await byHand(on.world, 'primary', 'ALTER VIRTUAL CLUSTER "main" START SERVICE SHARED');
    await until(() => on.world.writable().primary, 'sql-east serves again');
    const back = await planOn(on, { kind: 'failback', link });
    for (const step of back.steps.filter(({ by }) => by === 'engine')) await carryOut(on, step, () => on.engine());
    expect((await on.engine().observe(on.link, anIo())).headline).toContain('sql-west follows');
  });

  it('is not taken for the own one when it came after the wait', async () => {
    const { on, rest } = await underWay(kinds.completeReplication);
    await promoteToThePast(on);
    await isReady(on);
    const [complete] = rest;
    expect(complete && (await settle(on, complete, () => on.engine()))).toMatchObject({
      kind: 'unknown',
      why: expect.stringContaining('Nothing is lost yet: sql-east is stopped and still has everything'),
    });
    expect(on.world.writable()).toEqual({ primary: false, standby: false });
  });

  it('is moved to the latest time while it is pending, so that nothing is lost', async () => {
    const { on, rest } = await underWay(kinds.awaitCut, { pace: { ...tinyPace, failoverWaitMs: 60_000 } });
    await promoteToThePast(on);
    const [awaitCut, complete] = rest;
    if (awaitCut === undefined || complete === undefined) throw new TypeError('the plan ends too early');
    const cut = await settle(on, awaitCut, () => on.engine());
    expect(cut).toMatchObject({ kind: 'done', evidence: { cut: expect.any(String) } });
    expect(await carryOut(on, complete, () => on.engine())).toBe(1);
    const asked = await settle(on, complete, () => on.engine());
    const timeOf = (probe: typeof asked, key: string) => (probe.kind === 'done' ? microsOfTimestamp(String(probe.evidence[key])) : null);
    expect(Number(timeOf(asked, 'failover time'))).toBeGreaterThanOrEqual(Number(timeOf(cut, 'cut')));
  });

  it('is as good as the own one when it holds the last write', async () => {
    const { on, rest } = await underWay(kinds.completeReplication);
    await byHand(on.world, 'standby', 'ALTER VIRTUAL CLUSTER "main" COMPLETE REPLICATION TO LATEST');
    for (const step of rest) await carryOut(on, step, () => on.engine());
    expect(on.world.lost()).toMatchObject({ side: 'standby', rows: 0 });
    expect(on.world.writable()).toEqual({ primary: false, standby: true });
  });
});

describe('how a promotion stands to the last write', () => {
  const cut = BigInt(micros(10_000));
  const [before, after] = [micros(10_001), micros(10_000)];
  it.each([
    ['no promotion', aStream(), 'none'],
    ['no virtual cluster', null, 'none'],
    ['a pause', aStream({ status: 'replication paused' }), 'none'],
    ['one that is pending for later', aStream({ status: 'replication pending failover', failover: after }), 'whole'],
    ['one that is pending for before', aStream({ status: 'replication pending failover', failover: before }), 'movable'],
    ['one that is held by a pause', aStream({ status: 'replication paused', failover: before }), 'movable'],
    ['one in the words of 23.2', aStream({ status: 'replication pending cutover', failover: before }), 'movable'],
    ['one that is pending for nobody knows when', aStream({ status: 'replication pending failover' }), 'untold'],
    ['one under way', aStream({ status: 'replication failing over', failover: after }), 'whole'],
    ['one under way to before', aStream({ status: 'replication failing over', failover: before }), 'short'],
    ['one that is over', aVirtualCluster({ service: 'none', activated: after }), 'whole'],
    ['one to before that is over', aVirtualCluster({ service: 'none', activated: before }), 'short'],
    ['one that a version does not tell of', aVirtualCluster({ service: 'none' }), 'untold'],
  ] as const)('%s', (_, vc, reach) => {
    expect(reachOf(vc, cut)).toBe(reach);
  });
});

describe('a copy of a virtual cluster with another name than that of the config', { timeout: 180_000 }, () => {
  it('is promoted only after a person has stopped what applications write to, since the bot can not see it', async () => {
    const on = await openPcr(
      '25.2',
      { start: 'none', virtualized: false, writesPerSecond: 10, users: [{ name: 'ops', password: 'opssecret', admin: true }] },
      async (world) => {
        await byHand(world, 'standby', `CREATE VIRTUAL CLUSTER main FROM REPLICATION OF system ON 'external://to-primary'`);
        await until(() => world.vc('standby')?.status === 'replicating', 'sql-west follows');
      },
    );
    bed = on;
    const { steps, warnings } = await planOn(on, { kind: 'failover', link, to: { kind: 'latest' } });
    expect(steps[1]).toMatchObject({ by: 'person', kind: 'fence-by-hand' });
    expect(warnings.join(' ')).toContain("sql-east is not virtualized, so it can't be fenced by SQL");
    for (const step of steps) {
      if (step.kind === 'fence-by-hand') on.world.control().vacate('primary');
      if (step.by === 'engine') await carryOut(on, step, () => on.engine());
    }
    expect(on.world.splitBrain()).toEqual([]);
    const check = steps.find(({ kind }) => kind === kinds.checkSplitBrain);
    expect(check && (await settle(on, check, () => on.engine()))).toMatchObject({
      kind: 'done',
      evidence: { 'sql-east': "has no virtual cluster main; whether applications write to another one there can't be seen" },
    });
  });
});
