import { WebAPIHTTPError, WebAPIPlatformError, WebAPIRateLimitedError, WebAPIRequestError } from '@slack/web-api';
import { type EffectKnowledge, Fault } from '../domain/faults.ts';

/** Refusals that Slack may answer after it has done what was asked. */
const doubtful = new Set(['internal_error', 'fatal_error', 'service_unavailable', 'request_timeout']);
const limited = new Set(['ratelimited', 'rate_limited']);
/** Failures before a byte of the request could leave. */
const neverSent = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);
/** Wait after a limit that Slack states without a time, ms. */
const silentLimitMs = 30_000;

interface Failure {
  /** Slack's word for it, or ours: `http-<status>`, `timeout`, `connect`, `connection`. */
  readonly error: string;
  readonly effect: EffectKnowledge;
  readonly retryAfterMs: number | null;
  /** The scope that Slack says is missing. */
  readonly needed?: string;
  /** Slack's remarks on single fields of a message. */
  readonly remarks?: string;
}

/** Code of an error or of what caused it, e.g. `ECONNRESET`; null when there is none. */
function codeOf(error: unknown): string | null {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    if ('code' in at && typeof at.code === 'string' && !at.code.startsWith('slack_')) return at.code;
    if (at instanceof AggregateError) return codeOf(at.errors[0]);
    if (at.name === 'TimeoutError') return 'timeout';
  }
  return null;
}

function platformFailure(error: WebAPIPlatformError): Failure {
  const { data } = error;
  const word: unknown = data.error;
  // A body that is no JSON comes as the `error` of an answer, whole.
  if (typeof word !== 'string' || !/^[\w.-]{1,80}$/.test(word)) return { error: 'no-json', effect: 'unknown', retryAfterMs: null };
  if (limited.has(word)) {
    const seconds = data.response_metadata?.retryAfter;
    return { error: 'ratelimited', effect: 'not-applied', retryAfterMs: seconds === undefined ? silentLimitMs : seconds * 1000 };
  }
  const messages = data.response_metadata?.messages;
  return {
    error: word,
    effect: doubtful.has(word) ? 'unknown' : 'not-applied',
    retryAfterMs: null,
    ...('needed' in data && typeof data['needed'] === 'string' ? { needed: data['needed'] } : {}),
    ...(Array.isArray(messages) ? { remarks: messages.join(' ').slice(0, 500) } : {}),
  };
}

function failureOf(error: unknown): Failure {
  if (error instanceof WebAPIPlatformError) return platformFailure(error);
  if (error instanceof WebAPIRateLimitedError) {
    return { error: 'ratelimited', effect: 'not-applied', retryAfterMs: error.retryAfter * 1000 };
  }
  if (error instanceof WebAPIHTTPError) {
    const refused = error.statusCode >= 400 && error.statusCode < 500 && error.statusCode !== 408;
    return { error: `http-${error.statusCode}`, effect: refused ? 'not-applied' : 'unknown', retryAfterMs: null };
  }
  const code = codeOf(error instanceof WebAPIRequestError ? error.original : error);
  if (code !== null && neverSent.has(code)) return { error: 'connect', effect: 'not-applied', retryAfterMs: null };
  return { error: code === 'timeout' ? 'timeout' : 'connection', effect: 'unknown', retryAfterMs: null };
}

/** Turns whatever the SDK threw into the Fault that callers decide by. */
export function faultOfCall(method: string, writes: boolean, error: unknown): Fault {
  const { effect, ...facts } = failureOf(error);
  const wait = facts.retryAfterMs === null ? '' : ` It asks to wait ${Math.ceil(facts.retryAfterMs / 1000)} s.`;
  return new Fault('slack-unavailable', `Slack did not carry out ${method}: ${facts.error}.${wait}`, {
    effect: writes ? effect : 'not-applied',
    facts: { method, ...facts },
    cause: error,
  });
}

/** Slack said yes, but not in the form it documents. */
export function answerNotUnderstood(method: string, writes: boolean, cause: unknown): Fault {
  return new Fault('answer-not-understood', `Slack answered ${method} in a form that is not documented.`, {
    effect: writes ? 'applied' : 'not-applied',
    facts: { method, error: null, retryAfterMs: null },
    cause,
  });
}
