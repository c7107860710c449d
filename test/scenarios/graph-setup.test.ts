import { afterEach, describe, expect, it } from 'vitest';
import type { RunView } from '../../src/domain/run.ts';
import { type GraphHouse, graphVersions, openGraph } from '../support/graph-house.ts';
import { until } from '../support/until.ts';

let at: GraphHouse;
afterEach(() => at.close());

const creation = {
  '2026.07.1': /^standby: CALL internal\.dbms\.createReplicaDatabase\('orders', 3, 0, /,
  '2026.08.0': /^standby: CYPHER 25 CREATE REPLICA DATABASE `orders` TOPOLOGY 3 PRIMARIES /,
} as const;

const stateOf = ({ plan, steps }: RunView, kind: string) => steps[plan.steps.findIndex((step) => step.kind === kind)]?.state;

describe('a setup of a graph', { timeout: 180_000 }, () => {
  it.each(graphVersions)('on %s creates the replica once, after people have vouched, and records who did', async (version) => {
    at = await openGraph(version, 'none');
    const { run, view, plan } = await at.runs('/repl setup prod-graph', 'bob');
    expect(view.state).toBe('succeeded');
    expect(view.report?.sentence).toMatch(/^Done: create orders on prod-graph-dublin as a replica of orders on prod-graph-frankfurt/);
    expect(at.follows('standby')).toBe(true);
    expect(at.sent()).toEqual([expect.stringMatching(creation[version])]);
    expect(at.graph.writable()).toEqual({ primary: true, standby: false });
    expect(plan.warnings.some((warning) => warning.includes('is a preview'))).toBe(version === '2026.07.1');

    const vouched = plan.steps.flatMap(({ kind, id }) => (kind.startsWith('ccdr.attest-') ? [id] : []));
    const bob = at.house.as('bob').id;
    expect(vouched).toHaveLength(2);
    for (const step of vouched) expect(view.steps.find(({ id }) => id === step)?.confirmedBy).toBe(bob);
    const order = (await at.house.records(run)).flatMap(({ entry }) =>
      entry.kind === 'confirmed' || entry.kind === 'performing' ? [entry.kind] : [],
    );
    expect(order.lastIndexOf('confirmed')).toBeLessThan(order.indexOf('performing'));
    expect(await at.house.ask('ana', '/repl setup prod-graph')).toMatch(/is a replica already.*\/repl rebuild prod-graph/s);
  });

  it('sends nothing before people have vouched, and can be cancelled until then', async () => {
    at = await openGraph('2026.08.0', 'none');
    const run = await at.house.propose('ana', '/repl setup prod-graph');
    await at.house.approve(run, 'bob', 'chloe');
    await at.house.reaches(run, 'running');
    await at.house.click(run, 'ana', 'cancel');
    const view = await at.house.reaches(run, 'cancelled');
    expect(view.ending?.sentence).toBe('It was cancelled before anything was changed.');
    expect(view.steps.every(({ confirmedBy }) => confirmedBy === null)).toBe(true);
    expect(at.sent()).toEqual([]);
    expect(at.graph.database('standby')).toBeNull();
  });

  it.each(graphVersions)('on %s is refused once, with the reason, while the clusters cannot reach each other', async (version) => {
    at = await openGraph(version, 'none');
    at.graph.faults.link('down');
    const { run, view } = await at.runs('/repl setup prod-graph');
    expect(view.state).toBe('halted');
    expect(view.halt?.sentence).toMatch(
      /was refused and changed nothing: .*Unable to contact any of the servers.* Usually the servers of prod-graph-dublin can't reach the cluster ports of prod-graph-frankfurt/s,
    );
    const tries = () =>
      at.graph.statements().filter(({ statement }) => /createReplica|CREATE REPLICA/.test(statement) && !statement.includes('EXPLAIN'));
    expect(tries()).toHaveLength(1);
    at.graph.faults.link('up');
    await at.house.click(run, 'ana', 'retry');
    expect((await at.house.reaches(run, 'succeeded')).state).toBe('succeeded');
    expect(tries()).toHaveLength(2);
    expect(at.follows('standby')).toBe(true);
  });

  it('takes the replica back when it is cancelled while the store is copied', async () => {
    at = await openGraph('2026.08.0', 'none');
    at.graph.faults.copyStuck('standby', true);
    const run = await at.house.propose('ana', '/repl setup prod-graph');
    const ended = at.approved(run);
    await until(async () => at.graph.database('standby') !== null, 'the replica is there');
    await until(async () => stateOf(await at.house.run(run), 'ccdr.await-online') === 'underway', 'its store is waited for');
    await at.house.click(run, 'ana', 'cancel');
    expect((await ended).view.state).toBe('undone');
    expect(at.sent()).toEqual([expect.stringMatching(creation['2026.08.0']), expect.stringMatching(/^standby: DROP DATABASE `orders`/)]);
    await until(() => at.graph.database('standby') === null, 'the replica is gone');
    expect(at.graph.writable()).toEqual({ primary: true, standby: false });
  });
});

describe('what people ask about a graph', { timeout: 180_000 }, () => {
  it('is answered with every copy and its use, and with what to do instead of what the product lacks', async () => {
    at = await openGraph('2026.08.0');
    const topology = await at.house.ask('ana', '/repl topology prod-graph');
    expect(topology).toContain('prod-graph-frankfurt holds orders (standard) on 3 of 3 servers');
    expect(topology).toContain('prod-graph-dublin holds orders (replica) on 3 of 3 servers');
    for (const { servers } of [at.graph.primary, at.graph.standby]) {
      for (const { host, port } of servers) expect(topology).toContain(`${host}:${port}`);
    }
    expect(topology.match(/primary, writer, online/g)).toHaveLength(1);
    expect(topology).toContain('On prod-graph-dublin, clients that want to write orders are refused');

    expect(await at.house.ask('ana', '/repl pause prod-graph')).toMatch(/no way to pause a replica.*drop it with a teardown/s);
    expect(await at.house.ask('ana', '/repl resume prod-graph')).toMatch(/nothing to resume.*a rebuild makes it anew/s);
    expect(await at.house.ask('ana', '/repl fence prod-graph')).toMatch(/Refused:/);
    expect(await at.house.ask('ana', '/repl failback prod-graph')).toMatch(
      /as the config wants it, so no failback of prod-graph is needed/,
    );
    expect(at.sent()).toEqual([]);
  });

  it('shows the topology of the side that answers when the other is gone, and says so', async () => {
    at = await openGraph('2026.07.1');
    await at.graph.faults.down('primary', 'dead');
    const topology = await at.house.ask('ana', '/repl topology prod-graph');
    expect(topology).toContain('prod-graph-dublin holds orders (replica)');
    expect(topology).toContain('prod-graph-frankfurt could not be reached');
  });
});
