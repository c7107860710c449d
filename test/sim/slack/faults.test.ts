import { describe, expect, it } from 'vitest';
import { ask, aWorkspace, clientOf, refusal } from './client.ts';

const ops = '#ops';

const faulty = async () => {
  const ws = await aWorkspace();
  const channel = ws.ids.channels['ops'] ?? '';
  const post = (text: string, timeout = 0) => clientOf(ws, ws.botToken, { timeout }).chat.postMessage({ channel, text });
  return { ws, channel, post };
};

describe('faults of the web API', () => {
  it('429 hits one method, so many times, with Retry-After', async () => {
    const { ws, post } = await faulty();
    ws.faults.rateLimit('chat.postMessage', { retryAfterSeconds: 7, times: 2 });
    const limited = await fetch(`${ws.apiUrl}chat.postMessage`, { method: 'POST', headers: { authorization: `Bearer ${ws.botToken}` } });
    expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '7']);
    expect((await refusal(post('x'))).error).toBe('slack_webapi_rate_limited_error');
    expect((await clientOf(ws).auth.test()).ok).toBe(true);
    await post('after');
    expect(ws.messages(ops).map((message) => message.text)).toEqual(['after']);
    expect(ws.calls('chat.postMessage').map((call) => [call.status, call.applied])).toEqual([
      [429, false],
      [429, false],
      [200, true],
    ]);
  });

  it('500 applies nothing', async () => {
    const { ws, post } = await faulty();
    ws.faults.failHttp('chat.postMessage', { status: 503 });
    expect((await refusal(post('x'))).status).toBe(503);
    expect(ws.messages(ops)).toEqual([]);
  });

  it('a lost reply leaves the message there', async () => {
    const { ws, post } = await faulty();
    ws.faults.loseReply('chat.postMessage');
    expect((await refusal(post('x'))).error).toBe('slack_webapi_request_error');
    expect(ws.messages(ops).map((message) => message.text)).toEqual(['x']);
    expect(ws.calls('chat.postMessage')).toMatchObject([{ applied: true, fault: 'lose-reply' }]);
  });

  it('a reset leaves nothing', async () => {
    const { ws, post } = await faulty();
    ws.faults.reset('chat.postMessage');
    expect((await refusal(post('x'))).error).toBe('slack_webapi_request_error');
    expect(ws.messages(ops)).toEqual([]);
  });

  it.each([
    [true, ['x']],
    [false, []],
  ])('a call hangs, applied or not: %s', async (applied, texts) => {
    const { ws, post } = await faulty();
    ws.faults.hang('chat.postMessage', { applied });
    await refusal(post('x', 300));
    expect(ws.messages(ops).map((message) => message.text)).toEqual(texts);
  });

  it('hits only the calls that it is meant for', async () => {
    const { ws, post } = await faulty();
    ws.faults.refuse('chat.postMessage', { error: 'channel_not_found', where: (args) => args['text'] === 'bad' });
    await post('good');
    expect((await refusal(post('bad'))).error).toBe('channel_not_found');
    await post('bad');
    expect(ws.messages(ops).map((message) => message.text)).toEqual(['good', 'bad']);
  });

  it('makes plan blocks unknown until cleared', async () => {
    const { ws, channel } = await faulty();
    const blocks = [{ type: 'plan', title: 'p', tasks: [] }];
    ws.faults.refuseBlocks('plan');
    const refused = await ask(ws, 'chat.postMessage', { channel, text: 'x', blocks });
    expect(refused).toMatchObject({
      error: 'invalid_blocks',
      response_metadata: { messages: ['[ERROR] unsupported type: plan [json-pointer:/blocks/0]'] },
    });
    ws.faults.clear();
    expect(await ask(ws, 'chat.postMessage', { channel, text: 'x', blocks })).toMatchObject({ ok: true });
  });

  it('takes scopes and tokens away until cleared', async () => {
    const { ws, channel } = await faulty();
    ws.faults.dropScope('chat:write');
    expect(await ask(ws, 'chat.postMessage', { channel, text: 'x' })).toMatchObject({ error: 'missing_scope', needed: 'chat:write' });
    ws.faults.revokeTokens();
    expect(await ask(ws, 'auth.test')).toMatchObject({ error: 'token_revoked' });
    ws.faults.clear();
    expect(await ask(ws, 'chat.postMessage', { channel, text: 'x' })).toMatchObject({ ok: true });
  });
});

describe('rate limits', () => {
  it('let a short burst of posts into a channel pass, then one a second; other channels go on', async () => {
    const ws = await aWorkspace({ rateLimits: true });
    const post = (channel: string) => ask(ws, 'chat.postMessage', { channel: ws.ids.channels[channel], text: 'x' });
    const errors: unknown[] = [];
    for (let count = 0; count < 7; count += 1) errors.push((await post('ops'))['error']);
    expect(errors.filter((error) => error === 'ratelimited').length).toBeGreaterThanOrEqual(1);
    expect(await post('incidents')).toMatchObject({ ok: true });
  });

  it('are off unless asked for', async () => {
    const ws = await aWorkspace();
    for (let count = 0; count < 30; count += 1) expect(await ask(ws, 'usergroups.list')).toMatchObject({ ok: true });
  });
});
