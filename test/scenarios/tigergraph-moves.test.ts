import { afterEach, describe, expect, it } from 'vitest';
import { openTiger, type TigerHouse, tigerVersions } from '../support/tiger-house.ts';
import { until } from '../support/until.ts';

let at: TigerHouse;
afterEach(() => at.close());

/** From 3.10 on the replication is stopped by a command of its own first. */
const promotion = (version: string): readonly string[] => [
  ...(version.startsWith('4.') ? ['standby: crr-stop'] : []),
  'standby: config-set',
  'standby: config-apply',
  'standby: restart',
];

const healthy = (name = 'prod-tiger'): Promise<void> =>
  until(async () => /is healthy/.test(await at.house.ask('ana', `/repl status ${name}`)), `${name} is healthy`);

describe('a failover of TigerGraph', { timeout: 180_000 }, () => {
  it.each(tigerVersions)('on %s promotes when the primary is gone; a fence ends its return', async (version) => {
    at = await openTiger(version);
    await at.tiger.faults.down('primary');
    const { view, plan } = await at.runs('/repl failover prod-tiger');
    expect(view.state).toBe('succeeded');
    expect(at.sent()).toEqual(promotion(version));
    expect(at.tiger.writable()).toEqual({ primary: false, standby: true });
    expect(at.tiger.splitBrain()).toEqual([]);
    expect(plan.warnings.join()).toMatch(/the bot can't fence it, .*: if prod-tiger-frankfurt is alive, or comes back, it takes writes/);
    expect(view.report?.lossMs).toBeNull();
    expect(view.report?.sentence).toMatch(/^How much was lost was not measured/);

    await at.tiger.faults.up('primary');
    await until(() => at.tiger.writable().primary, 'the old primary takes writes');
    expect(await at.house.ask('ana', '/repl status prod-tiger')).toMatch(/DANGER.*Split brain/s);
    const fence = await at.runs('/repl fence prod-tiger');
    expect(fence.view.state).toBe('succeeded');
    expect(at.sent()).toEqual([...promotion(version), 'primary: stop']);
    expect(at.tiger.writable()).toEqual({ primary: false, standby: true });
    expect(at.tiger.splitBrain().map(({ to }) => to)).not.toContain(null);
    expect(await at.house.ask('ana', '/repl status prod-tiger')).not.toMatch(/DANGER/);
  });

  it.each(tigerVersions)('on %s fences first where the old primary answers, and the way back keeps one writer', async (version) => {
    at = await openTiger(version);
    const { view, plan } = await at.runs('/repl failover prod-tiger');
    expect(view.state).toBe('succeeded');
    expect(at.sent()).toEqual(['primary: stop', ...promotion(version)]);
    expect(plan.warnings.join()).toContain('a switchover would lose nothing');
    expect(at.tiger.splitBrain()).toEqual([]);

    // The traffic was redirected, as the run has asked and somebody has confirmed.
    at.tiger.control().fence('primary', true);
    const back = await at.runs('/repl failback prod-tiger');
    expect(back.view.state).toBe('succeeded');
    expect(back.plan.predictedLoss.words).toMatch(/Everything that prod-tiger-frankfurt alone took is discarded for good/);
    expect(at.follows('primary')).toBe(true);
    expect(at.tiger.side('primary').prefix).toBe('Primary.Primary');
    expect(at.tiger.splitBrain()).toEqual([]);
    at.tiger.control().fence('primary', false);
    await healthy();

    const swap = await at.runs('/repl switchover prod-tiger');
    expect(swap.view.state).toBe('succeeded');
    expect(swap.view.report?.lossMs).toBe(0);
    expect(swap.view.report?.sentence).toMatch(/^No write was lost, as far as Kafka tells/);
    expect(at.tiger.writable()).toEqual({ primary: true, standby: false });
    expect(at.tiger.splitBrain()).toEqual([]);
  });
});

describe('a switchover of TigerGraph', { timeout: 180_000 }, () => {
  it('starts the old primary again when the standby does not catch up in time, and promotes nothing', async () => {
    at = await openTiger('4.1.4');
    const run = await at.house.propose('ana', '/repl switchover prod-tiger');
    // It keeps up while it is proven, and lacks something once the writes are stopped.
    const held = at.tiger.faults.add({ side: 'primary', match: /gadmin stop/, act: { kind: 'slow', ms: 300 } });
    const done = at.approved(run);
    await until(() => held.hits() > 0, 'the stop is under way');
    at.tiger.faults.link('down');
    const waits = async () =>
      (await at.house.records(run)).some(({ entry }) => entry.kind === 'progress' && /lacks|does not run/.test(entry.note));
    await until(waits, 'the standby lacks something');
    at.house.clock.leap(7 * 60_000);
    const { view } = await done;
    expect(view.state).toBe('undone');
    expect(at.sent()).toEqual(['primary: stop', 'primary: start']);
    expect(at.tiger.splitBrain()).toEqual([]);
    await until(() => at.tiger.writable().primary, 'the old primary takes writes again');
    expect(at.tiger.writable().standby).toBe(false);
  });

  it('is refused when the primary is gone', async () => {
    at = await openTiger('4.1.4');
    await at.tiger.faults.down('primary');
    expect(await at.house.ask('ana', '/repl switchover prod-tiger')).toMatch(
      /can't be reached.*no switchover of prod-tiger can be planned/s,
    );
    expect(at.sent()).toEqual([]);
  });
});
