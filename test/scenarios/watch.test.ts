import { Redis } from 'ioredis';
import { afterEach, describe, expect, it } from 'vitest';
import { asLinkId, asRunId, type LinkId, type RunId } from '../../src/domain/ids.ts';
import { isFinal } from '../../src/domain/run.ts';
import { obey } from '../../src/sim/demo-commands.ts';
import type { GraphWorld } from '../../src/sim/neo4j/contract.ts';
import type { SeenMessage } from '../../src/sim/slack/contract.ts';
import { keys } from '../../src/store/keys.ts';
import { comeBack } from '../conformance/cockroach-pcr-bed.ts';
import { approved } from '../support/graph-house.ts';
import { type House, openHouse } from '../support/house.ts';
import { until } from '../support/until.ts';

let house: House;
afterEach(() => house.close());

const everyMs = 200;
const watch = { everyMs, pollMs: 25, leaseMs: 20_000 };
const link = { id: 'prod-graph', engine: 'neo4j-ccdr', environment: 'production', description: 'Graph', version: '2026.08.0' } as const;

async function openGraphs(bots?: readonly string[]): Promise<GraphWorld> {
  house = await openHouse({ links: [link], bot: { watch }, ...(bots === undefined ? {} : { bots }) });
  const graph = house.world.graphs['prod-graph'];
  if (graph === undefined) throw new TypeError('there is no graph');
  return graph;
}

const incidents = '#incidents';
const payloadOf = ({ metadata }: SeenMessage): unknown => metadata?.['event_payload'];
const isAlert = (message: SeenMessage): boolean => JSON.stringify(payloadOf(message) ?? {}).includes('"key":"alert"');
const alerts = (): readonly SeenMessage[] => house.workspace.messages(incidents).filter(isAlert);
const texts = (): readonly string[] => alerts().map(({ text }) => text);
const alertOf = (words: string): SeenMessage | undefined => alerts().find(({ text }) => text.includes(words));

const isOver = (ts: string): boolean => alerts().some((one) => one.ts === ts && one.text.includes('over since'));

async function told(words: string): Promise<SeenMessage> {
  await until(() => alertOf(words) !== undefined, `${incidents} is told: ${words}`).catch((cause: unknown) => {
    throw new TypeError(`not told: ${words}; told: ${texts().join(' | ')}`, { cause });
  });
  const found = alertOf(words);
  if (found === undefined) throw new TypeError(words);
  return found;
}

/** The run whose message stands in the thread of another message. */
async function runIn({ channel, ts }: SeenMessage): Promise<{ readonly run: RunId; readonly message: SeenMessage }> {
  const own = (): readonly SeenMessage[] =>
    house.workspace.thread(channel, ts).filter((message) => JSON.stringify(payloadOf(message) ?? {}).includes('"key":"run"'));
  await until(() => own().length > 0, 'a run stands in the thread');
  expect(own()).toHaveLength(1);
  const [message] = own();
  const payload = message === undefined ? null : payloadOf(message);
  if (message === undefined || payload === null || typeof payload !== 'object' || !('run' in payload)) throw new TypeError('no run');
  return { run: asRunId(String(payload.run)), message };
}

const fenceButton = 'replops:ask:fence';

/** Clicks a button of a message as soon as it shows it. */
async function press(person: string, { channel, ts, threadTs }: SeenMessage, button: string): Promise<void> {
  const shown = (): SeenMessage | undefined =>
    [...house.workspace.messages(channel), ...house.workspace.thread(channel, threadTs ?? ts)].find((message) => message.ts === ts);
  await until(() => JSON.stringify(shown()?.blocks ?? []).includes(`"action_id":"${button}"`), `${button} is shown`);
  expect(await house.as(person).click(channel, ts, button, { confirm: true })).toMatchObject({ state: 'acked' });
}

async function failedOver(): Promise<void> {
  expect(await obey('down prod-graph-frankfurt', house.world.stages)).toBe('prod-graph-frankfurt is gone.');
  await told('prod-graph-frankfurt does not answer');
  const failover = await approved(house, await house.propose('ana', '/repl failover prod-graph'));
  expect(failover.view.state).toBe('succeeded');
}

describe('the watch of a graph', { timeout: 600_000 }, () => {
  it('tells when the region that was given up comes back, and a click fences it', async () => {
    const graph = await openGraphs([]);
    const first = await house.bot('bot-1');
    await failedOver();
    await first.stop();
    await Promise.all([house.bot('bot-2'), house.bot('bot-3')]);
    expect(await obey(' up  prod-graph-frankfurt ', house.world.stages)).toBe('prod-graph-frankfurt is back.');
    await until(() => graph.writable().primary && graph.writable().standby, 'both sides take writes');
    const split = await told('data is at risk');
    expect(split.text).toContain('Split brain: applications can write to orders on prod-graph-frankfurt');
    expect(JSON.stringify(split.blocks)).toContain('Fence prod-graph-frankfurt');

    // Both click, one of them twice: one run, and the others are told which.
    const { ts } = split;
    await press('iris', split, fenceButton);
    const { run, message } = await runIn(split);
    const before = house.workspace.ephemerals('ana', incidents).length;
    await press('ana', split, fenceButton);
    await until(() => house.workspace.ephemerals('ana', incidents).length > before, 'the second click is answered');
    expect(house.workspace.ephemerals('ana', incidents).at(-1)?.text).toContain(`Run ${run}, asked by`);
    await until(async () => (await house.run(run)).state !== 'proposed', 'people are asked');
    const proposed = await house.run(run);
    expect([proposed.plan.operation.kind, proposed.origin.via, proposed.origin.thread]).toEqual(['fence', 'button', ts]);
    expect(proposed.origin.person).toBe(house.workspace.ids.people['iris']);
    expect(proposed.state).toBe('awaiting-approval');
    expect(graph.writable().primary).toBe(true);

    for (const person of ['bob', 'chloe']) {
      await press(person, message, 'replops:approve');
    }
    await until(async () => isFinal((await house.run(run)).state), 'the fence is over');
    expect((await house.run(run)).state).toBe('succeeded');
    expect(graph.writable()).toEqual({ primary: false, standby: true });
    await until(() => isOver(ts), 'the alert is over');
    expect(JSON.stringify(alerts().find((one) => one.ts === ts)?.blocks)).not.toContain(fenceButton);
    // Each thing was told once: that the region was gone, that it came back writable, and that nothing follows since the fence.
    await told('replication does not work');
    expect(alerts()).toHaveLength(3);
    expect(alerts().filter((one) => isOver(one.ts))).toHaveLength(2);
  });

  it('asks nothing of policy that the command would not: who may not ask is refused, and nothing is proposed', async () => {
    const graph = await openGraphs();
    await failedOver();
    await graph.faults.up('primary');
    const split = await told('data is at risk');
    const runs = (await house.store.journal.recent(null, 50)).length;
    await press('gwen', split, fenceButton);
    await until(() => house.workspace.ephemerals('gwen', incidents).length > 0, 'the guest is answered');
    expect(house.workspace.ephemerals('gwen', incidents).at(-1)?.text).toContain('Only full members');
    expect((await house.store.journal.recent(null, 50)).length).toBe(runs);
    expect(await house.ask('ana', '/repl describe prod-graph')).toMatch(/Fence prod-graph-frankfurt/);
    expect(await obey('up prod-graph', house.world.stages)).toMatch(/There are: prod-graph-frankfurt, prod-graph-dublin\./);
    expect(await obey('erase prod-graph-dublin', house.world.stages)).toMatch(/^There is no 'erase' here/);
  });

  it('tells that a side is back before it takes writes, and lets it be fenced before it does', async () => {
    const graph = await openGraphs();
    await failedOver();
    graph.faults.electionStuck('primary', true);
    await graph.faults.up('primary');
    const back = await told('prod-graph-frankfurt is back');
    expect(graph.writable()).toEqual({ primary: false, standby: true });
    await press('ana', back, fenceButton);
    const { run, message } = await runIn(back);
    for (const person of ['bob', 'chloe']) {
      await press(person, message, 'replops:approve');
    }
    await house.reaches(run, 'succeeded');
    graph.faults.electionStuck('primary', false);
    await until(() => isOver(back.ts), 'the alert is over');
    expect(graph.splitBrain()).toEqual([]);
    expect(alertOf('data is at risk')).toBeUndefined();
  });

  it('lets a bot that has just started know lag in seconds', async () => {
    const graph = await openGraphs([]);
    const first = await house.bot('first');
    graph.control().writes(200);
    const headlines = async () => (await house.store.watch.history(asLinkId('prod-graph'))).map(({ headline }) => headline);
    await until(async () => (await headlines()).length >= 3, 'the link was looked at');
    graph.faults.link('down');
    await until(async () => (await headlines()).some((words) => /transactions, at most/.test(words)), 'the lag is known in seconds');
    await first.stop();
    await house.bot('second', { watch: { everyMs: 3_600_000 } });
    expect(await house.ask('ana', '/repl status prod-graph')).toMatch(/\d+ transactions, at most \d/);
  });
});

describe('the watch of two clusters of CockroachDB', { timeout: 600_000 }, () => {
  it('offers the fence too when the old primary comes back', async () => {
    house = await openHouse({ bot: { watch } });
    const failover = await house.propose('ana', '/repl failover prod-sql');
    await house.approve(failover, 'bob', 'chloe');
    await house.confirm(failover, 'ana');
    await house.reaches(failover, 'succeeded');
    await comeBack(house.sql);
    const split = await told('data is at risk');
    await press('ana', split, fenceButton);
    const { run, message } = await runIn(split);
    await press('bob', message, 'replops:approve');
    await house.reaches(run, 'succeeded');
    expect(house.sql.writable()).toEqual({ primary: false, standby: true });
    await until(() => isOver(split.ts), 'the alert is over');
  });
});

/** Time until a bot may look at the link, by Redis' clock, ms. */
async function freeIn(of: LinkId): Promise<number> {
  const redis = new Redis(house.redis.url);
  const [seconds, micros] = await redis.time();
  const at = Number(await redis.zscore(keys.watchDue, of));
  redis.disconnect();
  return at - (Number(seconds) * 1_000 + Number(micros) / 1_000);
}

describe('the watch of a bot process that is killed', { timeout: 600_000 }, () => {
  it('goes on by another process within the distance of two looks', async () => {
    const orders = asLinkId('prod-sql');
    house = await openHouse({ bots: [], watchEvery: '5s' });
    const [first, second] = await Promise.all(['p1', 'p2'].map((name) => house.process(name)));
    const newest = async () => (await house.store.watch.glances([orders]))[0] ?? null;
    await until(async () => (await newest()) !== null, 'the link is looked at');
    const watching = (await newest())?.worker === 'p1' ? first : second;
    watching?.signal('SIGKILL');
    await watching?.gone();
    // From when on Redis gives the link to the other, which asks once a second; how fast it then looks is the machine's business.
    expect((await freeIn(orders)) + 1_000).toBeLessThan(2 * 5_000);
    await until(async () => (await newest())?.worker === (watching?.name === 'p1' ? 'p2' : 'p1'), 'the other looks');
  });
});
