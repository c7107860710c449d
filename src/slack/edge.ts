import type { App } from '../app.ts';
import type { Clock } from '../domain/clock.ts';
import { isFault } from '../domain/faults.ts';
import { asUserId, type ChannelId, type UserId } from '../domain/ids.ts';
import { type Log, silentLog } from '../domain/log.ts';
import type { People } from '../domain/person.ts';
import type { Finding } from '../domain/reply.ts';
import type { Secret } from '../domain/secret.ts';
import { createAnswers } from './answers.ts';
import { createBolt, type WorkOff } from './bolt.ts';
import { createSlackCalls, type Fetch, type SlackCalls } from './calls.ts';
import { createChannels } from './channels.ts';
import { examineSlack } from './doctor.ts';
import { createGroups, type GroupSource } from './groups.ts';
import { createHttpReceiver } from './http-receiver.ts';
import type { Inbox } from './inbox-port.ts';
import { createIntake, type Intake } from './intake.ts';
import type { SlackAnswer } from './methods.ts';
import { createPeople } from './people.ts';
import type { Receiver } from './receiver.ts';
import { renderer } from './rendering.ts';
import { createResponseUrls, plainWords } from './response-url.ts';
import type { RouteDeps } from './routes.ts';
import { createSockets, type SocketsDeps } from './sockets.ts';

interface SlackBasis {
  readonly botToken: Secret;
  /** Base of the Web API; null is Slack's own. */
  readonly apiUrl: string | null;
  /** Workspaces whose people are ours; empty means the one that the bot token belongs to. */
  readonly teams: readonly string[];
}

/** How Slack is reached; has the form of the config's section. */
export type SlackSettings =
  | ({ readonly mode: 'socket'; readonly appToken: Secret } & SlackBasis)
  | ({ readonly mode: 'http'; readonly signingSecret: Secret; readonly port: number } & SlackBasis);

export interface SlackEdgeDeps {
  readonly config: SlackSettings;
  readonly groups: readonly GroupSource[];
  readonly incidentChannels: readonly ChannelId[];
  /** The door; asked for when the first delivery is worked off, since the door itself needs `people`. */
  readonly app: () => App;
  readonly inbox: Inbox;
  readonly clock: Clock;
  readonly log?: Log;
  readonly fetch?: Fetch;
  /** Deliveries that one process works off at once; 20 when left out. */
  readonly concurrency?: number;
  /** Longest time in which a delivery has to be recorded, ms; 2,000 when left out. */
  readonly recordWithinMs?: number | undefined;
  /** A delivery older than this is answered but not carried out, ms; 10 min when left out. */
  readonly staleMs?: number;
  /** Times of the sockets; tests shorten them. */
  readonly sockets?: Pick<SocketsDeps, 'sockets' | 'staggerMs' | 'openWithinMs' | 'retry' | 'pongWithinMs' | 'lingerMs'>;
  /** Address to listen on in HTTP mode. */
  readonly host?: string;
}

export interface SlackHealth {
  readonly healthy: boolean;
  /** Full sentence. */
  readonly sentence: string;
}

/** Where the bot meets Slack. */
export interface SlackEdge {
  readonly people: People;
  /** For bulk posts; interactive replies have a queue of their own. */
  readonly calls: SlackCalls;
  /** Begins to take and to work off deliveries. Throws Fault `slack-unavailable` when Slack refuses the bot token; waits for nothing else. */
  start(): Promise<void>;
  /** Takes nothing new, and resolves when what was taken is worked off. */
  stop(): Promise<void>;
  health(): SlackHealth;
  /** For `/repl doctor`. */
  examine(): Promise<readonly Finding[]>;
  /** Port in HTTP mode; 0 in Socket Mode. */
  port(): number;
}

/** Refusals of `auth.test` that only another token mends. */
const hopeless = new Set(['not_authed', 'invalid_auth', 'account_inactive', 'token_revoked', 'token_expired', 'not_allowed_token_type']);
const againMs = 5000;

type Self = SlackAnswer<'auth.test'>;

function receiverFor(
  { config, clock, sockets, host, fetch }: SlackEdgeDeps,
  log: Log,
  intake: Intake,
): { readonly receiver: Receiver; readonly port: () => number } {
  if (config.mode === 'socket') {
    const receiver = createSockets({
      ...sockets,
      appToken: config.appToken,
      apiUrl: config.apiUrl ?? undefined,
      fetch,
      clock,
      log,
      intake,
    });
    return { receiver, port: () => 0 };
  }
  const receiver = createHttpReceiver({ signingSecret: config.signingSecret, port: config.port, host, clock, log, intake });
  return { receiver, port: receiver.port };
}

/** Everything but the receiver and Bolt. */
function partsOf(deps: SlackEdgeDeps, log: Log, self: () => Self | null) {
  const { config, clock, app } = deps;
  const apiUrl = config.apiUrl ?? undefined;
  const fetch = deps.fetch ?? globalThis.fetch;
  const client = () => createSlackCalls({ token: config.botToken, log, apiUrl, fetch });
  const calls = client();
  const interactive = client();
  const teams = (): readonly string[] => {
    const own = self()?.team_id;
    return config.teams.length > 0 || own === undefined ? config.teams : [own];
  };
  const responseUrls = createResponseUrls({ log, fetch, apiUrl });
  const channels = createChannels({ calls: interactive, clock, log });
  const groups = createGroups({ calls: interactive, clock, log, sources: deps.groups });
  const people = createPeople({ calls: interactive, clock, log, groups, teams });
  const answers = createAnswers({ calls: interactive, responseUrls, clock, log });
  const botUser = (): UserId | null => {
    const id = self()?.user_id;
    return id === undefined ? null : asUserId(id);
  };
  const routing = (): RouteDeps => ({
    ...{ app: app(), answers, channels, people, groups, calls: interactive, fetch, clock, log, teams, botUser },
    render: renderer(clock),
    staleMs: deps.staleMs ?? 600_000,
  });
  return { apiUrl, fetch, calls, responseUrls, channels, groups, people, routing };
}

/** Puts the edge together. Nothing is sent or opened before `start`. */
export function createSlackEdge(deps: SlackEdgeDeps): SlackEdge {
  const { config, clock, inbox, log = silentLog } = deps;
  let self: Self | null = null;
  const stopping = new AbortController();
  const { apiUrl, fetch, calls, responseUrls, channels, groups, people, routing } = partsOf(deps, log, () => self);
  const whisper = async (responseUrl: string, text: string): Promise<void> =>
    void (await responseUrls.answer(responseUrl, plainWords(text)));
  const intake = createIntake({ inbox, clock, log, whisper, recordWithinMs: deps.recordWithinMs });
  const { receiver, port } = receiverFor(deps, log, intake);
  let working: Promise<void> = Promise.resolve();

  /** Null when Slack could not be asked. */
  async function askSelf(): Promise<Self | null> {
    try {
      return await calls.call('auth.test', {});
    } catch (cause) {
      if (isFault(cause) && hopeless.has(String(cause.facts['error']))) throw cause;
      log.warn({ event: 'slack.self.unknown', cause }, 'Slack does not say who the bot is; asking again.');
      return null;
    }
  }

  async function workOff(known: Self | null): Promise<void> {
    for (self = known; self === null; self = await askSelf()) {
      await clock.sleep(againMs, stopping.signal);
      if (stopping.signal.aborted) return;
    }
    const identity = { botId: self.bot_id, botUser: self.user_id };
    const work: WorkOff = await createBolt({ token: config.botToken, identity, apiUrl, fetch, log, routing: routing() });
    await inbox.work(work, { concurrency: deps.concurrency ?? 20 });
  }

  return {
    people,
    calls,
    port,
    async start() {
      const known = await askSelf();
      working = workOff(known).catch((cause: unknown) =>
        log.error({ event: 'slack.work.ended', cause }, 'Deliveries are no longer worked off.'),
      );
      await receiver.start();
    },
    async stop() {
      stopping.abort();
      await receiver.stop();
      await inbox.close();
      await working;
    },
    health() {
      const { healthy, sentence } = receiver.health();
      return self === null ? { healthy: false, sentence: `Slack does not say who the bot is. ${sentence}` } : { healthy, sentence };
    },
    examine: () => examineSlack({ calls, channels, groups, receiver, incidentChannels: deps.incidentChannels }),
  };
}
