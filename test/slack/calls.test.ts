import { afterEach, describe, expect, it } from 'vitest';
import { type Fault, isFault } from '../../src/domain/faults.ts';
import { silentLog } from '../../src/domain/log.ts';
import { Secret } from '../../src/domain/secret.ts';
import { clientOptions, createSlackCalls } from '../../src/slack/calls.ts';
import { type Site, site } from './support.ts';

const token = new Secret('xoxb-very-secret');
const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

async function slack(
  serve: Parameters<typeof site>[0],
  timeoutMs = 20_000,
): Promise<{ readonly at: Site; readonly calls: ReturnType<typeof createSlackCalls> }> {
  const at = await site(serve);
  open.push(at);
  return { at, calls: createSlackCalls({ token, log: silentLog, apiUrl: at.url, timeoutMs }) };
}

const json = (body: unknown, status = 200, headers = {}) =>
  ((_request, response) =>
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))) as Parameters<typeof site>[0];

async function faultOf(work: Promise<unknown>): Promise<Fault> {
  const cause: unknown = await work.then(
    () => null,
    (error: unknown) => error,
  );
  if (!isFault(cause)) throw new TypeError(`not a Fault: ${String(cause)}`);
  return cause;
}

const post = { channel: 'C1', text: 'The run is done.' };

describe('a call that Slack does not carry out', () => {
  it.each([
    ['a plain refusal', json({ ok: false, error: 'channel_not_found' }), 'channel_not_found', 'not-applied', null],
    ['an internal error', json({ ok: false, error: 'internal_error' }), 'internal_error', 'unknown', null],
    ['a fatal error', json({ ok: false, error: 'fatal_error' }), 'fatal_error', 'unknown', null],
    ['a limit', json({ ok: false, error: 'ratelimited' }, 429, { 'retry-after': '7' }), 'ratelimited', 'not-applied', 7000],
    ['a limit without a time', json({ ok: false, error: 'ratelimited' }, 429), 'ratelimited', 'not-applied', 30_000],
    ['a limit told in the body', json({ ok: false, error: 'rate_limited' }), 'ratelimited', 'not-applied', 30_000],
    ['a gateway that fails', json({ ok: false }, 503), 'http-503', 'unknown', null],
    ['a proxy that refuses', json({ ok: false }, 403), 'http-403', 'not-applied', null],
    ['a page instead of JSON', (_q, response) => response.writeHead(200).end('<html>Slack is down</html>'), 'no-json', 'unknown', null],
    ['an answer that never comes', () => undefined, 'timeout', 'unknown', null],
    ['a connection that breaks', (request) => request.socket.destroy(), 'connection', 'unknown', null],
  ] as readonly [string, Parameters<typeof site>[0], string, string, number | null][])(
    'says what is known of its effect: %s',
    async (_name, serve, error, effect, retryAfterMs) => {
      const { calls } = await slack(serve, error === 'timeout' ? 500 : undefined);
      const fault = await faultOf(calls.call('chat.postMessage', post));
      expect({ code: fault.code, effect: fault.effect, ...fault.facts }).toMatchObject({
        code: 'slack-unavailable',
        effect,
        method: 'chat.postMessage',
        error,
        retryAfterMs,
      });
    },
  );

  it('was never sent when nobody listens', async () => {
    const { at, calls } = await slack(json({ ok: true }));
    await at.close();
    open.splice(0);
    const fault = await faultOf(calls.call('chat.postMessage', post));
    expect([fault.effect, fault.facts['error']]).toEqual(['not-applied', 'connect']);
  });

  it('is sent once only (the SDK alone would send it eleven times)', async () => {
    let times = 0;
    const { calls } = await slack((_request, response) => {
      times += 1;
      response.writeHead(500).end('no');
    });
    await faultOf(calls.call('chat.postMessage', post));
    expect(times).toBe(1);
  });

  it('had no effect when it only reads', async () => {
    const { calls } = await slack(json({ ok: false, error: 'internal_error' }));
    expect((await faultOf(calls.call('users.info', { user: 'U1' }))).effect).toBe('not-applied');
  });

  it('was carried out when Slack said yes in a form that is not documented', async () => {
    const { calls } = await slack(json({ ok: true, channel: 'C1' }));
    const fault = await faultOf(calls.call('chat.postMessage', post));
    expect([fault.code, fault.effect]).toEqual(['answer-not-understood', 'applied']);
  });

  it('names the scope that is missing', async () => {
    const { calls } = await slack(json({ ok: false, error: 'missing_scope', needed: 'chat:write', provided: 'commands' }));
    expect((await faultOf(calls.call('chat.postMessage', post))).facts).toMatchObject({ error: 'missing_scope', needed: 'chat:write' });
  });

  it('does not tell the token', async () => {
    const { calls } = await slack(json({ ok: false, error: 'invalid_auth' }));
    const fault = await faultOf(calls.call('auth.test', {}));
    expect(JSON.stringify([fault.message, fault.facts])).not.toContain('xoxb');
  });
});

describe('one method that is limited', () => {
  it('does not hold up the others', async () => {
    const { calls } = await slack((request, response, body) =>
      (request.url === '/chat.postMessage'
        ? json({ ok: false, error: 'ratelimited' }, 429, { 'retry-after': '60' })
        : json({ ok: true, permalink: 'https://x' }))(request, response, body),
    );
    await faultOf(calls.call('chat.postMessage', post));
    await expect(calls.call('chat.getPermalink', { channel: 'C1', message_ts: '1.1' })).resolves.toEqual({ permalink: 'https://x' });
  });
});

describe('the options of a client', () => {
  it('are a new object each time and have no headers, in which the SDK would leave a token', () => {
    const options = clientOptions({ log: silentLog });
    expect(options).not.toBe(clientOptions({ log: silentLog }));
    expect('headers' in options).toBe(false);
    expect(options.retryConfig).toEqual({ retries: 0 });
    expect(options.timeout).toBeGreaterThan(0);
  });

  it('leave nothing of one client’s token to the next', async () => {
    const seen: (string | undefined)[] = [];
    const { at } = await slack((request, response, body) => {
      seen.push(request.headers.authorization);
      json({ ok: true, permalink: 'https://x' })(request, response, body);
    });
    for (const secret of ['xoxb-one', 'xoxb-two']) {
      await createSlackCalls({ token: new Secret(secret), log: silentLog, apiUrl: at.url }).call('chat.getPermalink', {
        channel: 'C',
        message_ts: '1',
      });
    }
    expect(seen).toEqual(['Bearer xoxb-one', 'Bearer xoxb-two']);
  });
});
