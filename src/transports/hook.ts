import { type EffectKnowledge, Fault } from '../domain/faults.ts';
import type { Secret } from '../domain/secret.ts';

/** A team's own HTTP endpoint. */
export interface HookTarget {
  readonly url: string;
  /** Value of the Authorization header; null when none is sent. */
  readonly authorization: Secret | null;
}

export interface HookCall {
  readonly signal: AbortSignal;
  /** Until the whole answer is there, ms. */
  readonly timeoutMs: number;
}

/** `query` is added to the address; `body` is sent as JSON by POST, and its absence is a GET. */
export interface HookRequest {
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: Readonly<Record<string, string>>;
}

/**
 * Calls a hook once and answers what its JSON says. Throws a Fault that says what is known of the effect: `connect-failed`,
 * `deadline-passed`, `statement-refused` (any status but 2xx), `answer-not-understood` or `aborted`.
 */
export type CallHook = (target: HookTarget, request: HookRequest, call: HookCall) => Promise<unknown>;

/** An answer is a few words; more is not read. */
const mostBytes = 64 * 1024;

/** The server was not reached, so nothing of the request has left. */
const notReached = /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT)$/;

export const callHook: CallHook = async (target, { query = {}, body }, { signal, timeoutMs }) => {
  const host = new URL(target.url).host;
  if (signal.aborted)
    throw new Fault('aborted', `The call of ${host} was stopped before it was sent.`, { effect: 'not-applied', facts: { host } });
  const effect: EffectKnowledge = body === undefined ? 'not-applied' : 'unknown';
  const url = new URL(target.url);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  const response = await fetch(url, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      accept: 'application/json',
      ...(target.authorization === null ? {} : { authorization: target.authorization.reveal() }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    body: body === undefined ? null : JSON.stringify(body),
    // A redirect would carry the authorization to a place that nobody has named.
    redirect: 'error',
    signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
  }).catch((cause: unknown) => {
    throw faultOf(cause, host, effect, timeoutMs);
  });
  const text = await readText(response).catch((cause: unknown) => {
    throw faultOf(cause, host, effect, timeoutMs);
  });
  if (!response.ok) throw refused(response.status, host, effect);
  return parsed(text, host, effect);
};

async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  // The DOM's type of a body does not know that Node's can be iterated.
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > mostBytes) break;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** A client error is an answer of the hook itself: it has looked at the request and done nothing. */
function refused(status: number, host: string, effect: EffectKnowledge): Fault {
  const known: EffectKnowledge = status >= 400 && status < 500 ? 'not-applied' : effect;
  return new Fault('statement-refused', `${host} answered with status ${status}.`, { effect: known, facts: { host, status } });
}

function parsed(text: string, host: string, effect: EffectKnowledge): unknown {
  try {
    return text.trim() === '' ? null : JSON.parse(text);
  } catch {
    throw new Fault('answer-not-understood', `${host} did not answer with JSON.`, { effect, facts: { host } });
  }
}

/** The words of a network error may quote the address and what was sent, so only its code is kept. */
function faultOf(cause: unknown, host: string, effect: EffectKnowledge, timeoutMs: number): Fault {
  const name = cause instanceof Error ? cause.name : '';
  if (name === 'TimeoutError')
    return new Fault('deadline-passed', `${host} gave no answer within ${timeoutMs} ms.`, { effect, facts: { host } });
  if (name === 'AbortError') return new Fault('aborted', `The call of ${host} was stopped.`, { effect, facts: { host } });
  const inner = cause instanceof Error ? cause.cause : null;
  const code = typeof inner === 'object' && inner !== null && 'code' in inner ? String(inner.code) : 'unknown';
  const unsent = notReached.test(code);
  const words = unsent ? `${host} could not be reached (${code}).` : `The connection to ${host} broke (${code}).`;
  return new Fault(unsent ? 'connect-failed' : 'connection-lost', words, {
    effect: unsent ? 'not-applied' : effect,
    facts: { host, code },
  });
}
