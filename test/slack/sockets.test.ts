import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/domain/clock.ts';
import { endsBefore } from '../support/ends-before.ts';
import { until } from '../support/until.ts';
import { aRig, type Rig, type RigOptions } from './rig.ts';

let rig: Rig | null = null;
const rejections: unknown[] = [];
const note = (reason: unknown) => void rejections.push(reason);

async function start(options: RigOptions = {}): Promise<Rig> {
  rejections.length = 0;
  process.on('unhandledRejection', note);
  rig = await aRig(options);
  return rig;
}

afterEach(async () => {
  await rig?.stop();
  rig = null;
  process.off('unhandledRejection', note);
}, 180_000);

const one = { sockets: 1, staggerMs: 0, retry: { firstMs: 50, longestMs: 500 } };
const count = (event: string) => rig?.logged.filter((name) => name === event).length ?? 0;

async function tenCommands({ ws }: Rig): Promise<readonly string[]> {
  const states = [];
  for (let turn = 0; turn < 10; turn += 1) {
    states.push((await ws.as('ana').command(`/repl status ${turn}`, '#ops')).state);
    await systemClock.sleep(20);
  }
  return states;
}

describe('a refresh of the sockets', () => {
  it.each([
    ['of one', 'warning', 0, 3],
    ['of one', 'refresh_requested', 0, 3],
    ['of both at once, while they still deliver', 'warning', undefined, 4],
  ] as const)(
    '%s leaves no gap: %s',
    async (_name, reason, only, opened) => {
      const placed = await start();
      const { ws, door } = placed;
      ws.faults.disconnect(reason, only);
      expect(await tenCommands(placed)).toEqual(Array.from({ length: 10 }, () => 'acked'));
      await until(() => door.asked.length === 10, 'all are asked');
      await until(() => count('slack.socket.open') === opened, 'they are renewed');
      await until(() => ws.sockets() === 2, 'the old ones are closed');
    },
    180_000,
  );

  it('of a single socket waits for none of the pauses of the SDK', async () => {
    // The SDK waits for as long as for a pong before it connects anew: five seconds unless told otherwise.
    const { ws } = await start({ edge: { sockets: { ...one, pongWithinMs: 3_600_000 } } });
    ws.faults.disconnect('refresh_requested');
    await until(() => count('slack.socket.open') === 2, 'it is renewed');
    expect((await ws.as('ana').command('/repl status', '#ops')).state).toBe('acked');
  }, 180_000);
});

describe('a socket that breaks', () => {
  it('is opened again', async () => {
    const { ws, edge } = await start();
    ws.faults.cutSockets();
    await until(() => count('slack.socket.open') === 4 && ws.sockets() === 2, 'both are open again');
    expect(edge.health().healthy).toBe(true);
    expect((await ws.as('ana').command('/repl status', '#ops')).state).toBe('acked');
  }, 180_000);

  it('is given up when Slack does not say hello, and tried again', async () => {
    const { ws } = await start({ edge: { sockets: { ...one, openWithinMs: 1_500 } } });
    ws.faults.withholdHello(2);
    ws.faults.cutSockets();
    await until(() => count('slack.socket.open') === 2, 'it is open again');
    expect(count('slack.socket.failed')).toBeGreaterThanOrEqual(2);
    await until(() => ws.sockets() === 1, 'those without a hello are closed');
  }, 180_000);

  it.each([
    ['a server that fails', 'internal', 503],
    ['a gateway', 'gateway', 502],
  ])(
    'survives %s when it asks for an address',
    async (_name, _word, status) => {
      const { ws } = await start({ edge: { sockets: one } });
      ws.faults.failHttp('apps.connections.open', { status, times: 3 });
      ws.faults.cutSockets();
      await until(() => count('slack.socket.open') === 2, 'it is open again');
      expect(rejections).toEqual([]);
    },
    180_000,
  );

  it('survives a refusal that the SDK holds for final', async () => {
    const { ws, edge } = await start({ edge: { sockets: one } });
    ws.faults.refuse('apps.connections.open', { error: 'invalid_auth' });
    ws.faults.cutSockets();
    await until(() => count('slack.socket.failed') === 1, 'it is refused');
    await systemClock.sleep(50);
    expect(rejections).toEqual([]);
    const reception = (await edge.examine()).find(({ name }) => name === 'Slack reception');
    expect(reception).toMatchObject({ outcome: expect.stringMatching(/warned|failed/), seen: expect.stringContaining('invalid_auth') });
  }, 180_000);

  it('waits as long as a limit says', async () => {
    const { ws } = await start({ edge: { sockets: one } });
    ws.faults.rateLimit('apps.connections.open', { retryAfterSeconds: 1 });
    const before = systemClock.monotonic();
    ws.faults.cutSockets();
    await until(() => count('slack.socket.open') === 2, 'it is open again');
    expect(systemClock.monotonic() - before).toBeGreaterThanOrEqual(950);
  }, 180_000);
});

describe('a frame', () => {
  it.each([
    [
      'app_rate_limited, an envelope without an event',
      { type: 'events_api', envelope_id: 'e1', payload: { type: 'app_rate_limited', team_id: 'T1' } },
    ],
    ['an envelope without a payload', { type: 'events_api', envelope_id: 'e2' }],
    ['an event that bears the name of one of the client’s own', { type: 'close', envelope_id: 'e3', payload: {} }],
    ['an unknown type', { type: 'strange' }],
    ['an event that is null', { type: 'events_api', envelope_id: 'e4', payload: { event: null } }],
  ])(
    'does not end the process or the socket: %s',
    async (_name, frame) => {
      const { ws } = await start({ edge: { sockets: one } });
      ws.faults.sendFrame(frame);
      expect((await ws.as('ana').command('/repl status', '#ops')).state).toBe('acked');
      expect(count('slack.socket.open')).toBe(1);
      expect(rejections).toEqual([]);
    },
    180_000,
  );
});

describe('stopping', () => {
  it('closes the sockets within a bound and works off what was taken', async () => {
    const { ws, door, edge } = await start();
    await ws.as('ana').command('/repl status', '#ops');
    // `ws` alone waits 30 s for the other side to close.
    const stopped = edge.stop();
    expect(await endsBefore(stopped, 25_000)).toBe(true);
    await stopped;
    expect(ws.sockets()).toBe(0);
    expect(door.asked).toHaveLength(1);
  }, 180_000);
});

describe('without Redis', () => {
  it('a command is told that nothing happened; an event comes again and is carried out once', async () => {
    const { ws, door, redis, store } = await start({
      redisWithinMs: 2_000,
      workspace: { timing: { ackDeadlineMs: 10_000, eventRetryDelaysMs: Array.from({ length: 12 }, () => 500) } },
    });
    await redis.kill();
    await until(async () => (await store.ping().catch(() => null)) === null, 'Redis is gone');
    const outcome = await ws.as('ana').command('/repl failover prod-sql', '#ops');
    expect(outcome).toMatchObject({ state: 'acked', payload: { text: expect.stringMatching(/^(Nothing happened|I cannot tell)/) } });
    ws.as('bob').mention('#ops', 'status prod-sql');
    await systemClock.sleep(300);
    expect(door.asked).toEqual([]);
    await redis.restart();
    await until(() => door.asked.length > 0, 'the event came again');
    await ws.idle();
    expect(door.asked.map(({ text }) => text)).toEqual(['status prod-sql']);
  }, 180_000);
});

describe('the start', () => {
  it('fails when Slack refuses the bot token', async () => {
    const { ws, edge } = await start();
    ws.faults.refuse('auth.test', { error: 'invalid_auth' });
    await expect(edge.start()).rejects.toMatchObject({ code: 'slack-unavailable' });
  }, 180_000);
});
