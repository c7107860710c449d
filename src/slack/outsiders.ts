import type { ChannelId } from '../domain/ids.ts';
import { type Refusal, refuse } from '../domain/refusal.ts';
import type { RouteDeps } from './routes.ts';

/** How far a channel reaches. `shared` is what the delivery itself said; null when it said nothing. */
export async function reachOf(channel: ChannelId | null, shared: boolean | null, { channels }: Pick<RouteDeps, 'channels'>) {
  if (shared !== null) return shared ? 'external' : 'internal';
  return channel === null ? 'unknown' : (await channels.look(channel)).reach;
}

/** Buttons and reactions can be used by everybody in a shared channel, so none counts there; null when they count. */
export async function outsideRefusal(
  channel: ChannelId | null,
  shared: boolean | null,
  deps: Pick<RouteDeps, 'channels'>,
): Promise<Refusal | null> {
  const reach = await reachOf(channel, shared, deps);
  if (reach === 'internal') return null;
  const next = 'Use the command in a channel of your own workspace, e.g. `/repl approve RUN`.';
  return reach === 'external'
    ? refuse('not-permitted', 'Nothing counts in a channel that is shared with another organisation, so this changed nothing.', next)
    : refuse(
        'not-permitted',
        'Slack does not say whether this channel is shared with another organisation, so this changed nothing.',
        next,
      );
}
