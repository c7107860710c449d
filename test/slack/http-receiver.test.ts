import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/domain/clock.ts';
import { Fault } from '../../src/domain/faults.ts';
import { silentLog } from '../../src/domain/log.ts';
import { Secret } from '../../src/domain/secret.ts';
import { createHttpReceiver } from '../../src/slack/http-receiver.ts';
import { createIntake } from '../../src/slack/intake.ts';
import { clickBody, commandBody, eventBody, mention } from './payloads.ts';
import { memoryInbox } from './support.ts';

const secret = 'shhh';
const inbox = memoryInbox();
const intake = createIntake({ inbox, clock: systemClock, log: silentLog, whisper: async () => undefined });
const receiver = createHttpReceiver({
  signingSecret: new Secret(secret),
  port: 0,
  host: '127.0.0.1',
  clock: systemClock,
  log: silentLog,
  intake,
});

beforeAll(() => receiver.start());
afterAll(() => receiver.stop());

interface Sent {
  readonly body: string;
  readonly type?: string;
  readonly method?: string;
  readonly path?: string;
  readonly ageSeconds?: number;
  readonly signature?: string;
}

async function send({ body, type = 'application/json', method = 'POST', path = '/slack/events', ageSeconds = 0, signature }: Sent) {
  const timestamp = String(Math.floor(systemClock.now() / 1000) - ageSeconds);
  const mac = createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex');
  const response = await fetch(`http://127.0.0.1:${receiver.port()}${path}`, {
    method,
    headers: { 'content-type': type, 'x-slack-request-timestamp': timestamp, 'x-slack-signature': signature ?? `v0=${mac}` },
    ...(method === 'GET' ? {} : { body }),
  });
  return { status: response.status, text: await response.text() };
}

const form = (fields: Record<string, string>) => new URLSearchParams(fields).toString();
const formType = 'application/x-www-form-urlencoded';
let number = 0;
const fresh = () => {
  number += 1;
  return `Ev${number}`;
};

describe('the HTTP receiver', () => {
  it.each([['application/json'], ['application/json; charset=utf-8'], ['Application/JSON;charset=UTF-8']])(
    'takes an event as %s',
    async (type) => {
      const id = fresh();
      expect(await send({ body: JSON.stringify(eventBody(mention(), { event_id: id })), type })).toEqual({ status: 200, text: '' });
      expect(inbox.recorded.at(-1)?.key).toBe(`event:${id}`);
    },
  );

  it.each([[formType], [`${formType}; charset=utf-8`]])('takes a command as %s', async (type) => {
    const id = fresh();
    const { token, ...fields } = commandBody({ trigger_id: id });
    expect(await send({ body: form(fields), type })).toEqual({ status: 200, text: '' });
    expect(inbox.recorded.at(-1)).toMatchObject({ key: `command:${id}`, body: { text: 'status prod-sql' } });
  });

  it('takes a click from its form field', async () => {
    const id = fresh();
    expect((await send({ body: form({ payload: JSON.stringify(clickBody({ trigger_id: id })) }), type: formType })).status).toBe(200);
    expect(inbox.recorded.at(-1)?.key).toBe(`action:${id}`);
  });

  it('answers the challenge of a request URL', async () => {
    expect(await send({ body: JSON.stringify({ type: 'url_verification', challenge: 'c4' }) })).toEqual({ status: 200, text: 'c4' });
  });

  it('answers the certificate check without a signature and records nothing', async () => {
    const before = inbox.recorded.length;
    expect((await send({ body: 'ssl_check=1&token=x', type: formType, signature: '' })).status).toBe(200);
    expect(inbox.recorded).toHaveLength(before);
  });

  it.each([
    ['a wrong signature', { signature: 'v0=00' }, 401],
    ['a request from before the window', { ageSeconds: 400 }, 401],
    ['a signed request from the future', { ageSeconds: -400 }, 401],
    ['another path', { path: '/slack/other' }, 404],
    ['another method', { method: 'GET' }, 405],
    ['another content type', { type: 'text/plain' }, 415],
    ['a body that is too long', { body: 'x'.repeat(1_100_000) }, 413],
    ['a body that is no JSON', { body: '{' }, 400],
    ['a body that is no object', { body: '[]' }, 400],
  ])('refuses %s and records nothing', async (_name, over, status) => {
    const before = inbox.recorded.length;
    expect((await send({ body: JSON.stringify(eventBody(mention(), { event_id: fresh() })), ...over })).status).toBe(status);
    expect(inbox.recorded).toHaveLength(before);
  });

  it('writes a replayed request down once', async () => {
    const body = JSON.stringify(eventBody(mention(), { event_id: fresh() }));
    const before = inbox.recorded.length;
    expect([(await send({ body })).status, (await send({ body })).status]).toEqual([200, 200]);
    expect(inbox.recorded).toHaveLength(before + 1);
  });

  it('without Redis does not take an event, and answers a command', async () => {
    inbox.fail = new Fault('redis-unavailable', 'Redis could not be reached.', { effect: 'not-applied' });
    const event = await send({ body: JSON.stringify(eventBody(mention(), { event_id: fresh() })) });
    const { token, ...fields } = commandBody({ trigger_id: fresh() });
    const command = await send({ body: form(fields), type: formType });
    inbox.fail = null;
    expect(event.status).toBe(503);
    expect(command.status).toBe(200);
    expect(JSON.parse(command.text)).toMatchObject({ response_type: 'ephemeral', text: expect.stringContaining('Nothing happened') });
  });
});
