import type { SeenEphemeral, SeenMessage } from './contract.ts';
import type { Channel, Ephemeral, Message } from './model.ts';
import { findMessage, type World } from './world.ts';

export function seenMessage(channel: Channel, message: Message): SeenMessage {
  const { ts, user, text, blocks, threadTs, subtype, metadata, files, edits, broadcast } = message;
  const reactions = [...message.reactions].map(([name, users]) => ({ name, count: users.length, users: [...users] }));
  const replyCount = channel.messages.filter((one) => one.threadTs === ts).length;
  return { ts, channel: channel.id, user, text, blocks, threadTs, subtype, metadata, reactions, files, edits, replyCount, broadcast };
}

const isNotice = (message: Message): boolean => message.subtype === 'channel_join' || message.subtype === 'channel_topic';

/** What stands in the channel itself, without the notices about joins and topics. */
export const topMessages = (channel: Channel): readonly SeenMessage[] =>
  channel.messages
    .filter((message) => (message.threadTs === null || message.broadcast) && !isNotice(message))
    .map((message) => seenMessage(channel, message));

export function seenThread(channel: Channel, ts: string): readonly SeenMessage[] {
  const parent = findMessage(channel, ts);
  const top = parent?.threadTs ?? ts;
  return channel.messages.filter((one) => one.ts === top || one.threadTs === top).map((one) => seenMessage(channel, one));
}

export const seenEphemeral = ({ ts, channel, person, text, blocks, threadTs }: Ephemeral): SeenEphemeral => ({
  ...{ ts, channel, person, text, blocks, threadTs },
});

export const ephemeralsFor = (world: World, person: string, channel: string): readonly SeenEphemeral[] =>
  world.ephemerals.filter((one) => one.person === person && one.channel === channel).map(seenEphemeral);
