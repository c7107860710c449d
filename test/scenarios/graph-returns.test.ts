import { afterEach, describe, expect, it } from 'vitest';
import { type GraphHouse, graphVersions, openGraph } from '../support/graph-house.ts';
import { until } from '../support/until.ts';

let at: GraphHouse;
afterEach(() => at.close());

/** What a statement does, without names and options. */
const verbs = /ALTER DATABASE `orders` SET ACCESS READ (ONLY|WRITE)|STOP|DROP|createReplica|CREATE REPLICA|promoteReplica/;
const done = (): readonly string[] =>
  at.sent().map((statement) => `${statement.split(':')[0]}: ${verbs.exec(statement)?.[0] ?? statement}`);

describe('a failback of a graph', { timeout: 180_000 }, () => {
  it.each(graphVersions)('on %s goes as the manual orders it, shows the privileges first and keeps dumps', async (version) => {
    at = await openGraph(version, 'promoted');
    const { message, thread } = await at.shows('/repl failback prod-graph', 'GRANT');
    expect(thread).toMatch(/GRANT [^"]* ON [^"]*orders/);
    expect(message).toContain('orders on prod-graph-frankfurt is dropped after a dump: what it alone holds is in that dump only.');
    expect(message).toContain('Privileges on orders of prod-graph-frankfurt vanish with it');
    expect(at.sent()).toEqual([]);

    await at.house.ask('ana', '/repl plan failback prod-graph');
    const answers = () => JSON.stringify(at.house.workspace.ephemerals('ana', '#ops').map(({ blocks }) => blocks));
    const pages = () => Number(/The plan in full, part \d+ of (\d+)/.exec(answers())?.[1]);
    await until(() => answers().includes(`The plan in full, part ${pages()} of ${pages()}`), 'the plan is told in full');
    expect(pages()).toBeGreaterThan(1);

    const { view, plan } = await at.runs('/repl failback prod-graph');
    for (const statement of plan.steps.flatMap(({ statements }) => statements)) {
      expect(answers()).toContain(JSON.stringify(statement).slice(1, -1));
    }
    expect(view.state).toBe('succeeded');
    const create = version === '2026.07.1' ? 'createReplica' : 'CREATE REPLICA';
    expect(done()).toEqual([
      'primary: STOP',
      'primary: DROP',
      `primary: ${create}`,
      'standby: ALTER DATABASE `orders` SET ACCESS READ ONLY',
      'primary: promoteReplica',
      'standby: STOP',
      'standby: DROP',
      `standby: ${create}`,
    ]);
    expect(at.sent().filter((statement) => statement.includes('DUMP DATA'))).toHaveLength(2);
    expect(at.graph.writable()).toEqual({ primary: true, standby: false });
    expect(at.follows('standby')).toBe(true);
    expect(at.graph.splitBrain()).toEqual([]);
    expect(view.report?.sentence).toMatch(/^No write was lost: every copy had transaction \d+/);

    const saved = plan.steps.findIndex(({ kind }) => kind === 'ccdr.save-privileges');
    expect(saved).toBeLessThan(plan.steps.findIndex(({ kind }) => kind === 'ccdr.drop-database'));
    expect(JSON.stringify(view.steps[saved]?.evidence)).toContain('GRANT');
  });
});

describe('a rebuild of a graph', { timeout: 180_000 }, () => {
  it.each(graphVersions)('on %s replaces the old database; then both sides are equal, and a teardown ends it', async (version) => {
    at = await openGraph(version, 'promoted');
    const rebuild = await at.runs('/repl rebuild prod-graph');
    expect(rebuild.view.state).toBe('succeeded');
    expect(rebuild.view.report?.lossMs).toBeNull();
    expect(rebuild.plan.warnings.join()).toContain('From the drop until the new replica is online nothing protects prod-graph-dublin');
    expect(done()).toEqual(['primary: STOP', 'primary: DROP', expect.stringMatching(/^primary: (createReplica|CREATE REPLICA)$/)]);
    expect(at.follows('primary')).toBe(true);
    expect(at.graph.writable()).toEqual({ primary: false, standby: true });

    at.graph.control().writes(0);
    const verify = await at.runs('/repl verify prod-graph');
    expect(verify.view.state).toBe('succeeded');
    expect(verify.view.report?.sentence).toMatch(
      /^Both sides hold equally many nodes and relationships of every label and type at transaction \d+\./,
    );
    expect(done()).toHaveLength(3);

    const teardown = await at.runs('/repl teardown prod-graph');
    expect(teardown.view.state).toBe('succeeded');
    expect(done().slice(3)).toEqual(['primary: DROP']);
    expect(at.graph.database('primary')).toBeNull();
    expect(at.graph.writable()).toEqual({ primary: false, standby: true });
    expect(teardown.view.report?.sentence).toContain('prod-graph-dublin goes on alone');
    expect(await at.house.ask('ana', '/repl teardown prod-graph')).toMatch(/no teardown can be planned.*\/repl setup prod-graph/s);
  });
});

describe('a verify of a graph', { timeout: 180_000 }, () => {
  it('halts at what differs and names it, and changes nothing', async () => {
    at = await openGraph('2026.08.0');
    at.graph.control().writes(0);
    at.graph.faults.corrupt('standby', true);
    const { view } = await at.runs('/repl verify prod-graph');
    expect(view.state).toBe('halted');
    expect(JSON.stringify(view.halt)).toContain('all nodes');
    expect(at.sent()).toEqual([]);
    expect(at.graph.writable()).toEqual({ primary: true, standby: false });
  });
});
