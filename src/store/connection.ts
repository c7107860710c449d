import { Redis, type RedisOptions } from 'ioredis';
import { setAlarm } from '../domain/alarm.ts';
import type { Clock } from '../domain/clock.ts';
import { Secret } from '../domain/secret.ts';
import { refusedFault, replyCode, unansweredFault, unreachableFault } from './redis-faults.ts';
import { readingScripts, type ScriptName, scripts } from './scripts.ts';
import type { OnProblem } from './store-problem.ts';
import { within } from './within.ts';

/** A call fails after this much, whatever Redis does. Slack wants its acknowledgement within 3,000 ms. */
const usualCallMs = 2_000;
/** The part of it that a call waits for a broken connection to come back, before it gives up without having sent anything. */
const readyShare = 0.5;

export interface CallOptions {
  /** False for what does not recognise its own re-send. */
  readonly resend: boolean;
}

export interface CallNature extends CallOptions {
  /** True for what changes nothing, so that a failure leaves nothing in doubt. */
  readonly reads: boolean;
}

/** A connection whose calls end within 2 s unless told otherwise: with Redis' answer or with Fault `redis-unavailable`. It comes back by itself. */
export interface Connection {
  script(name: ScriptName, keys: readonly string[], args: readonly (string | number)[], options?: CallOptions): Promise<unknown>;
  /** One command that changes nothing. */
  read(send: (client: Redis) => Promise<unknown>): Promise<unknown>;
  command(send: (client: Redis) => Promise<unknown>, nature: CallNature): Promise<unknown>;
  close(): void;
}

export interface ConnectionOptions {
  readonly url: Secret | string;
  /** Shown by CLIENT LIST. */
  readonly name: string;
  readonly clock: Clock;
  readonly onProblem: OnProblem;
  /** Longest time for one call, ms; 2,000 when left out. Tests of other things give more. */
  readonly callWithinMs?: number | undefined;
}

export const urlOf = (url: Secret | string): string => (url instanceof Secret ? url.reveal() : url);

/** Reconnects for ever, at most a second apart. */
const retryStrategy = (attempt: number): number => Math.min(attempt * 100, 1_000);
/** A primary that became a replica refuses writes for good: connect anew, the address may lead to the new primary. */
const reconnectOnError = (error: Error): boolean => replyCode(error) === 'READONLY';

const reconnecting = {
  connectTimeout: 1_500,
  disconnectTimeout: 100, // ioredis keeps the process alive for so long after a disconnect, even when the socket is gone
  keepAlive: 10_000,
  retryStrategy,
  reconnectOnError,
} as const satisfies RedisOptions;

/**
 * Nothing is queued while Redis is away, and ioredis never sends anything twice by itself: a command that outlived its caller's
 * patience must not take effect minutes later. Re-sending is done here, within the call's deadline.
 */
const failFast = {
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  socketTimeout: 3_000, // ends a connection on which a sent command is not answered, e.g. behind a dead firewall state
  ...reconnecting,
} as const satisfies RedisOptions;

/** For BullMQ, which wants its commands to wait for the connection. */
export const patient = { ...reconnecting, maxRetriesPerRequest: null } as const satisfies RedisOptions;

/** Opens the connection in the background. */
export function createConnection(options: ConnectionOptions): Connection {
  const client = new Redis(urlOf(options.url), { ...failFast, connectionName: options.name });
  const gate = watchReadiness(client, options.onProblem);
  const call = createCaller(client, gate, options.clock, options.callWithinMs ?? usualCallMs);
  return {
    script: (name, keys, args, { resend } = { resend: true }) =>
      call((isLate) => evaluate(client, name, keys, args, isLate), { reads: readingScripts.has(name), resend }),
    read: (send) => call(() => send(client), { reads: true, resend: true }),
    command: (send, nature) => call(() => send(client), nature),
    close: () => {
      gate.close();
      client.disconnect();
    },
  };
}

/** Sends one thing; `isLate` says whether its caller has been answered already. */
type Send = (isLate: () => boolean) => Promise<unknown>;

async function evaluate(
  client: Redis,
  name: ScriptName,
  keys: readonly string[],
  args: readonly (string | number)[],
  isLate: () => boolean,
): Promise<unknown> {
  const { sha, lua } = scripts[name];
  try {
    return await client.evalsha(sha, keys.length, ...keys, ...args);
  } catch (error) {
    if (replyCode(error) !== 'NOSCRIPT' || isLate()) throw error;
    return client.eval(lua, keys.length, ...keys, ...args);
  }
}

interface Gate {
  /** Whether the connection can be used before `ms` have passed. */
  ready(ms: number): Promise<boolean>;
  close(): void;
}

function watchReadiness(client: Redis, onProblem: OnProblem): Gate {
  const waiting = new Set<(ready: boolean) => void>();
  let closed = false;
  let lost = false;
  const answerAll = (ready: boolean) => {
    for (const answer of waiting) answer(ready);
    waiting.clear();
  };
  const lose = (cause?: unknown) => {
    if (closed || lost) return;
    lost = true;
    onProblem({ event: 'redis.lost', sentence: 'The connection to Redis is lost; nothing can be started until it is back.', cause });
  };
  client.on('error', lose);
  client.on('close', () => lose());
  client.on('ready', () => {
    if (lost) onProblem({ event: 'redis.back', sentence: 'The connection to Redis is back.' });
    lost = false;
    answerAll(true);
  });
  return {
    ready: (ms) => {
      if (client.status === 'ready' || closed) return Promise.resolve(!closed);
      return new Promise((resolve) => {
        const callOff = setAlarm(ms, () => answer(false));
        const answer = (ready: boolean) => {
          callOff();
          waiting.delete(answer);
          resolve(ready);
        };
        waiting.add(answer);
      });
    },
    close: () => {
      closed = true;
      answerAll(false);
    },
  };
}

type Try = { readonly kind: 'answered'; readonly answer: unknown } | { readonly kind: 'unanswered'; readonly cause: unknown };

function createCaller(client: Redis, gate: Gate, clock: Clock, callWithinMs: number) {
  const once = async (send: Send, giveUpAt: number): Promise<Try> => {
    const isLate = () => clock.monotonic() >= giveUpAt;
    try {
      return { kind: 'answered', answer: await within(send(isLate), Math.max(1, giveUpAt - clock.monotonic())) };
    } catch (error) {
      const code = replyCode(error);
      if (code !== null) throw refusedFault(code, error);
      // A connection that broke a moment ago may still call itself ready; do not spin on it.
      if (client.status === 'ready') await clock.sleep(20);
      return { kind: 'unanswered', cause: error };
    }
  };
  return async (send: Send, { reads, resend }: CallNature): Promise<unknown> => {
    const giveUpAt = clock.monotonic() + callWithinMs;
    let tried: Extract<Try, { kind: 'unanswered' }> | null = null;
    for (let leftMs = callWithinMs; leftMs > 0; leftMs = giveUpAt - clock.monotonic()) {
      if (!(await gate.ready(Math.min(leftMs, callWithinMs * readyShare)))) break;
      const outcome = await once(send, giveUpAt);
      if (outcome.kind === 'answered') return outcome.answer;
      tried = outcome;
      if (!resend) break;
    }
    throw tried === null ? unreachableFault() : unansweredFault(reads, tried.cause);
  };
}
