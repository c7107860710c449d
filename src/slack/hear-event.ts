import { z } from 'zod';
import { asChannelId, asMessageTs, asUserId } from '../domain/ids.ts';
import type { Heard, Letter } from './heard.ts';

const envelope = z.object({
  event_id: z.string().min(1),
  team_id: z.string().nullish(),
  is_ext_shared_channel: z.boolean().optional(),
  event: z.looseObject({ type: z.string() }),
});
type Envelope = z.output<typeof envelope>;

const spoken = z.object({
  user: z.string().min(1),
  channel: z.string().min(1),
  ts: z.string().min(1),
  thread_ts: z.string().optional(),
  text: z.string().default(''),
  channel_type: z.string().optional(),
  subtype: z.string().optional(),
  bot_id: z.unknown().optional(),
  app_id: z.unknown().optional(),
  user_team: z.string().optional(),
  team: z.string().optional(),
});
const reaction = z.object({
  user: z.string().min(1),
  reaction: z.string().min(1),
  item: z.object({ type: z.literal('message'), channel: z.string().min(1), ts: z.string().min(1) }),
  item_user: z.string().min(1).optional(),
});
const group = z.object({ subteam_id: z.string() });
const updatedGroup = z.object({ subteam: z.object({ id: z.string() }) });

type HearOne = (event: unknown, envelope: Envelope) => Heard;
const nothing = (why: string): Heard => ({ kind: 'nothing', why });
/** Absent is not the same as false: then Slack has to be asked. */
const sharedOf = ({ is_ext_shared_channel }: Envelope): boolean | null => is_ext_shared_channel ?? null;

const said =
  (via: 'mention' | 'direct-message'): HearOne =>
  (event, wrapped) => {
    const { success, data } = spoken.safeParse(event);
    if (!success) return nothing('a message without an author');
    if (data.bot_id != null || data.app_id != null) return nothing('a message written by an app');
    if (data.subtype !== undefined && data.subtype !== 'thread_broadcast') return nothing(`a message of the subtype ${data.subtype}`);
    if (via === 'direct-message' && data.channel_type !== 'im') return nothing('a message outside a direct message');
    return {
      kind: 'said',
      via,
      team: data.user_team ?? data.team ?? wrapped.team_id ?? null,
      user: asUserId(data.user),
      channel: asChannelId(data.channel),
      ts: asMessageTs(data.ts),
      thread: data.thread_ts === undefined ? null : asMessageTs(data.thread_ts),
      text: data.text,
      shared: sharedOf(wrapped),
    };
  };

const reacted =
  (added: boolean): HearOne =>
  (event, wrapped) => {
    const { success, data } = reaction.safeParse(event);
    if (!success) return nothing('a reaction to something that is no message');
    const { user, reaction: name, item, item_user: author } = data;
    return {
      kind: 'reacted',
      added,
      user: asUserId(user),
      name,
      channel: asChannelId(item.channel),
      ts: asMessageTs(item.ts),
      author: author === undefined ? null : asUserId(author),
      shared: sharedOf(wrapped),
    };
  };

const groupChanged: HearOne = (event) => {
  const changed = group.safeParse(event).data?.subteam_id ?? updatedGroup.safeParse(event).data?.subteam.id;
  return changed === undefined ? nothing('a group without an id') : { kind: 'group-changed', group: changed };
};
const removed =
  (event: 'app_uninstalled' | 'tokens_revoked'): HearOne =>
  () => ({ kind: 'removed', event });

/** Every event that the bot listens to; the manifest asks for exactly these. */
export const heardEvents = {
  app_mention: said('mention'),
  message: said('direct-message'),
  reaction_added: reacted(true),
  reaction_removed: reacted(false),
  subteam_members_changed: groupChanged,
  subteam_updated: groupChanged,
  app_uninstalled: removed('app_uninstalled'),
  tokens_revoked: removed('tokens_revoked'),
} as const satisfies Record<string, HearOne>;

const isHeard = (type: string): type is keyof typeof heardEvents => Object.hasOwn(heardEvents, type);

/** Reads an event; null when it has no id. Pure. */
export function hearEvent(body: unknown): Letter | null {
  const { success, data } = envelope.safeParse(body);
  if (!success) return null;
  const { type } = data.event;
  const heard = isHeard(type) ? heardEvents[type](data.event, data) : nothing(`the event ${type}`);
  return { key: `event:${data.event_id}`, heard };
}
