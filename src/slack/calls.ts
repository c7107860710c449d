import { WebClient } from '@slack/web-api';
import type { z } from 'zod';
import type { Log } from '../domain/log.ts';
import type { Secret } from '../domain/secret.ts';
import { answerNotUnderstood, faultOfCall } from './call-faults.ts';
import { type SlackAnswer, type SlackArgs, type SlackMethod, slackMethods } from './methods.ts';
import { sdkLogger } from './sdk-logger.ts';

/** The one way in which the bot calls Slack's Web API. */
export interface SlackCalls {
  /**
   * Calls a method once, without retries, within the time limit. Throws Fault `slack-unavailable` with the facts
   * `method`, `error` (Slack's word, or `http-503`, `timeout`, `connect`, `connection`), `retryAfterMs` (null unless Slack said so) and
   * what is known of the effect; Fault `answer-not-understood` (effect `applied` for a write) when Slack said yes in an unknown form.
   */
  call<M extends SlackMethod>(method: M, args: SlackArgs[M]): Promise<SlackAnswer<M>>;
}

export type Fetch = typeof globalThis.fetch;

export interface SlackCallsDeps {
  readonly token: Secret;
  readonly log: Log;
  /** Base address of the Web API; Slack's own when left out. */
  readonly apiUrl?: string | undefined;
  /** Time limit of one call, ms; 10,000 when left out. */
  readonly timeoutMs?: number | undefined;
  readonly fetch?: Fetch | undefined;
}

/** How long to wait after a 429 that does not say, ms. */
const silentLimitSeconds = 30;

/**
 * A 429 without `Retry-After` reaches callers of the SDK as an error without a code, so the header is put in.
 */
export const withRetryAfter =
  (send: Fetch): Fetch =>
  async (input, init) => {
    const response = await send(input, init);
    if (response.status !== 429 || /^\d+$/.test(response.headers.get('retry-after') ?? '')) return response;
    await response.body?.cancel();
    return new Response(null, { status: 429, headers: { 'retry-after': String(silentLimitSeconds) } });
  };

/**
 * Options for every WebClient of ours, a new object each time: the SDK writes into what it is given. Retries belong to the callers,
 * who know the effect, and `headers` is never set, since the SDK would put a token into it.
 */
export const clientOptions = (deps: Omit<SlackCallsDeps, 'token'>) => ({
  ...(deps.apiUrl === undefined ? {} : { slackApiUrl: deps.apiUrl }),
  timeout: deps.timeoutMs ?? 10_000,
  retryConfig: { retries: 0 },
  rejectRateLimitedCalls: true,
  allowAbsoluteUrls: false,
  logger: sdkLogger(deps.log, 'web-api'),
  // The SDK's own fetch type is a narrower copy of the platform's.
  fetch: withRetryAfter(deps.fetch ?? globalThis.fetch) as NonNullable<NonNullable<ConstructorParameters<typeof WebClient>[1]>['fetch']>,
});

/** Calls with a queue of their own: bulk posts and interactive replies each get one, so that neither waits for the other. */
export function createSlackCalls(deps: SlackCallsDeps): SlackCalls {
  const client = new WebClient(deps.token.reveal(), clientOptions(deps));
  return {
    async call<M extends SlackMethod>(method: M, args: SlackArgs[M]): Promise<SlackAnswer<M>> {
      const { answer: schema, writes } = slackMethods[method];
      const answer: unknown = await client.apiCall(method, { ...args }).catch((error: unknown) => {
        throw faultOfCall(method, writes, error);
      });
      const parsed = (schema as z.ZodType).safeParse(answer);
      if (!parsed.success) throw answerNotUnderstood(method, writes, parsed.error);
      // The schema of this very method has parsed it; the compiler cannot follow the lookup by `M`.
      return parsed.data as SlackAnswer<M>;
    },
  };
}
