import type { App } from '../app.ts';
import type { Clock } from '../domain/clock.ts';
import { isFault } from '../domain/faults.ts';
import type { UserId } from '../domain/ids.ts';
import type { Log } from '../domain/log.ts';
import type { People } from '../domain/person.ts';
import type { Reply } from '../domain/reply.ts';
import type { Address, Answers } from './answers.ts';
import type { Fetch, SlackCalls } from './calls.ts';
import type { Channels } from './channels.ts';
import { clicked } from './clicks.ts';
import { commanded, said } from './commands.ts';
import type { Groups } from './groups.ts';
import type { Heard } from './heard.ts';
import { reacted } from './reacting.ts';
import { plainWords, type Said } from './response-url.ts';
import { submitted } from './submissions.ts';

/** What the routes need; one object for all of them. */
export interface RouteDeps {
  readonly app: App;
  readonly answers: Answers;
  readonly channels: Channels;
  readonly people: People;
  readonly groups: Groups;
  /** With a queue of its own: a trigger lives for 3 s only. */
  readonly calls: SlackCalls;
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly log: Log;
  readonly render: (reply: Reply) => Said;
  /** Workspaces whose people are ours; empty as long as it is not known which. */
  readonly teams: () => readonly string[];
  readonly botUser: () => UserId | null;
  /** A delivery older than this is not carried out any more, ms: what was wanted then may be wrong now. */
  readonly staleMs: number;
}

/** The delivery that is being worked off. */
export interface Mark {
  readonly key: string;
  /** ms since the epoch. */
  readonly receivedAt: number;
  readonly attempt: number;
}

export type Route<K extends Heard['kind']> = (heard: Extract<Heard, { kind: K }>, deps: RouteDeps, mark: Mark) => Promise<void>;

const silent = async (): Promise<void> => undefined;

/** One line for each kind of delivery: the whole of what the bot reacts to. */
const routes: { readonly [K in Heard['kind']]: Route<K> } = {
  command: commanded,
  said,
  reacted,
  clicked,
  submitted,
  'group-changed': async ({ group }, { groups }) => groups.changed(group),
  removed: async ({ event }, { log }) =>
    log.error(
      { event: 'slack.removed', what: event },
      'The app was removed from the workspace or its tokens were revoked: nothing can be answered.',
    ),
  nothing: silent,
};

/** Where somebody is told what became of a delivery; null when nobody asked for anything. */
function addressOf(heard: Heard): Address | null {
  switch (heard.kind) {
    case 'command':
      return { user: heard.user, channel: heard.channel, thread: null, responseUrl: heard.responseUrl };
    case 'said':
      return { user: heard.user, channel: heard.channel, thread: heard.thread, responseUrl: null };
    case 'reacted':
      return { user: heard.user, channel: heard.channel, thread: null, responseUrl: null };
    case 'clicked':
      return { user: heard.user, channel: heard.channel, thread: heard.thread, responseUrl: heard.responseUrl };
    case 'submitted':
      return { user: heard.user, channel: null, thread: null, responseUrl: null };
    default:
      return null;
  }
}

const mostAttempts = 3;

/** Sentence for a person whose delivery is not carried out at all; null when it is. */
function whyNot(heard: Heard, { clock, staleMs }: RouteDeps, { receivedAt, attempt }: Mark): string | null {
  if (attempt > mostAttempts) {
    return `I gave up on what you asked: it ended the bot ${mostAttempts} times. Look at \`/repl runs\` to see how far it came, and tell whoever runs the bot.`;
  }
  // A reaction is read anew from the message, so it is never stale.
  if (heard.kind === 'reacted') return null;
  const sentAt = heard.kind === 'said' ? Math.min(receivedAt, Number(heard.ts) * 1000 || receivedAt) : receivedAt;
  const minutes = Math.floor((clock.now() - sentAt) / 60_000);
  if (clock.now() - sentAt <= staleMs) return null;
  return `Nothing happened: what you asked ${minutes} min ago reaches me only now, and it may be wrong by now. Ask again if you still want it.`;
}

function apology(cause: unknown): string {
  return isFault(cause)
    ? `What you asked could not be carried out: ${cause.message} Look at \`/repl runs\` before you ask again.`
    : 'What you asked could not be carried out because of a mistake in the bot. Look at `/repl runs` to see what happened, and tell whoever runs the bot.';
}

/** Carries out one delivery. Never rejects: whoever asked is told what went wrong. */
export async function route(heard: Heard, deps: RouteDeps, mark: Mark): Promise<void> {
  const address = addressOf(heard);
  const tell = async (sentence: string): Promise<void> => {
    if (address !== null) await deps.answers.privately(address, plainWords(sentence));
  };
  const refused = address === null ? null : whyNot(heard, deps, mark);
  if (refused !== null) {
    deps.log.warn(
      { event: 'slack.delivery.refused', key: mark.key, kind: heard.kind, attempt: mark.attempt },
      'A delivery is not carried out any more.',
    );
    return tell(refused);
  }
  try {
    // The table holds for each kind its own route; the compiler cannot follow the lookup by `kind`.
    await (routes[heard.kind] as Route<Heard['kind']>)(heard, deps, mark);
  } catch (cause) {
    deps.log.error({ event: 'slack.route.failed', key: mark.key, kind: heard.kind, cause }, 'A delivery could not be carried out.');
    await tell(apology(cause));
  }
}
