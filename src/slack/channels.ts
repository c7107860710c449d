import type { Clock } from '../domain/clock.ts';
import { isFault } from '../domain/faults.ts';
import type { ChannelId } from '../domain/ids.ts';
import type { Log } from '../domain/log.ts';
import type { SlackCalls } from './calls.ts';
import { createRecent } from './recent.ts';

/** What is known of a channel. */
export interface Channel {
  /** `unknown`: Slack does not say, and it is treated as `external`. */
  readonly reach: 'internal' | 'external' | 'unknown';
  /** Whether the bot can post there. */
  readonly joined: boolean;
  readonly archived: boolean;
  readonly name: string | null;
  /** Slack's word when it does not say. */
  readonly refused: string | null;
}

export interface Channels {
  /** At most 60 s old. Never throws. */
  look(channel: ChannelId): Promise<Channel>;
}

/** A channel can be shared at any moment, ms. */
const freshMs = 60_000;
const refusedMs = 5_000;

/** What Slack says of channels. Fails closed. */
export function createChannels({ calls, clock, log }: { readonly calls: SlackCalls; readonly clock: Clock; readonly log: Log }): Channels {
  const known = createRecent<Channel>(
    clock,
    ({ reach }) => (reach === 'unknown' ? refusedMs : freshMs),
    async (id) => {
      try {
        const { channel } = await calls.call('conversations.info', { channel: id });
        const direct = channel.is_im === true;
        // A share that is only offered is counted: the channel is external as soon as the other side accepts. Slack leaves the flags out of direct messages with the bot.
        const external = channel.is_ext_shared === true || channel.is_pending_ext_shared === true;
        const silent = !direct && channel.is_ext_shared === undefined;
        return {
          reach: external ? 'external' : silent ? 'unknown' : 'internal',
          joined: direct || channel.is_member === true,
          archived: channel.is_archived === true,
          name: channel.name ?? null,
          refused: null,
        };
      } catch (cause) {
        const refused = isFault(cause) ? String(cause.facts['error'] ?? cause.code) : 'bug';
        log.info({ event: 'slack.channel.unknown', channel: id, error: refused, cause }, 'Slack does not say what a channel is.');
        return { reach: 'unknown', joined: false, archived: false, name: null, refused };
      }
    },
  );
  return { look: (channel) => known.get(channel) };
}
