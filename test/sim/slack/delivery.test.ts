import { describe, expect, it } from 'vitest';
import { ask, aWorkspace } from './client.ts';
import { eventsIn, rawSocket } from './raw-socket.ts';
import { eventually } from './session.ts';

const soon = { eventRetryDelaysMs: [5, 10, 15] };

describe('a socket', () => {
  it('is greeted with how many there are', async () => {
    const ws = await aWorkspace();
    const [first, second] = [await rawSocket(ws), await rawSocket(ws)];
    await eventually(() => first.frames.length > 0 && second.frames.length > 0, 'both greetings');
    expect(first.frames[0]).toMatchObject({ type: 'hello', num_connections: 1, connection_info: { app_id: ws.ids.app } });
    expect(second.frames[0]).toMatchObject({ type: 'hello', num_connections: 2 });
    expect(ws.sockets()).toBe(2);
  });

  it('is the eleventh at most once: it is told to go', async () => {
    const ws = await aWorkspace();
    for (let count = 0; count < 10; count += 1) await rawSocket(ws);
    const eleventh = await rawSocket(ws);
    await eventually(() => !eleventh.isOpen(), 'the eleventh to be closed');
    expect(eleventh.frames).toMatchObject([{ type: 'disconnect', reason: 'too_many_websockets' }]);
    expect(ws.sockets()).toBe(10);
  });

  it('takes turns with the others', async () => {
    const ws = await aWorkspace();
    const sockets = [await rawSocket(ws), await rawSocket(ws)];
    for (let count = 0; count < 4; count += 1) await ws.as('ana').command(`/repl ${count}`, '#ops');
    const shares = sockets.map((socket) => socket.frames.filter((frame) => frame['type'] === 'slash_commands').length);
    expect(shares).toEqual([2, 2]);
  });

  it('cannot be opened twice with one ticket', async () => {
    const ws = await aWorkspace();
    const { url } = await ask(ws, 'apps.connections.open', {}, ws.appToken);
    const { WebSocket } = await import('ws');
    const first = new WebSocket(String(url));
    await eventually(() => first.readyState === WebSocket.OPEN, 'the first');
    const status = await new Promise((resolve) => {
      const second = new WebSocket(String(url));
      second.on('error', () => undefined);
      second.on('unexpected-response', (_request, response) => resolve(response.statusCode));
    });
    expect(status).toBe(403);
    first.close();
  });

  it('may acknowledge what came over another one', async () => {
    const ws = await aWorkspace();
    const silent = await rawSocket(ws, 'silent');
    const pending = ws.as('ana').command('/repl status', '#ops');
    const frame = await eventually(() => silent.frames.find((one) => one['type'] === 'slash_commands'), 'the command');
    const other = await rawSocket(ws, 'silent');
    other.ack(frame, { text: 'done' });
    expect(await pending).toMatchObject({ state: 'acked', payload: { text: 'done' } });
  });

  it('gets no greeting, no pong and no new payloads when a fault says so', async () => {
    const ws = await aWorkspace();
    ws.faults.withholdHello(1);
    const first = await rawSocket(ws);
    const second = await rawSocket(ws);
    await eventually(() => second.frames.length > 0, 'the greeting of the second');
    expect(first.frames).toEqual([]);
    ws.faults.disconnect('refresh_requested', 0);
    for (let count = 0; count < 3; count += 1) await ws.as('ana').command('/repl status', '#ops');
    expect(first.frames).toMatchObject([{ type: 'disconnect', reason: 'refresh_requested' }]);
    expect(second.frames.filter((frame) => frame['type'] === 'slash_commands')).toHaveLength(3);
  });

  it('is cut without a word', async () => {
    const ws = await aWorkspace();
    const socket = await rawSocket(ws);
    ws.faults.cutSockets();
    await eventually(() => !socket.isOpen(), 'the cut');
    expect(await ws.as('ana').command('/repl status', '#ops')).toMatchObject({ state: 'undeliverable', problem: 'dispatch_failed' });
  });
});

describe('events', () => {
  it('come again with the same id, three times at most, until they are acknowledged', async () => {
    const ws = await aWorkspace({ timing: { ...soon, ackDeadlineMs: 40 } });
    const socket = await rawSocket(ws, 'silent');
    ws.as('ana').mention('#ops', 'hello');
    await ws.idle();
    const events = eventsIn(socket);
    expect(events.map(({ attempt, reason }) => [attempt, reason])).toEqual([
      [0, ''],
      [1, 'timeout'],
      [2, 'timeout'],
      [3, 'timeout'],
    ]);
    expect(new Set(events.map((one) => one.id)).size).toBe(1);
  });

  it('come again when their acknowledgement was lost', async () => {
    const ws = await aWorkspace({ timing: soon });
    const socket = await rawSocket(ws);
    ws.faults.loseAck('event');
    ws.as('ana').mention('#ops', 'hello');
    await ws.idle();
    expect(eventsIn(socket).map((one) => one.attempt)).toEqual([0, 1]);
  });

  it('come twice on different sockets when a fault says so', async () => {
    const ws = await aWorkspace();
    const sockets = [await rawSocket(ws), await rawSocket(ws)];
    ws.faults.duplicate('event');
    ws.as('ana').mention('#ops', 'hello');
    await ws.idle();
    const ids = sockets.map((socket) => eventsIn(socket).map((one) => one.id));
    expect(ids[0]).toHaveLength(1);
    expect(ids[0]).toEqual(ids[1]);
  });

  it('are held back, and released in reverse', async () => {
    const ws = await aWorkspace();
    const socket = await rawSocket(ws);
    ws.faults.holdEvents();
    const ts = ws.as('ana').say('#ops', 'x');
    ws.as('bob').react('#ops', ts, 'eyes');
    ws.as('bob').unreact('#ops', ts, 'eyes');
    await ws.idle();
    expect(eventsIn(socket)).toEqual([]);
    ws.faults.releaseEvents('reversed');
    await ws.idle();
    expect(eventsIn(socket).map((one) => one.event['type'])).toEqual(['reaction_removed', 'reaction_added']);
  });

  it('of a Connect channel say so', async () => {
    const ws = await aWorkspace();
    const socket = await rawSocket(ws);
    const ts = ws.as('ana').say('#northwind-shared', 'x');
    ws.as('stan').react('#northwind-shared', ts, 'white_check_mark');
    ws.as('bob').react('#ops', ws.as('bob').say('#ops', 'y'), 'eyes');
    await ws.idle();
    expect(eventsIn(socket).map((one) => one.external)).toEqual([true, false]);
  });

  it('stop when their scope is taken away or they are not subscribed', async () => {
    const ws = await aWorkspace({ subscriptions: ['reaction_added'] });
    const socket = await rawSocket(ws);
    const ts = ws.as('ana').mention('#ops', 'x');
    ws.as('bob').react('#ops', ts, 'eyes');
    ws.faults.dropScope('reactions:read');
    ws.as('bob').react('#ops', ts, 'x');
    await ws.idle();
    expect(eventsIn(socket).map((one) => one.event['reaction'])).toEqual(['eyes']);
  });
});

describe('commands', () => {
  it('arrive twice with one trigger id when a fault says so', async () => {
    const ws = await aWorkspace();
    const socket = await rawSocket(ws);
    ws.faults.duplicate('command');
    const { triggerId } = await ws.as('ana').command('/repl status', '#ops');
    await ws.idle();
    const triggers = socket.frames
      .filter((frame) => frame['type'] === 'slash_commands')
      .map((frame) => (frame['payload'] as { trigger_id: string }).trigger_id);
    expect(triggers).toEqual([triggerId, triggerId]);
  });

  it('look failed to the asker when their acknowledgement is lost, although the app had them', async () => {
    const ws = await aWorkspace({ timing: soon });
    const socket = await rawSocket(ws);
    ws.faults.loseAck('command');
    expect(await ws.as('ana').command('/repl failover prod', '#ops')).toMatchObject({ state: 'timed-out', problem: 'operation_timeout' });
    expect(socket.frames.filter((frame) => frame['type'] === 'slash_commands')).toHaveLength(1);
  });

  it('keep hostile text as it was typed', async () => {
    const ws = await aWorkspace();
    const socket = await rawSocket(ws);
    const text = "status “prod” '; DROP\n&lt;!channel&gt; \u202Eabc 🤖 ".repeat(200).trim();
    await ws.as('ana').command(`/repl ${text}`, '#ops');
    const frame = socket.frames.find((one) => one['type'] === 'slash_commands');
    expect(frame?.['payload']).toMatchObject({ text });
  });
});
