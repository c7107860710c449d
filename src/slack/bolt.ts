import { App as Bolt, type CodedError, type Context } from '@slack/bolt';
import type { Log } from '../domain/log.ts';
import type { Secret } from '../domain/secret.ts';
import { clientOptions, type Fetch } from './calls.ts';
import { hear } from './hear.ts';
import type { ClaimedDelivery } from './inbox-port.ts';
import { type Mark, type RouteDeps, route } from './routes.ts';
import { sdkLogger } from './sdk-logger.ts';

export interface Identity {
  readonly botId: string;
  readonly botUser: string;
}

export interface BoltDeps {
  readonly token: Secret;
  readonly identity: Identity;
  readonly apiUrl?: string | undefined;
  readonly fetch?: Fetch | undefined;
  readonly log: Log;
  readonly routing: RouteDeps;
}

/** Everything is acknowledged before it gets here. */
const acknowledged = async (): Promise<void> => undefined;
const isBody = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null;

/** What the worker of the inbox calls for each delivery. Rejects only when Bolt itself cannot read the body. */
export type WorkOff = (delivery: ClaimedDelivery) => Promise<void>;

/** The Bolt app. It has no receiver of its own, and one listener of each kind: whatever comes goes to one table of routes. */
export async function createBolt({ token, identity, apiUrl, fetch, log, routing }: BoltDeps): Promise<WorkOff> {
  const bolt = new Bolt({
    token: token.reveal(),
    botId: identity.botId,
    botUserId: identity.botUser,
    receiver: { init: () => undefined, start: acknowledged, stop: acknowledged },
    clientOptions: clientOptions({ log, apiUrl, fetch }),
    logger: sdkLogger(log, 'bolt'),
    deferInitialization: true,
    // Who the bot is has been asked already; with `true` Bolt would ask again.
    tokenVerificationEnabled: false,
    convoStore: false,
    ignoreSelf: true,
    extendedErrorHandler: true,
    attachFunctionToken: false,
  });

  async function pass({ body, context }: { readonly body: unknown; readonly context: Context }): Promise<void> {
    const letter = isBody(body) ? hear(body) : null;
    // The mark was put there by `workOff` below.
    if (letter !== null) await route(letter.heard, routing, context['mark'] as Mark);
  }

  bolt.command(/^\//, pass);
  bolt.action(/^replops:/, pass);
  bolt.view(/^replops:/, pass);
  bolt.event(/./, pass);
  bolt.error(async ({ error, context }: { readonly error: CodedError; readonly context: Context }) => {
    log.error(
      { event: 'slack.bolt.failed', key: (context['mark'] as Mark | undefined)?.key ?? null, cause: error },
      'Bolt could not pass a delivery on.',
    );
  });
  await bolt.init();

  return async ({ key, body, receivedAt, attempt }) => {
    const mark: Mark = { key, receivedAt, attempt };
    await bolt.processEvent({ body: { ...body }, ack: acknowledged, customProperties: { mark } });
  };
}
