import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/domain/clock.ts';
import { silentLog } from '../../src/domain/log.ts';
import { Secret } from '../../src/domain/secret.ts';
import { startWorkspace } from '../../src/sim/slack/workspace.ts';
import { createSlackEdge, type SlackEdge } from '../../src/slack/edge.ts';
import { createStore, type Store } from '../../src/store/index.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { until } from '../support/until.ts';
import { aDoor, no } from './rig.ts';

/** Slack has to know the address before the bot listens. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

const door = aDoor();
let redis: TestRedis;
let ws: Awaited<ReturnType<typeof startWorkspace>>;
let store: Store;
let edge: SlackEdge;

beforeAll(async () => {
  const port = await freePort();
  redis = await startRedis();
  ws = await startWorkspace({ delivery: { http: `http://127.0.0.1:${port}/slack/events`, signingSecret: 'shhh' }, commands: ['/repl'] });
  store = createStore({ url: redis.url, worker: 'http-test', clock: systemClock, onProblem: () => undefined, callWithinMs: 20_000 });
  edge = createSlackEdge({
    config: { mode: 'http', signingSecret: new Secret('shhh'), port, botToken: new Secret(ws.botToken), apiUrl: ws.apiUrl, teams: [] },
    groups: [],
    incidentChannels: [],
    app: () => door,
    inbox: store.inbox,
    clock: systemClock,
    log: silentLog,
    host: '127.0.0.1',
  });
  await until(async () => (await store.ping().catch(() => null)) !== null, 'Redis answers');
  await edge.start();
}, 180_000);

afterAll(async () => {
  await edge.stop();
  await store.close();
  await ws.close();
  await redis.stop();
}, 180_000);

describe('the edge over HTTP', () => {
  it('answers the challenge of its address', async () => {
    expect(await ws.verifyRequestUrl()).toBe(true);
  });

  it('takes a command and answers it', async () => {
    expect((await ws.as('ana').command('/repl status “prod”', '#ops')).state).toBe('acked');
    await until(() => ws.ephemerals('ana', 'ops').some(({ text }) => text.includes(no.sentence)), 'ana is answered');
    expect(door.asked.map(({ text }) => text)).toEqual(['status “prod”']);
  });

  it('takes an event that is delivered twice once', async () => {
    ws.faults.duplicate('event');
    const ts = ws.as('bob').mention('#ops', 'links');
    await until(() => ws.thread('ops', ts).length === 2, 'bob is answered');
    await ws.idle();
    expect(door.asked.filter(({ text }) => text === 'links')).toHaveLength(1);
  });

  it('is healthy and says where it listens', () => {
    expect(edge.health()).toEqual({ healthy: true, sentence: `Listening for Slack on port ${edge.port()}.` });
  });
});
