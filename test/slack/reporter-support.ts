import { systemClock } from '../../src/domain/clock.ts';
import { asChannelId, asRunId, asUserId, type LinkId, type RunId } from '../../src/domain/ids.ts';
import type { Link } from '../../src/domain/link.ts';
import { silentLog } from '../../src/domain/log.ts';
import type { Entry } from '../../src/domain/run.ts';
import { Secret } from '../../src/domain/secret.ts';
import { incidentNotices } from '../../src/incidents/notices.ts';
import { fold } from '../../src/runs/fold.ts';
import type { Journal, ReportQueue } from '../../src/runs/ports.ts';
import type { SeenMessage, Workspace } from '../../src/sim/slack/contract.ts';
import { startWorkspace } from '../../src/sim/slack/workspace.ts';
import { createSlackCalls } from '../../src/slack/calls.ts';
import { createReporter, type Reporter, type ReporterSettings } from '../../src/slack/reporter.ts';
import { createStore, type Store } from '../../src/store/index.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { aPlan, linkId, proposed, theLink } from './messages/story.ts';

/** Everything in milliseconds instead of seconds, so that no test waits for the wall clock. */
export const hasty: Partial<ReporterSettings> = {
  // Who dies in a test has a shorter one.
  leaseMs: 20_000,
  pollMs: 20,
  editMs: 30,
  settleMs: 0,
  patienceMs: 400,
  // Longer than one call, as in the product.
  quietMs: 2_500,
  lookMs: 40,
  retryMs: 30,
  longestRetryMs: 300,
  brokenMs: 50,
  stopMs: 3_000,
  perMinute: 60_000,
  burst: 100,
  channelMs: 1,
  channelBurst: 100,
};

export interface Bench {
  readonly redis: TestRedis;
  readonly workspace: Workspace;
  readonly store: Store;
  /** A reporter in a process of its own, as far as Redis and Slack can tell. */
  reporter(name: string, more?: Partial<ReporterSettings>, ports?: Partial<Ports>): Reporter;
  /** Begins a run in #ops. */
  begin(more?: Partial<Extract<Entry, { kind: 'proposed' }>>): Promise<RunId>;
  write(run: RunId, ...entries: readonly Entry[]): Promise<void>;
  /** Messages of ours that carry this run in their metadata, wherever they are. */
  messagesOf(run: RunId): readonly Labelled[];
  link: Link;
  close(): Promise<void>;
}

interface Ports {
  readonly journal: Journal;
  readonly reports: ReportQueue;
}

export interface Labelled extends SeenMessage {
  readonly key: string;
}

export async function startBench(): Promise<Bench> {
  const [redis, workspace] = await Promise.all([startRedis(), startWorkspace({ delivery: 'socket' })]);
  const store = createStore({ url: redis.url, worker: 'bench', clock: systemClock, onProblem: () => undefined, callWithinMs: 20_000 });
  const stores: Store[] = [store];
  const reporters: Reporter[] = [];
  const channel = (name: string) => asChannelId(workspace.ids.channels[name] ?? '');
  const link: Link = { ...theLink, incidentChannels: [channel('incidents')] };
  let runs = 0;

  return {
    redis,
    workspace,
    store,
    link,
    reporter: (name, more = {}, ports = {}) => {
      const own = createStore({ url: redis.url, worker: name, clock: systemClock, onProblem: () => undefined, callWithinMs: 20_000 });
      stores.push(own);
      const reporter = createReporter({
        journal: own.journal,
        reports: own.reports,
        ...ports,
        calls: createSlackCalls({ token: new Secret(workspace.botToken), log: silentLog, apiUrl: workspace.apiUrl, timeoutMs: 20_000 }),
        fold,
        links: (id: LinkId) => (id === linkId ? link : null),
        incidents: incidentNotices,
        clock: systemClock,
        log: silentLog,
        worker: name,
        settings: { ...hasty, ...more },
      });
      reporters.push(reporter);
      return reporter;
    },
    begin: async (more = {}) => {
      runs += 1;
      const run = asRunId(`r-${String(runs).padStart(10, '0')}`);
      const origin = { person: asUserId(workspace.ids.people['ana'] ?? ''), channel: channel('ops'), thread: null, via: 'slash' } as const;
      await store.journal.create(run, linkId, proposed(aPlan(), { run, origin, ...more }));
      return run;
    },
    write: async (run, ...entries) => {
      for (const entry of entries) await append(store.journal, run, entry);
    },
    messagesOf: (run) => labelled(workspace).filter(({ metadata }) => payloadOf(metadata)['run'] === run),
    close: async () => {
      await Promise.all(reporters.map((reporter) => reporter.stop()));
      await Promise.all(stores.map((each) => each.close()));
      await workspace.close();
      await redis.stop();
    },
  };
}

async function append(journal: Journal, run: RunId, entry: Entry): Promise<void> {
  for (let tries = 0; tries < 50; tries += 1) {
    const expectedSeq = (await journal.read(run)).length;
    const { kind } = await journal.append({ run, fence: null, expectedSeq, entry, dueInMs: null });
    if (kind === 'appended') return;
  }
  throw new TypeError('the journal never took the entry');
}

const payloadOf = (metadata: unknown): Readonly<Record<string, unknown>> => {
  const payload = typeof metadata === 'object' && metadata !== null && 'event_payload' in metadata ? metadata.event_payload : null;
  return typeof payload === 'object' && payload !== null ? { ...payload } : {};
};

/** Every message with a label, in all channels and the bot's direct messages, threads included, each once. */
function labelled(workspace: Workspace): readonly Labelled[] {
  const places = [...Object.values(workspace.ids.channels), ...directMessages(workspace)];
  const all = places.flatMap((place) =>
    workspace.messages(place).flatMap((message) => (message.replyCount > 0 ? workspace.thread(place, message.ts) : [message])),
  );
  const once = new Map(all.map((message) => [`${message.channel} ${message.ts}`, message]));
  return [...once.values()].flatMap((message) => {
    const key = payloadOf(message.metadata)['key'];
    return typeof key === 'string' ? [{ ...message, key }] : [];
  });
}

/** Channels that the bot has posted to and that are not in the cast. */
const directMessages = (workspace: Workspace): readonly string[] => [
  ...new Set(
    workspace
      .calls('chat.postMessage')
      .map(({ answer }) => answer['channel'])
      .filter((place): place is string => typeof place === 'string' && place.startsWith('D')),
  ),
];

export const texts = (messages: readonly SeenMessage[]): readonly string[] => messages.map(({ text }) => text);
