import { afterEach, describe, expect, it } from 'vitest';
import { eventually, overSockets, type Session } from './session.ts';

let session: Session | undefined;
afterEach(async () => {
  await session?.stop();
  session = undefined;
});

type Wire = Parameters<typeof overSockets>[0];

const start = async (wire: Wire, options: Parameters<typeof overSockets>[1] = {}, sockets = 1) => {
  session = await overSockets(wire, options, sockets);
  return session.ws;
};

describe('a Bolt app over Socket Mode', () => {
  it('acknowledges a command, and its answer is for the asker only', async () => {
    const texts: string[] = [];
    const ws = await start((app) => {
      app.command('/repl', async ({ command, ack }) => {
        texts.push(command.text);
        await ack(`you said ${command.text}`);
      });
    });
    const outcome = await ws.as('ana').command('/repl  status orders --to "1 h"', '#ops');
    expect(outcome).toMatchObject({ state: 'acked', payload: { text: 'you said status orders --to "1 h"' } });
    expect(outcome.ackedWithinMs).toBeGreaterThan(0);
    expect(texts).toEqual(['status orders --to "1 h"']);
    expect(ws.ephemerals('ana', '#ops').map((one) => one.text)).toEqual(['you said status orders --to "1 h"']);
    expect(ws.ephemerals('bob', '#ops')).toEqual([]);
    expect(ws.messages('#ops')).toEqual([]);
  });

  it('makes the command visible when the answer is for the channel', async () => {
    const ws = await start((app) => {
      app.command('/repl', async ({ ack }) => ack({ response_type: 'in_channel', text: 'two links' }));
    });
    await ws.as('ana').command('/repl links', '#ops');
    expect(ws.messages('#ops').map((message) => message.text)).toEqual(['/repl links', 'two links']);
  });

  it('says operation_timeout when a command is not acknowledged', async () => {
    const ws = await start((app) => void app.command('/repl', async () => undefined), { timing: { ackDeadlineMs: 60 } });
    const outcome = await ws.as('ana').command('/repl status', '#ops');
    expect(outcome).toMatchObject({ state: 'timed-out', problem: 'operation_timeout', ackedWithinMs: null });
    expect(ws.ephemerals('ana', '#ops')[0]?.text).toContain('operation_timeout');
  });

  it('hears mentions, and answers in their thread', async () => {
    const ws = await start((app) => {
      app.event('app_mention', async ({ event, client }) => {
        await client.chat.postMessage({ channel: event.channel, thread_ts: event.ts, text: `heard: ${event.text}` });
      });
    });
    const ts = ws.as('ana').mention('#ops', 'status orders');
    const answer = await eventually(() => ws.thread('#ops', ts)[1], 'an answer in the thread');
    expect(answer.text).toBe(`heard: <@${ws.ids.botUser}> status orders`);
    expect(ws.message('#ops', ts)?.replyCount).toBe(1);
  });

  it('hears direct messages, but no messages of channels to which it is not subscribed', async () => {
    const heard: unknown[] = [];
    const ws = await start((app) => {
      app.message(async ({ message }) => void heard.push([message.channel_type, 'text' in message ? message.text : null]));
    });
    ws.as('ana').say('#ops', 'just chatting');
    ws.as('ana').directMessage('hello bot');
    await ws.idle();
    await eventually(() => heard.length > 0, 'the direct message');
    expect(heard).toEqual([['im', 'hello bot']]);
  });

  it('hears reactions come and go, in channels of its own only', async () => {
    const heard: string[] = [];
    const ws = await start((app) => {
      app.event('reaction_added', async ({ event }) => void heard.push(`+${event.reaction} by ${event.user}`));
      app.event('reaction_removed', async ({ event }) => void heard.push(`-${event.reaction} by ${event.user}`));
    });
    const ts = ws.as('ana').say('#ops', 'please approve');
    const elsewhere = ws.as('ana').say('#random', 'please approve');
    ws.as('bob').react('#random', elsewhere, 'white_check_mark');
    ws.as('bob').react('#ops', ts, 'white_check_mark');
    await eventually(() => heard.length === 1, 'the reaction');
    ws.as('bob').unreact('#ops', ts, 'white_check_mark');
    await eventually(() => heard.length === 2, 'its removal');
    expect(heard).toEqual([`+white_check_mark by ${ws.ids.people.bob}`, `-white_check_mark by ${ws.ids.people.bob}`]);
    expect(ws.message('#ops', ts)?.reactions).toEqual([]);
  });
});

const approval = [
  {
    type: 'actions',
    block_id: 'votes',
    elements: [
      {
        type: 'button',
        action_id: 'approve',
        value: 'run-1:abc',
        text: { type: 'plain_text', text: 'Approve' },
        confirm: { text: { type: 'plain_text', text: 'Really?' } },
      },
    ],
  },
];

describe('clicks', () => {
  it('reach the app only when the confirm dialog was confirmed', async () => {
    const clicked: unknown[] = [];
    const ws = await start((app) => {
      app.action('approve', async ({ ack, body, action }) => {
        clicked.push([body.user.id, 'value' in action ? action.value : null]);
        await ack();
      });
    });
    const posted = await session?.app.client.chat.postMessage({ channel: ws.ids.channels.ops ?? '', text: 'Approve?', blocks: approval });
    const ts = posted?.ts ?? '';
    expect(await ws.as('bob').click('#ops', ts, 'approve')).toMatchObject({ state: 'cancelled' });
    expect(clicked).toEqual([]);
    expect(await ws.as('bob').click('#ops', ts, 'approve', { confirm: true })).toMatchObject({ state: 'acked' });
    expect(clicked).toEqual([[ws.ids.people.bob, 'run-1:abc']]);
  });

  it('carry a response url that replaces the message at most five times', async () => {
    let url = '';
    const ws = await start((app) => {
      app.action('approve', async ({ ack, body, respond }) => {
        await ack();
        url = 'response_url' in body && typeof body.response_url === 'string' ? body.response_url : '';
        await respond({ replace_original: true, text: 'approved by bob' });
      });
    });
    const posted = await session?.app.client.chat.postMessage({ channel: ws.ids.channels.ops ?? '', text: 'Approve?', blocks: approval });
    await ws.as('bob').click('#ops', posted?.ts ?? '', 'approve', { confirm: true });
    await eventually(() => ws.message('#ops', posted?.ts ?? '')?.text === 'approved by bob', 'the replaced message');
    expect(ws.message('#ops', posted?.ts ?? '')?.blocks).toEqual([]);
    const use = () => fetch(url, { method: 'POST', body: JSON.stringify({ text: 'again' }) });
    const statuses: number[] = [];
    for (let times = 0; times < 5; times += 1) statuses.push((await use()).status);
    expect(statuses).toEqual([200, 200, 200, 200, 404]);
  });
});
