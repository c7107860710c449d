import { afterEach, describe, expect, it } from 'vitest';
import { eventually, overHttp, overSockets, type Session } from './session.ts';

let session: Session | undefined;
afterEach(async () => {
  await session?.stop();
  session = undefined;
});

const start = async (...args: Parameters<typeof overHttp>) => {
  session = await overHttp(...args);
  return session.ws;
};

const ephemeralButton = [{ type: 'actions', elements: [{ type: 'button', action_id: 'go', text: { type: 'plain_text', text: 'Go' } }] }];

describe('a Bolt app over HTTP', () => {
  it('believes our signature, and answers a command', async () => {
    const ws = await start((app) => {
      app.command('/repl', async ({ ack, command }) => ack({ text: `you said ${command.text}` }));
    });
    expect(await ws.as('ana').command('/repl lag prod-sql &amp; “more”', '#ops')).toMatchObject({ state: 'acked' });
    expect(ws.ephemerals('ana', '#ops').map((one) => one.text)).toEqual(['you said lag prod-sql &amp; “more”']);
  });

  it('echoes the challenge', async () => {
    const ws = await start(() => undefined);
    expect(await ws.verifyRequestUrl()).toBe(true);
  });

  it('hears events with their retry number', async () => {
    const retries: unknown[] = [];
    const ids = new Set<string>();
    const ws = await start(
      (app) => {
        app.event('app_mention', async ({ body, context }) => {
          ids.add(body.event_id);
          retries.push([context.retryNum, context.retryReason]);
        });
      },
      { timing: { eventRetryDelaysMs: [5] } },
    );
    ws.faults.loseAck('event');
    ws.as('ana').mention('#ops', 'hello');
    await ws.idle();
    await eventually(() => retries.length === 2, 'the second delivery');
    expect(retries).toEqual([
      [undefined, undefined],
      [1, 'http_timeout'],
    ]);
    expect(ids.size).toBe(1);
  });

  it('hears clicks on ephemeral messages, without the message, and can delete them', async () => {
    const bodies: Record<string, unknown>[] = [];
    const ws = await start((app) => {
      app.action('go', async ({ ack, body, respond }) => {
        bodies.push(body as unknown as Record<string, unknown>);
        await ack();
        await respond({ delete_original: true });
      });
    });
    const [channel, user] = [ws.ids.channels['ops'] ?? '', ws.ids.people['ana'] ?? ''];
    const posted = await session?.app.client.chat.postEphemeral({ channel, user, text: 'Go?', blocks: ephemeralButton });
    expect(await ws.as('ana').click('#ops', posted?.message_ts ?? '', 'go')).toMatchObject({ state: 'acked' });
    await eventually(() => ws.ephemerals('ana', '#ops').length === 0, 'its end');
    expect(bodies[0]).toMatchObject({ container: { is_ephemeral: true }, user: { id: user } });
    expect(bodies[0]?.['message']).toBeUndefined();
  });

  it('is unreachable: the asker is told', async () => {
    const ws = await start(() => undefined);
    await session?.app.stop();
    expect(await ws.as('ana').command('/repl status', '#ops')).toMatchObject({ state: 'undeliverable', problem: 'dispatch_failed' });
    expect(ws.ephemerals('ana', '#ops')[0]?.text).toContain('dispatch_failed');
    await session?.app.start(0);
  });
});

describe('two sockets of one app', () => {
  it('cover for each other when one is refreshed', async () => {
    session = await overSockets(
      (app) => {
        app.command('/repl', async ({ ack }) => ack('here'));
      },
      {},
      2,
      1_000,
    );
    const { ws } = session;
    expect(ws.sockets()).toBe(2);
    ws.faults.disconnect('refresh_requested', 0);
    expect(await ws.as('ana').command('/repl status', '#ops')).toMatchObject({ state: 'acked' });
    await eventually(() => ws.sockets() === 2 && ws.calls('apps.connections.open').length >= 3, 'the reconnection');
    expect(await ws.as('ana').command('/repl status', '#ops')).toMatchObject({ state: 'acked' });
  });

  it('come back after every socket was cut, and while the door was closed', async () => {
    session = await overSockets(
      (app) => {
        app.command('/repl', async ({ ack }) => ack('here'));
      },
      {},
      1,
      1_000,
    );
    const { ws } = session;
    ws.faults.failHttp('apps.connections.open', { status: 503, times: 3 });
    ws.faults.cutSockets();
    await eventually(() => ws.sockets() === 1 && ws.calls('apps.connections.open').length >= 5, 'the reconnection');
    expect(await ws.as('ana').command('/repl status', '#ops')).toMatchObject({ state: 'acked' });
  });
});
