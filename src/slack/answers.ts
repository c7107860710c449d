import type { Clock } from '../domain/clock.ts';
import { type Fault, isFault } from '../domain/faults.ts';
import type { ChannelId, MessageTs, UserId } from '../domain/ids.ts';
import type { Log } from '../domain/log.ts';
import type { SlackCalls } from './calls.ts';
import { ladder, type ResponseUrls, type Said } from './response-url.ts';

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

  async function privately({ user, channel, thread, responseUrl }: Address, said: Said): Promise<void> {
    const { text } = said;
    if (responseUrl !== null && (await responseUrls.answer(responseUrl, said))) return;
    const place = thread === null ? {} : { thread_ts: thread };
    const ephemeral: Call = (blocks) => calls.call('chat.postEphemeral', { channel: channel ?? '', user, text, ...place, ...blocks });
    if (channel !== null && !channel.startsWith('D') && (await deliver(ephemeral, said, 'ephemeral'))) return;
    const direct: Call = (blocks) =>
      calls.call('chat.postMessage', { channel: user, text, unfurl_links: false, unfurl_media: false, ...blocks });
    if (await deliver(direct, said, 'direct message')) return;
    log.warn({ event: 'slack.answer.lost', person: user }, 'A person could not be answered in any way.');
  }

  /** One message after the other: those that follow say what the first had no room for. */
  async function inOrder(said: Said, tell: (one: Said) => Promise<void>): Promise<void> {
    for (const one of [said, ...(said.more ?? [])]) await tell(one);
  }

  /** A bug in answering must not undo what was answered about. */
  const safely = async (answered: Promise<void>): Promise<void> =>
    answered.catch((cause: unknown) => log.error({ event: 'slack.answer.bug', cause }, 'Answering failed.'));

  return {
    privately: (address, said) => safely(inOrder(said, (one) => privately(address, one))),
    inThread: (address, said) =>
      safely(
        inOrder(said, async (one) => {
          const { channel, thread } = address;
          const post: Call = (blocks) =>
            calls.call('chat.postMessage', {
              channel,
              thread_ts: thread,
              text: one.text,
              unfurl_links: false,
              unfurl_media: false,
              ...blocks,
            });
          if (!(await deliver(post, one, 'thread'))) await privately(address, one);
        }),
      ),
  };
}
