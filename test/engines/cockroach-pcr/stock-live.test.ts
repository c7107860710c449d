import { afterEach, describe, expect, it } from 'vitest';
import type { Operation } from '../../../src/domain/operation.ts';
import type { Step } from '../../../src/domain/plan.ts';
import { timestampOfMicros } from '../../../src/engines/cockroach/times.ts';
import { kinds } from '../../../src/engines/cockroach-pcr/acts.ts';
import type { SqlWorldOptions } from '../../../src/sim/cockroach/contract.ts';
import type { SimVersion } from '../../../src/sim/cockroach/grammar/dialect.ts';
import { tinyPace } from '../../../src/sim/cockroach/pace.ts';
import { byHand, pcrLinkId as link, openPcr, type PcrBed } from '../../conformance/cockroach-pcr-bed.ts';
import { carryOut, planOn, pressRetry, settle } from '../../conformance/drive.ts';
import { until } from '../../support/until.ts';

let bed: PcrBed | null = null;
afterEach(async () => {
  await bed?.close();
  bed = null;
});

const failover: Operation = { kind: 'failover', link, to: { kind: 'latest' } };
const waits = { pace: { ...tinyPace, failoverWaitMs: 60_000 } };

interface UnderWay {
  readonly on: PcrBed;
  readonly next: Step;
  readonly rest: readonly Step[];
}

/** A failover to latest of a link under load, carried out up to a step. */
async function underWay(upTo: string, version: SimVersion = '25.2', options: Partial<SqlWorldOptions> = {}): Promise<UnderWay> {
  const on = await openPcr(version, { writesPerSecond: 100, ...options });
  bed = on;
  const steps = (await planOn(on, failover)).steps.filter(({ by }) => by === 'engine');
  const at = steps.findIndex(({ kind }) => kind === upTo);
  for (const step of steps.slice(0, at)) await carryOut(on, step, () => on.engine());
  const [next, ...rest] = steps.slice(at);
  if (at < 0 || next === undefined) throw new TypeError(`the plan has no ${upTo}`);
  return { on, next, rest };
}

const send = ({ world }: PcrBed, target: string): Promise<void> =>
  byHand(world, 'standby', `ALTER VIRTUAL CLUSTER ${world.virtualCluster} COMPLETE REPLICATION TO ${target}`);

/** What somebody at a terminal sends: a promotion to a time a minute ago. */
const promoteToThePast = (on: PcrBed): Promise<void> =>
  send(on, `SYSTEM TIME '${timestampOfMicros(BigInt(Math.trunc(on.world.now() - 60_000)) * 1_000n)}'`);

const isReady = ({ world }: PcrBed): Promise<void> => until(() => world.vc('standby')?.status === 'ready', 'main is ready on sql-west');

describe("somebody else's promotion before a failover to latest", { timeout: 180_000 }, () => {
  it.each(['23.2', '25.2', '26.2'] as const)(
    'stops the run before it has changed anything, since nobody approved that loss (%s)',
    async (version) => {
      const { on, next } = await underWay(kinds.takeStock, version);
      await promoteToThePast(on);
      await isReady(on);
      expect(await settle(on, next, () => on.engine())).toMatchObject({
        kind: 'unknown',
        why: expect.stringMatching(
          /^sql-west was promoted to .*: somebody else asked for that .* \/repl failover prod-sql again.* press Skip /,
        ),
      });
      expect(on.world.writable()).toEqual({ primary: true, standby: false });
      // What the sentence says to ask for tells the loss, and comes to an end.
      const again = await planOn(on, failover);
      expect(again.summary).toContain('that was begun before');
      for (const step of again.steps.filter(({ by }) => by === 'engine')) await carryOut(on, step, () => on.engine());
      expect(on.world.writable()).toEqual({ primary: false, standby: true });
    },
  );

  it('stops the run while it is pending, too', async () => {
    const { on, next } = await underWay(kinds.takeStock, '25.2', waits);
    await promoteToThePast(on);
    expect(await settle(on, next, () => on.engine())).toMatchObject({
      kind: 'unknown',
      why: expect.stringContaining('sql-west is to be promoted to'),
    });
  });
});

describe("somebody else's promotion during a failover to latest", { timeout: 180_000 }, () => {
  it('is not taken for the own one when it gives up what the standby had', async () => {
    const { on, next } = await underWay(kinds.completeReplication);
    await promoteToThePast(on);
    await isReady(on);
    expect(await settle(on, next, () => on.engine())).toMatchObject({
      kind: 'unknown',
      why: expect.stringMatching(
        /^sql-west was promoted to .* by somebody else, but had everything up to .* To accept the loss and go on with sql-west, press Skip\.$/,
      ),
    });
    expect(on.world.writable()).toEqual({ primary: false, standby: false });
  });

  it('is moved to the latest time when a person who was told presses Retry, and not before', async () => {
    const { on, next, rest } = await underWay(kinds.completeReplication, '25.2', waits);
    await promoteToThePast(on);
    const shown = await settle(on, next, () => on.engine());
    expect(shown).toMatchObject({ kind: 'unknown', why: expect.stringContaining('Press Retry to move it to the latest time') });
    expect((await settle(on, next, () => on.engine())).kind).toBe('unknown');
    pressRetry(on, shown);
    expect(await carryOut(on, next, () => on.engine())).toBe(1);
    const asked = await settle(on, next, () => on.engine());
    expect(asked).toMatchObject({ kind: 'done', evidence: { 'failover time': expect.any(String) } });
    expect(rest.length).toBeGreaterThan(0);
  });

  it('is seen when it moves the one that the run has asked for', async () => {
    const { on, next } = await underWay(kinds.awaitPromotion, '25.2', waits);
    await promoteToThePast(on);
    expect(await settle(on, next, () => on.engine())).toMatchObject({
      kind: 'unknown',
      why: expect.stringMatching(
        /^This run asked for the promotion of sql-west to .*: somebody else moved it\. sql-west does not serve yet\./,
      ),
    });
    expect(on.world.writable()).toEqual({ primary: false, standby: false });
  });
});
