import { type Fault, isFault } from '../domain/faults.ts';
import { asChannelId, asMessageTs, type ChannelId, type MessageTs } from '../domain/ids.ts';
import type { MessageKey } from '../domain/run.ts';
import type { SlackCalls } from './calls.ts';
import type { Block } from './messages/message.ts';
import type { SlackMessage } from './methods.ts';
import { failureOf, type SendFailure } from './outbox-failure.ts';
import type { Pace } from './outbox-pace.ts';

/** Where a message belongs, so that it can be found again when the answer to its posting was lost. */
export interface Label {
  /** Id of the run, or of the alert, that it shows. */
  readonly run: string;
  readonly key: MessageKey;
}

interface Words {
  readonly text: string;
  /** Left out when Slack takes no blocks of ours at all. */
  readonly blocks?: readonly Block[];
}

export interface Posting extends Label, Words {
  readonly channel: ChannelId;
  readonly thread: MessageTs | null;
  readonly broadcast: boolean;
}

export interface Editing extends Words {
  readonly channel: ChannelId;
  readonly ts: MessageTs;
}

export interface Place {
  readonly channel: ChannelId;
  readonly ts: MessageTs;
}

export type Sent = ({ readonly kind: 'sent' } & Place) | SendFailure;
export type Found = ({ readonly kind: 'found' } & Place) | { readonly kind: 'not-found' } | SendFailure;

export interface Search extends Label {
  readonly channel: ChannelId;
  readonly thread: MessageTs | null;
  /** Nothing older is ours, ms since the epoch. */
  readonly since: number;
  /** Messages that are known to be others. */
  readonly except: readonly MessageTs[];
}

/** Messages out: one call each, paced, and every failure as a value that says what to do about it. */
export interface Outbox {
  post(posting: Posting): Promise<Sent>;
  edit(editing: Editing): Promise<Sent>;
  /** Looks for a message of ours by its label. */
  find(search: Search): Promise<Found>;
  /** Deletes a message of ours that is there twice. Best effort. */
  remove(place: Place): Promise<void>;
  /** Adds the reactions that people can vote with. Best effort. */
  offerReactions(place: Place, names: readonly string[]): Promise<void>;
  /** Address of a message; null when Slack did not say. */
  permalink(place: Place): Promise<string | null>;
  /** The direct message with a person; the person's own id when it cannot be opened, which Slack takes for posting. */
  direct(person: string): Promise<ChannelId>;
}

export const eventType = 'replops_message';
const pageSize = 200;
const mostPages = 5;
/** Clocks of two processes may differ by this much, ms. */
const skewMs = 5 * 60_000;

export function createOutbox(calls: SlackCalls, pace: Pace): Outbox {
  const attempt = async <Answer>(method: string, channel: string | null, send: () => Promise<Answer>): Promise<Answer | SendFailure> => {
    pace.spend(method, channel);
    try {
      return await send();
    } catch (cause) {
      const failure = failureOf(faultOf(cause));
      if (failure.kind === 'again' && failure.limited) pace.backOff(method, failure.inMs ?? 30_000);
      return failure;
    }
  };
  const quietly = async <Answer>(method: string, send: () => Promise<Answer>): Promise<Answer | null> => {
    const answer = await attempt(method, null, send);
    return isFailure(answer) ? null : answer;
  };

  return {
    post: (posting) =>
      attempt('chat.postMessage', posting.channel, async () => ({
        kind: 'sent' as const,
        ...placeOf(await calls.call('chat.postMessage', postArgs(posting))),
      })),
    edit: ({ channel, ts, ...words }) =>
      attempt('chat.update', null, async () => {
        await calls.call('chat.update', { channel, ts, ...words });
        return { kind: 'sent' as const, channel, ts };
      }),
    find: (search) => attempt('conversations.history', null, () => findByLabel(calls, search)),
    remove: async ({ channel, ts }) => {
      await quietly('chat.delete', () => calls.call('chat.delete', { channel, ts }));
    },
    offerReactions: async ({ channel, ts }, names) => {
      for (const name of names) await quietly('reactions.add', () => calls.call('reactions.add', { channel, timestamp: ts, name }));
    },
    permalink: async ({ channel, ts }) =>
      (await quietly('chat.getPermalink', () => calls.call('chat.getPermalink', { channel, message_ts: ts })))?.permalink ?? null,
    direct: async (person) =>
      asChannelId((await quietly('conversations.open', () => calls.call('conversations.open', { users: person })))?.channel.id ?? person),
  };
}

const failures: readonly string[] = ['again', 'unrenderable', 'gone', 'unreachable', 'refused'] satisfies readonly SendFailure['kind'][];
const isFailure = (answer: unknown): answer is SendFailure =>
  typeof answer === 'object' && answer !== null && 'kind' in answer && typeof answer.kind === 'string' && failures.includes(answer.kind);

/** Anything but a fault is a mistake of ours and is not hidden. */
function faultOf(cause: unknown): Fault {
  if (isFault(cause)) return cause;
  throw cause;
}

const placeOf = ({ channel, ts }: { readonly channel: string; readonly ts: string }): Place => ({
  channel: asChannelId(channel),
  ts: asMessageTs(ts),
});

const postArgs = ({ channel, thread, broadcast, run, key, text, blocks }: Posting) => ({
  channel,
  text,
  ...(blocks === undefined ? {} : { blocks }),
  ...(thread === null ? {} : { thread_ts: thread, ...(broadcast ? { reply_broadcast: true } : {}) }),
  metadata: { event_type: eventType, event_payload: { run, key } },
  unfurl_links: false,
  unfurl_media: false,
});

async function findByLabel(calls: SlackCalls, search: Search): Promise<Found> {
  const bounds = {
    channel: search.channel,
    oldest: ((search.since - skewMs) / 1000).toFixed(6),
    limit: pageSize,
    include_all_metadata: true,
  };
  let cursor = '';
  for (let page = 0; page < mostPages; page += 1) {
    const args = cursor === '' ? bounds : { ...bounds, cursor };
    const answer =
      search.thread === null
        ? await calls.call('conversations.history', args)
        : await calls.call('conversations.replies', { ...args, ts: search.thread });
    const found = answer.messages.find((message) => isOurs(message, search));
    if (found !== undefined) return { kind: 'found', channel: search.channel, ts: asMessageTs(found.ts) };
    cursor = answer.response_metadata?.next_cursor ?? '';
    if (cursor === '') break;
  }
  return { kind: 'not-found' };
}

function isOurs({ ts, metadata }: SlackMessage, { run, key, except }: Search): boolean {
  const payload = metadata?.event_type === eventType ? metadata.event_payload : undefined;
  return payload?.['run'] === run && payload['key'] === key && !except.some((other) => other === ts);
}
