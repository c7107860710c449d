import type { Clock } from '../domain/clock.ts';
import { type Fault, isFault } from '../domain/faults.ts';
import type { ChannelId, MessageTs, UserId } from '../domain/ids.ts';
import type { Log } from '../domain/log.ts';
import type { SlackCalls } from './calls.ts';
import { ladder, plainWords, type ResponseUrls, type Said } from './response-url.ts';

/** Where a person can be answered. */
export interface Address {
  readonly user: UserId;
  /** null when it is not known, e.g. after a modal. */
  readonly channel: ChannelId | null;
  readonly thread: MessageTs | null;
  /** A capability; never logged. */
  readonly responseUrl: string | null;
}

export interface Answers {
  /** To this person alone: by the response address, else as an ephemeral message, else as a direct message. Never throws. */
  privately(address: Address, said: Said): Promise<void>;
  /** In the thread, for everybody there; privately when Slack refuses that. Never throws. */
  inThread(address: Address & { readonly channel: ChannelId; readonly thread: MessageTs }, said: Said): Promise<void>;
}

export interface AnswersDeps {
  /** With a queue of its own: an answer to a person does not wait behind bulk posts. */
  readonly calls: SlackCalls;
  readonly responseUrls: ResponseUrls;
  readonly clock: Clock;
  readonly log: Log;
}

/** How often a rate limit is waited for. */
const mostLimits = 2;
/** Longest wait that is worth it for an answer, ms. */
const longestWaitMs = 30_000;
/** So many messages are sent at once; after them one every `paceMs`, since Slack takes about one a second in one place. */
const burst = 4;
const paceMs = 1_000;
const elsewhere = plainWords('I cannot show more of this here, so the rest follows in your direct messages with me.');
/** Where an ephemeral message may be shown; null in direct messages, in which the bot's own messages are private anyway. */
const channelOf = ({ channel }: Address): ChannelId | null => (channel === null || channel.startsWith('D') ? null : channel);
const blockRefusals = new Set(['invalid_blocks', 'invalid_blocks_format', 'msg_blocks_too_long', 'invalid_attachments']);

type Call = (blocks: { readonly blocks?: readonly unknown[] }) => Promise<unknown>;
const errorOf = (fault: Fault | null): string => String(fault?.facts['error'] ?? '');

/** Gives answers to people. What Slack refuses one way is tried another way, so that nobody is left without a word. */
export function createAnswers({ calls, responseUrls, clock, log }: AnswersDeps): Answers {
  /** null when it arrived; the fault otherwise. */
  async function once(call: Call, blocks: readonly unknown[]): Promise<Fault | null> {
    try {
      await call(blocks.length === 0 ? {} : { blocks });
      return null;
    } catch (cause) {
      if (!isFault(cause)) throw cause;
      return cause;
    }
  }

  async function insist(call: Call, said: Said): Promise<Fault | null> {
    const rungs = ladder(said);
    for (let rung = 0, limits = 0; ; ) {
      const fault = await once(call, rungs[rung] ?? []);
      if (fault === null) return null;
      const waitMs = fault.facts['retryAfterMs'];
      if (blockRefusals.has(errorOf(fault)) && rung + 1 < rungs.length) rung += 1;
      else if (typeof waitMs === 'number' && waitMs <= longestWaitMs && limits < mostLimits) {
        limits += 1;
        await clock.sleep(waitMs);
      } else return fault;
    }
  }

  async function deliver(call: Call, said: Said, how: string): Promise<boolean> {
    const fault = await insist(call, said);
    if (fault === null) return true;
    log.info({ event: 'slack.answer.failed', how, error: errorOf(fault), effect: fault.effect }, 'An answer did not arrive.');
    // What may have arrived is not said twice.
    return fault.effect !== 'not-applied';
  }

  const ephemeral = ({ user, thread }: Address, { text }: Said, inChannel: ChannelId): Call => {
    const place = thread === null ? {} : { thread_ts: thread };
    return (blocks) => calls.call('chat.postEphemeral', { channel: inChannel, user, text, ...place, ...blocks });
  };
  const direct =
    ({ user }: Address, { text }: Said): Call =>
    (blocks) =>
      calls.call('chat.postMessage', { channel: user, text, unfurl_links: false, unfurl_media: false, ...blocks });

  const unseen = async (address: Address, said: Said): Promise<boolean> => {
    const channel = channelOf(address);
    return channel !== null && (await deliver(ephemeral(address, said, channel), said, 'ephemeral'));
  };

  /** False when the person could not be reached in any way. */
  async function privately(address: Address, said: Said): Promise<boolean> {
    const { user, responseUrl } = address;
    if (responseUrl !== null && (await responseUrls.answer(responseUrl, said))) return true;
    if ((await unseen(address, said)) || (await deliver(direct(address, said), said, 'direct message'))) return true;
    log.warn({ event: 'slack.answer.lost', person: user }, 'A person could not be answered in any way.');
    return false;
  }

  /** A response address takes five answers, so what is longer goes on as messages of the bot: all of them in the same place. */
  async function atLength(address: Address, said: Said, more: readonly Said[]): Promise<void> {
    const arrived = [await privately(address, said)];
    let here = channelOf(address) !== null;
    for (const one of more) {
      await clock.sleep(paceMs);
      const shown = here && (await unseen(address, one));
      if (here && !shown && address.responseUrl !== null) await responseUrls.answer(address.responseUrl, elsewhere);
      here = shown;
      arrived.push(shown || (await deliver(direct(address, one), one, 'direct message')));
    }
    const lost = arrived.filter((one) => !one).length;
    if (lost > 0)
      await privately(address, plainWords(`${lost} of the ${arrived.length} messages of this answer did not arrive. Ask again.`));
  }

  async function toOne(address: Address, said: Said): Promise<void> {
    const more = said.more ?? [];
    if (more.length >= burst) return atLength(address, said, more);
    for (const one of [said, ...more]) await privately(address, one);
  }

  async function toThread(address: Address & { readonly channel: ChannelId; readonly thread: MessageTs }, said: Said): Promise<void> {
    const { channel, thread } = address;
    const all = [said, ...(said.more ?? [])];
    for (const [place, one] of all.entries()) {
      if (place >= burst) await clock.sleep(paceMs);
      const { text } = one;
      const post: Call = (blocks) =>
        calls.call('chat.postMessage', { channel, thread_ts: thread, text, unfurl_links: false, unfurl_media: false, ...blocks });
      if (!(await deliver(post, one, 'thread'))) await privately(address, one);
    }
  }

  /** A bug in answering must not undo what was answered about. */
  const safely = async (answered: Promise<void>): Promise<void> =>
    answered.catch((cause: unknown) => log.error({ event: 'slack.answer.bug', cause }, 'Answering failed.'));

  return {
    privately: (address, said) => safely(toOne(address, said)),
    inThread: (address, said) => safely(toThread(address, said)),
  };
}
