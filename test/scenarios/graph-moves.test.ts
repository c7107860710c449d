import { afterEach, describe, expect, it } from 'vitest';
import { asLinkId } from '../../src/domain/ids.ts';
import { type GraphHouse, graphVersions, openGraph } from '../support/graph-house.ts';
import { waitsAfter } from '../support/house.ts';
import { until } from '../support/until.ts';

let at: GraphHouse;
afterEach(() => at.close());

const readOnly = 'primary: ALTER DATABASE `orders` SET ACCESS READ ONLY';
const readWrite = 'primary: ALTER DATABASE `orders` SET ACCESS READ WRITE';

describe('a switchover of a graph', { timeout: 180_000 }, () => {
  it.each([
    ['2026.07.1', "standby: CALL internal.dbms.promoteReplicaDatabase('orders')"],
    ['2026.08.0', "standby: CYPHER 25 CALL dbms.promoteReplicaDatabase('orders', {})"],
  ] as const)('on %s stops writes, proves the last one and promotes, each once', async (version, promotion) => {
    at = await openGraph(version);
    const { view } = await at.runs('/repl switchover prod-graph');
    expect(view.state).toBe('succeeded');
    expect(at.sent()).toEqual([readOnly, promotion]);
    expect(at.graph.writable()).toEqual({ primary: false, standby: true });
    expect(at.graph.lost()?.transactions).toBe(0);
    expect(at.graph.splitBrain()).toEqual([]);
    expect(view.report?.lossMs).toBe(0);
    expect(view.report?.sentence).toMatch(/^No write was lost: every copy had transaction \d+, the last one, before the promotion\./);
    expect(view.plan.warnings.join()).toContain('/repl rebuild prod-graph lets prod-graph-frankfurt follow it anew');
  });

  it('lets the old side take writes again when an open transaction outlasts the bound', async () => {
    at = await openGraph('2026.08.0');
    at.graph.control().straggle('primary', 3_600_000);
    const run = await at.house.propose('ana', '/repl switchover prod-graph --max-stop 5m');
    const ended = at.approved(run);
    await until(() => waitsAfter(at.house, run, 'SET ACCESS READ ONLY'), 'the last write is waited for');
    at.house.clock.leap(5 * 60_000);
    const { view } = await ended;
    expect(view.state).toBe('undone');
    expect(view.direction).toBe('undo');
    expect(at.sent()).toEqual([readOnly, readWrite]);
    expect(at.graph.writable()).toEqual({ primary: true, standby: false });
    expect(at.follows('standby')).toBe(true);
    expect(at.graph.splitBrain()).toEqual([]);
    const stopped = at.graph.writableHistory().filter(({ side }) => side === 'primary');
    expect(stopped.map(({ to }) => to === null)).toEqual([false, true]);
    const begun = (await at.house.records(run)).find(({ entry }) => entry.kind === 'undo-begun')?.entry;
    expect(begun).toMatchObject({ sentence: expect.stringContaining('took longer than') });
  });

  it('is refused when the primary is gone, with failover as the way', async () => {
    at = await openGraph('2026.08.0');
    await at.graph.faults.down('primary', 'dead');
    expect(await at.house.ask('ana', '/repl switchover prod-graph')).toMatch(/needs both sides.*ask for a failover of prod-graph/s);
  });
});

describe('a failover of a graph', { timeout: 180_000 }, () => {
  it.each([
    ['2026.07.1', "standby: CALL internal.dbms.promoteReplicaDatabaseWithTopology('orders', 2, 1)"],
    ['2026.08.0', "standby: CYPHER 25 CALL dbms.promoteReplicaDatabase('orders', {primaries: 2, secondaries: 1})"],
  ] as const)(
    'on %s promotes with the topology that was asked for; a fence ends the return of the old side',
    async (version, promotion) => {
      at = await openGraph(version);
      await at.graph.faults.down('primary', 'dead');
      const { view } = await at.runs('/repl failover prod-graph --primaries 2 --secondaries 1');
      expect(view.state).toBe('succeeded');
      expect(at.sent()).toEqual([promotion]);
      expect(at.graph.writable()).toEqual({ primary: false, standby: true });
      expect(at.graph.splitBrain()).toEqual([]);
      const roles = () =>
        at.graph
          .database('standby')
          ?.copies.map(({ role }) => role)
          .toSorted()
          .join();
      await until(() => roles() === 'primary,primary,secondary', 'the copies are those that were asked for');
      expect(view.plan.warnings.join()).toContain('the run does not wait for them');
      expect(view.plan.warnings.join()).toMatch(/prod-graph-frankfurt can't be fenced now: .*\/repl fence prod-graph ends that/);
      expect(view.report?.lossMs).toBeNull();
      expect(view.report?.sentence).toMatch(/^How much was lost was not measured/);

      await at.graph.faults.up('primary');
      await until(() => at.graph.writable().primary, 'the old side takes writes');
      expect(await at.house.ask('ana', '/repl status prod-graph')).toMatch(/DANGER.*Split brain: .*\/repl fence prod-graph ends it\./s);
      expect(await at.house.ask('ana', '/repl failback prod-graph')).toMatch(
        /Both sides of prod-graph take writes.*\/repl fence prod-graph/s,
      );

      const fence = await at.runs('/repl fence prod-graph');
      expect(fence.view.state).toBe('succeeded');
      expect(fence.plan.predictedLoss.words).toContain('what prod-graph-frankfurt alone took stays on prod-graph-frankfurt');
      expect(fence.view.report?.sentence).toMatch(/^Only one side takes writes again\./);
      expect(at.sent().slice(1)).toEqual([readOnly]);
      expect(at.graph.writable()).toEqual({ primary: false, standby: true });
      expect(at.graph.splitBrain().map(({ to }) => to)).not.toContain(null);
      expect(await at.house.ask('ana', '/repl status prod-graph')).not.toMatch(/DANGER/);
    },
  );

  it('lets a fence go ahead while it waits for people, when the old side is back', async () => {
    at = await openGraph('2026.08.0');
    await at.graph.faults.down('primary', 'dead');
    const run = await at.house.propose('ana', '/repl failover prod-graph');
    await at.house.approve(run, 'bob', 'chloe');
    const waits = async (): Promise<boolean> => {
      const { plan, steps } = await at.house.run(run);
      return plan.steps.some(({ kind }, index) => kind === 'redirect' && steps[index]?.state === 'underway');
    };
    await until(waits, 'somebody is to redirect the traffic');
    await at.graph.faults.up('primary');
    await until(() => at.graph.writable().primary, 'the old side takes writes');
    expect(await at.house.ask('ana', '/repl rebuild prod-graph')).toMatch(/presses Confirm or Cancel.*Only a fence may go ahead/s);
    expect((await at.runs('/repl fence prod-graph')).view.state).toBe('succeeded');
    expect(at.graph.writable()).toEqual({ primary: false, standby: true });
    expect((await at.house.run(run)).state).toBe('running');
    await at.house.confirm(run, 'ana');
    await until(async () => (await at.house.run(run)).steps.at(-1)?.state === 'underway', 'the last step waits');
    await at.house.confirm(run, 'ana');
    expect((await at.house.reaches(run, 'succeeded')).state).toBe('succeeded');
    await until(async () => (await at.house.store.journal.line(asLinkId('prod-graph'))).length === 0, 'the run has left the link');
  });

  it.each(graphVersions)('on %s fences first where the old side answers, and says what was lost', async (version) => {
    at = await openGraph(version);
    const { view } = await at.runs('/repl failover prod-graph');
    expect(view.state).toBe('succeeded');
    expect(at.sent()).toEqual([readOnly, expect.stringContaining('promoteReplicaDatabase')]);
    expect(at.graph.splitBrain()).toEqual([]);
    expect(view.plan.warnings.join()).toContain('a switchover of prod-graph would lose nothing');
    expect(view.report?.sentence).toMatch(/^(No write was lost|At most \d+ transactions? were lost)/);
  });

  it('is refused with a topology that the servers have no room for, or to a time', async () => {
    at = await openGraph('2026.08.0');
    expect(await at.house.ask('ana', '/repl failover prod-graph --primaries 3 --secondaries 1')).toMatch(/no room for that topology/);
    expect(await at.house.ask('ana', '/repl failover prod-graph --primaries 1 --secondaries 0')).toMatch(/can't be brought down to one/);
    expect(await at.house.ask('ana', '/repl failover prod-graph --to 2020-01-01T00:00Z')).toMatch(/can only be promoted as it is now/);
    expect(at.sent()).toEqual([]);
  });
});
