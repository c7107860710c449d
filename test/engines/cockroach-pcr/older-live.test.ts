import { afterEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/domain/json.ts';
import type { Operation } from '../../../src/domain/operation.ts';
import { isRefusal } from '../../../src/domain/refusal.ts';
import { aSetup, byHand, pcrLinkId as link, openPcr, type PcrBed } from '../../conformance/cockroach-pcr-bed.ts';
import { anIo, carryOut, executorFor, planOn, settle, through } from '../../conformance/drive.ts';
import { until } from '../../support/until.ts';

let bed: PcrBed | null = null;
afterEach(async () => {
  await bed?.close();
  bed = null;
});

const failover: Operation = { kind: 'failover', link, to: { kind: 'latest' } };
const look = (on: PcrBed) => on.engine().observe(on.link, anIo({ tag: 'replops/read' }));

/** A primary whose data is in its system virtual cluster, and a standby that follows it. */
async function openFlat(): Promise<PcrBed> {
  const on = await openPcr('26.2', { start: 'none', virtualized: false, externalConnections: {} }, undefined, (world) => ({
    setup: aSetup(world, { source: 'system' }),
    streams: { primary: null, standby: null },
  }));
  bed = on;
  await byHand(on.world, 'standby', `CREATE VIRTUAL CLUSTER main FROM REPLICATION OF system ON '${on.world.primary.streamUri}'`);
  await until(() => on.world.vc('standby')?.status === 'replicating', 'the standby follows');
  return on;
}

describe('a failover from a primary that is not virtualized and alive', { timeout: 180_000 }, () => {
  it('has a person stop the applications, comes to its end, and says what it can not see', async () => {
    const on = await openFlat();
    const plan = await planOn(on, failover);
    expect(plan.steps[1]).toMatchObject({ by: 'person', kind: 'fence-by-hand' });
    expect(plan.warnings.join(' ')).toContain("can't be fenced by SQL");
    await through(on, plan, async (step) => void (await carryOut(on, step, () => on.engine())));
    const check = plan.steps.at(-1);
    if (check === undefined) throw new TypeError('the plan is empty');
    const probe = await settle(on, check, () => on.engine());
    expect(JSON.stringify(probe)).toContain("can't be seen or stopped by SQL");
    const seen = await look(on);
    expect(seen).toMatchObject({ health: 'broken', primary: { writable: 'unknown' }, standby: { writable: 'yes' } });
    expect(seen.headline).toContain('not virtualized');
  });

  it('leaves a state that a rebuild can be planned on, and no fence', async () => {
    const on = await openFlat();
    await through(on, await planOn(on, failover), async (step) => void (await carryOut(on, step, () => on.engine())));
    const seen = await look(on);
    const fence = on.engine().plan({ kind: 'fence', link }, on.link, seen);
    expect(isRefusal(fence) ? fence.sentence : '').toContain('not virtualized');
    const rebuild = on.engine().plan({ kind: 'rebuild', link }, on.link, seen);
    expect(isRefusal(rebuild) ? rebuild.sentence : rebuild.summary).toContain('sql-west');
    expect(rebuild.kind).toBe('plan');
  });
});

describe('a reader that is stuck at its start', { timeout: 180_000 }, () => {
  it('is listed as started, does not answer, and is mended by asking again', async () => {
    const on = await openPcr('24.3');
    bed = on;
    on.world.faults.readerStuck('standby', true);
    const [opened, waited, proven] = (await planOn(on, { kind: 'reader', link, on: true })).steps;
    if (opened === undefined || waited === undefined || proven === undefined) throw new TypeError('the plan has no three steps');
    await carryOut(on, opened, () => on.engine());
    expect((await settle(on, waited, () => on.engine())).kind).toBe('done');
    const asked = executorFor(on.engine(), proven).probe(proven, on.link, anIo());
    await expect(asked).rejects.toMatchObject({ effect: 'not-applied' });
    const again = await planOn(on, { kind: 'reader', link, on: true });
    expect(again.steps.map(({ kind }) => kind)).toEqual(['pcr.stop-reader', 'pcr.start-reader', 'pcr.await-reader', 'pcr.verify-reader']);
    await through(on, again, async (step) => void (await carryOut(on, step, () => on.engine())));
    expect((await settle(on, proven, () => on.engine())).kind).toBe('done');
  });
});

describe('a promotion that is over before anybody looks', { timeout: 180_000 }, () => {
  it.each(['23.2', '26.2'] as const)('%s: has its time in the answer to the request', async (version) => {
    const on = await openPcr(version, {});
    bed = on;
    const plan = await planOn(on, failover);
    const complete = plan.steps.find(({ kind }) => kind === 'pcr.complete-replication');
    if (complete === undefined) throw new TypeError('the plan promotes nothing');
    const told: JsonObject[] = [];
    await executorFor(on.engine(), complete).perform(complete, on.link, anIo({ told: (evidence) => void told.push(evidence) }));
    await until(() => on.world.vc('standby')?.status === 'ready', 'it is promoted');
    const seen = await settle(on, complete, () => on.engine());
    expect(seen).toMatchObject({ kind: 'done', evidence: { 'promoted to': version === '23.2' ? null : told[0]?.['failover time'] } });
    expect(told).toEqual([{ 'failover time': expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}\+00:00$/) }]);
  });
});
