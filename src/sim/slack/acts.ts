import type { JsonObject } from '../../domain/json.ts';
import type { Channel, ChannelKind, Message } from './model.ts';
import { messageJson, type World } from './world.ts';

/** What an author decides about a message. */
interface Draft {
  readonly user: string;
  readonly botId?: string | null;
  readonly text: string;
  readonly blocks?: readonly JsonObject[];
  readonly threadTs?: string | null;
  readonly broadcast?: boolean;
  readonly subtype?: string | null;
  readonly metadata?: JsonObject | null;
  readonly files?: readonly JsonObject[];
}

const channelTypes: Readonly<Record<ChannelKind, string>> = { public: 'channel', private: 'group', connect: 'channel', im: 'im' };

export const channelType = (channel: Channel): string => channelTypes[channel.kind];

/** Posts, and lets the subscribed events happen. */
export function post(world: World, channel: Channel, draft: Draft): Message {
  const message: Message = {
    ts: world.mintTs(),
    channel: channel.id,
    user: draft.user,
    botId: draft.botId ?? null,
    text: draft.text,
    blocks: withBlockIds(world, draft.blocks ?? []),
    threadTs: draft.threadTs ?? null,
    broadcast: draft.broadcast ?? false,
    subtype: draft.subtype ?? (draft.broadcast === true ? 'thread_broadcast' : null),
    metadata: draft.metadata ?? null,
    reactions: new Map(),
    files: draft.files ?? [],
    edits: 0,
    editedAt: null,
  };
  channel.messages.push(message);
  world.tell({ kind: 'message', channel: channel.id, ts: message.ts });
  announce(world, channel, message);
  return message;
}

/** Slack names every block that has no `block_id`. */
export function withBlockIds(world: World, blocks: readonly JsonObject[]): readonly JsonObject[] {
  return blocks.map((block) => (block['block_id'] === undefined ? { ...block, block_id: world.mintId('b').slice(-5) } : block));
}

function announce(world: World, channel: Channel, message: Message): void {
  const body = messageJson(world, channel, message, true);
  const shared = { ...body, channel: channel.id, event_ts: message.ts };
  world.happen({ channel: channel.id, event: { ...shared, type: 'message', channel_type: channelType(channel) } });
  const mentions = message.text.includes(`<@${world.botUser}>`);
  if (mentions && channel.kind !== 'im' && message.user !== world.botUser) {
    world.happen({ channel: channel.id, event: { ...shared, type: 'app_mention' } });
  }
}

interface Revision {
  readonly text: string;
  readonly blocks: readonly JsonObject[];
  /** Undefined keeps what is there. */
  readonly metadata?: JsonObject | null;
}

export function edit(world: World, channel: Channel, message: Message, revision: Revision): void {
  const before = messageJson(world, channel, message, true);
  message.text = revision.text;
  message.blocks = withBlockIds(world, revision.blocks);
  if (revision.metadata !== undefined) message.metadata = revision.metadata;
  message.edits += 1;
  message.editedAt = world.mintTs();
  world.tell({ kind: 'message', channel: channel.id, ts: message.ts });
  const event = {
    type: 'message',
    subtype: 'message_changed',
    channel: channel.id,
    channel_type: channelType(channel),
    message: messageJson(world, channel, message, true),
    previous_message: before,
    event_ts: message.editedAt,
  };
  world.happen({ channel: channel.id, event });
}

export function remove(world: World, channel: Channel, message: Message): void {
  const at = channel.messages.indexOf(message);
  if (at < 0) return;
  channel.messages.splice(at, 1);
  channel.pins.delete(message.ts);
  world.tell({ kind: 'removed', channel: channel.id, ts: message.ts });
  const ts = world.mintTs();
  const event = {
    type: 'message',
    subtype: 'message_deleted',
    channel: channel.id,
    channel_type: channelType(channel),
    deleted_ts: message.ts,
    ts,
  };
  world.happen({ channel: channel.id, event: { ...event, event_ts: ts } });
}

/** False when this person has already reacted so. */
export function react(world: World, channel: Channel, message: Message, user: string, name: string): boolean {
  const users = message.reactions.get(name) ?? [];
  if (users.includes(user)) return false;
  message.reactions.set(name, [...users, user]);
  reacted(world, channel, message, user, name, 'reaction_added');
  return true;
}

/** False when there is no such reaction of this person. */
export function unreact(world: World, channel: Channel, message: Message, user: string, name: string): boolean {
  const users = message.reactions.get(name) ?? [];
  if (!users.includes(user)) return false;
  const left = users.filter((one) => one !== user);
  if (left.length === 0) message.reactions.delete(name);
  else message.reactions.set(name, left);
  reacted(world, channel, message, user, name, 'reaction_removed');
  return true;
}

type ReactionEvent = 'reaction_added' | 'reaction_removed';

function reacted(world: World, channel: Channel, message: Message, user: string, name: string, type: ReactionEvent): void {
  world.tell({ kind: 'message', channel: channel.id, ts: message.ts });
  const author = message.user === '' ? {} : { item_user: message.user };
  const item = { type: 'message', channel: channel.id, ts: message.ts };
  world.happen({ channel: channel.id, event: { type, user, reaction: name, item, ...author, event_ts: world.mintTs() } });
}

export function join(world: World, channel: Channel, user: string, inviter: string | null): boolean {
  if (channel.members.has(user)) return false;
  channel.members.add(user);
  world.tell({ kind: 'channel', channel: channel.id });
  post(world, channel, { user, subtype: 'channel_join', text: `<@${user}> has joined the channel` });
  membership(world, channel, user, 'member_joined_channel', inviter);
  return true;
}

export function leave(world: World, channel: Channel, user: string): boolean {
  if (!channel.members.has(user)) return false;
  // The bot hears of its own leaving, so the event happens while it is still a member.
  membership(world, channel, user, 'member_left_channel', null);
  channel.members.delete(user);
  world.tell({ kind: 'channel', channel: channel.id });
  return true;
}

function membership(world: World, channel: Channel, user: string, type: string, inviter: string | null): void {
  const by = inviter === null ? {} : { inviter };
  const kind = channel.kind === 'private' ? 'G' : 'C';
  const event = { type, user, channel: channel.id, channel_type: kind, team: world.team.id, ...by, event_ts: world.mintTs() };
  world.happen({ channel: channel.id, event });
}

export function archive(world: World, channel: Channel, user: string): void {
  channel.archived = true;
  world.tell({ kind: 'channel', channel: channel.id });
  world.happen({ channel: channel.id, event: { type: 'channel_archive', channel: channel.id, user, event_ts: world.mintTs() } });
}

export function setTopic(world: World, channel: Channel, user: string, topic: string): void {
  channel.topic = topic;
  world.tell({ kind: 'channel', channel: channel.id });
  post(world, channel, { user, subtype: 'channel_topic', text: `set the channel topic: ${topic}` });
}

/** Shows a message to one person only; it lives until the person dismisses it or the app replaces it. */
export function whisper(
  world: World,
  one: {
    channel: string;
    person: string;
    text: string;
    blocks?: readonly JsonObject[];
    threadTs?: string | null;
    from?: 'bot' | 'slackbot';
  },
): string {
  const ts = world.mintTs();
  const { channel, person, text } = one;
  const blocks = withBlockIds(world, one.blocks ?? []);
  world.ephemerals.push({ ts, channel, person, text, blocks, threadTs: one.threadTs ?? null, from: one.from ?? 'bot' });
  world.tell({ kind: 'ephemeral', channel, person, ts });
  return ts;
}

export function dropEphemeral(world: World, person: string, ts: string): void {
  const at = world.ephemerals.findIndex((one) => one.person === person && one.ts === ts);
  const gone = world.ephemerals[at];
  if (gone === undefined) return;
  world.ephemerals.splice(at, 1);
  world.tell({ kind: 'ephemeral-removed', channel: gone.channel, person, ts });
}
