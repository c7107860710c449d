import type { App, Ballot, Caller } from '../../src/app.ts';
import { systemClock } from '../../src/domain/clock.ts';
import { asLinkId, asRunId, type RunId } from '../../src/domain/ids.ts';
import { type Log, silentLog } from '../../src/domain/log.ts';
import { refuse } from '../../src/domain/refusal.ts';
import type { Reply } from '../../src/domain/reply.ts';
import type { RunView } from '../../src/domain/run.ts';
import { Secret } from '../../src/domain/secret.ts';
import type { WorkspaceOptions } from '../../src/sim/slack/options.ts';
import { startWorkspace } from '../../src/sim/slack/workspace.ts';
import { neededScopes } from '../../src/slack/doctor.ts';
import { createSlackEdge, type SlackEdge, type SlackEdgeDeps } from '../../src/slack/edge.ts';
import { heardEvents } from '../../src/slack/hear-event.ts';
import { button } from '../../src/slack/messages/actions.ts';
import { createStore, type Store } from '../../src/store/index.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { until } from '../support/until.ts';

export const run = asRunId('r-4k9zq0tm2x');
/** Easy to find again, and no member of any other reply. */
export const no = refuse('not-possible-now', 'The link prod-sql is not ready.', 'Wait for it.');

/** The door, as far as the edge sees it: it keeps what it is asked and answers what it is told to. */
export interface Door extends App {
  readonly heard: { readonly what: string; readonly said: unknown }[];
  readonly asked: { readonly text: string; readonly caller: Caller }[];
  readonly ballots: Ballot[];
  /** Answer to `ask`; a function may take its time or throw. */
  reply: Reply | (() => Promise<Reply>);
  /** Answer to everything that is said to a run. */
  governed: Reply;
  /** Messages that belong to the run, as `channel/ts`. */
  readonly messages: Set<string>;
  view: RunView | null;
}

export function aDoor(): Door {
  const heard: Door['heard'] = [];
  const govern =
    (what: string) =>
    async (...said: readonly unknown[]): Promise<Reply> => {
      heard.push({ what, said });
      return door.governed;
    };
  const door: Door = {
    heard,
    asked: [],
    ballots: [],
    reply: no,
    governed: no,
    messages: new Set(),
    view: null,
    async ask(text, caller) {
      door.asked.push({ text, caller });
      return typeof door.reply === 'function' ? door.reply() : door.reply;
    },
    takeUp: govern('takeUp'),
    async vote(ballot) {
      door.ballots.push(ballot);
      return door.governed;
    },
    withdraw: govern('withdraw'),
    confirm: govern('confirm'),
    cancel: govern('cancel'),
    retry: govern('retry'),
    skip: govern('skip'),
    runOfMessage: async (channel, ts): Promise<RunId | null> => (door.messages.has(`${channel}/${ts}`) ? run : null),
    run: async () => door.view,
    links: () => [asLinkId('prod-sql')],
  };
  return door;
}

export interface Rig {
  readonly redis: TestRedis;
  readonly ws: Awaited<ReturnType<typeof startWorkspace>>;
  readonly store: Store;
  readonly door: Door;
  readonly edge: SlackEdge;
  /** What the edge and its sockets logged, by event. */
  readonly logged: string[];
  /** A message of the run with our buttons; its ts. */
  postRun(channel?: string): Promise<string>;
  stop(): Promise<void>;
}

const events = Object.keys(heardEvents).map((type) => (type === 'message' ? 'message.im' : type));

/** Far more than Slack, the SDK and the bot give each other, ms: a machine that stands still must not decide what is seen. */
const patient = { ackDeadlineMs: 60_000, triggerLifeMs: 60_000 } as const;
const patientSockets = { openWithinMs: 60_000, pongWithinMs: 600_000 } as const;
const patientRedisMs = 20_000;

export interface RigOptions {
  /** Longest time for one call of Redis, ms; far more than the bot's own unless given. */
  readonly redisWithinMs?: number;
  readonly workspace?: Partial<WorkspaceOptions>;
  readonly edge?: Partial<SlackEdgeDeps>;
}

/** The edge in a simulated workspace with a Redis of its own, up to the door. */
export async function aRig(options: RigOptions = {}): Promise<Rig> {
  const redis = await startRedis();
  const ws = await startWorkspace({
    delivery: 'socket',
    scopes: neededScopes,
    subscriptions: events,
    commands: ['/repl'],
    ...options.workspace,
    timing: { ...patient, ...options.workspace?.timing },
  });
  const { redisWithinMs = patientRedisMs } = options;
  const logged: string[] = [];
  const line = ({ event }: { readonly event: string }) => void logged.push(event);
  const log: Log = { ...silentLog, info: line, warn: line, error: line };
  const store = createStore({
    url: redis.url,
    worker: 'edge-test',
    clock: systemClock,
    onProblem: ({ event }) => logged.push(event),
    callWithinMs: redisWithinMs,
  });
  const door = aDoor();
  const edge = createSlackEdge({
    config: { mode: 'socket', appToken: new Secret(ws.appToken), botToken: new Secret(ws.botToken), apiUrl: ws.apiUrl, teams: [] },
    groups: [{ name: 'dba', usergroup: ws.ids.groups['dba'] ?? null, fixed: [] }],
    incidentChannels: [],
    app: () => door,
    inbox: store.inbox,
    clock: systemClock,
    log,
    recordWithinMs: redisWithinMs,
    ...options.edge,
    sockets: { staggerMs: 50, retry: { firstMs: 50, longestMs: 500 }, ...patientSockets, ...options.edge?.sockets },
  });
  await until(async () => (await store.ping().catch(() => null)) !== null, 'Redis answers');
  await edge.start();
  if (options.workspace?.delivery === undefined)
    await until(() => ws.sockets() === (options.edge?.sockets?.sockets ?? 2), 'the sockets are open');
  return {
    ...{ redis, ws, store, door, edge, logged },
    async postRun(channel = 'ops') {
      const id = ws.ids.channels[channel] ?? channel;
      const target = { run, planHash: null, step: 's2' };
      const one = (verb: Parameters<typeof button>[0]['verb']) => button({ verb, label: verb, spoken: verb, target });
      const elements = (['approve', 'deny', 'confirm', 'cancel', 'retry', 'skip'] as const).map(one);
      const { ts } = await edge.calls.call('chat.postMessage', { channel: id, text: 'A run.', blocks: [{ type: 'actions', elements }] });
      door.messages.add(`${id}/${ts}`);
      return ts;
    },
    async stop() {
      await edge.stop();
      await store.close();
      await ws.close();
      await redis.stop();
    },
  };
}
