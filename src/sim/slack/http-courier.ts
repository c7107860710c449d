import type { Clock } from '../../domain/clock.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import { parseJson } from './body.ts';
import type { Attempt, Courier, Parcel, Receipt } from './courier.ts';
import { asObject, asText } from './model.ts';
import type { Timing } from './options.ts';
import { signatureOf } from './signature.ts';

interface HttpTarget {
  readonly http: string;
  readonly signingSecret: string;
}

/** The content types must be exact: Bolt refuses `; charset=`. */
function bodyOf(parcel: Parcel): { readonly body: string; readonly type: string } {
  if (parcel.type === 'events_api') return { body: JSON.stringify(parcel.payload), type: 'application/json' };
  const fields = parcel.type === 'interactive' ? { payload: JSON.stringify(parcel.payload) } : parcel.payload;
  const form = new URLSearchParams(Object.entries(fields).map(([key, value]): [string, string] => [key, asText(value)]));
  return { body: form.toString(), type: 'application/x-www-form-urlencoded' };
}

const answerOf = (text: string): Json => {
  if (text.trim() === '') return {};
  const json = parseJson(text);
  return typeof json === 'object' && json !== null ? json : { text };
};

function signed(target: HttpTarget, clock: Clock, body: string, type: string): Record<string, string> {
  const timestamp = Math.floor(clock.now() / 1000);
  const signature = signatureOf(target.signingSecret, timestamp, body);
  return {
    'content-type': type,
    'x-slack-request-timestamp': String(timestamp),
    'x-slack-signature': signature,
    'user-agent': 'Slackbot 1.0',
  };
}

const retryHeaders = (attempt: Attempt): Record<string, string> =>
  attempt.number === 0 ? {} : { 'x-slack-retry-num': String(attempt.number), 'x-slack-retry-reason': attempt.reason };

/** Posts signed requests to the app's one endpoint. */
export function createHttpCourier(target: HttpTarget, clock: Clock, timing: Timing): Courier {
  const closing = new AbortController();
  const send = async (parcel: Parcel, attempt: Attempt): Promise<Receipt> => {
    const { body, type } = bodyOf(parcel);
    const started = clock.monotonic();
    const signal = AbortSignal.any([closing.signal, AbortSignal.timeout(timing.ackDeadlineMs)]);
    try {
      const headers = { ...signed(target, clock, body, type), ...retryHeaders(attempt) };
      const response = await fetch(target.http, { method: 'POST', body, headers, signal, redirect: 'manual' });
      const text = await response.text();
      const final = response.headers.get('x-slack-no-retry') === '1';
      if (response.status !== 200) return { state: 'undeliverable', reason: 'http_error', final };
      if (attempt.deaf) return { state: 'timed-out', reason: 'http_timeout' };
      return { state: 'acked', withinMs: clock.monotonic() - started, payload: answerOf(text) };
    } catch (cause) {
      const timedOut = cause instanceof Error && cause.name === 'TimeoutError';
      return timedOut
        ? { state: 'timed-out', reason: 'http_timeout' }
        : { state: 'undeliverable', reason: 'connection_failed', final: false };
    }
  };
  return {
    send,
    close: async () => closing.abort(),
  };
}

/** Asks the endpoint to echo a challenge, as Slack does before it accepts a request URL. */
export async function verifyUrl(target: HttpTarget, clock: Clock, challenge: string): Promise<boolean> {
  const body = JSON.stringify({ type: 'url_verification', token: 'not-a-secret', challenge });
  const headers = signed(target, clock, body, 'application/json');
  try {
    const response = await fetch(target.http, { method: 'POST', body, headers, signal: AbortSignal.timeout(3_000) });
    const text = await response.text();
    const echoed = asText(asObject(parseJson(text) as JsonObject)['challenge']) || text;
    return response.status === 200 && echoed === challenge;
  } catch {
    return false;
  }
}
