import type { JsonObject } from '../../../domain/json.ts';
import { archive, join, leave, setTopic } from '../acts.ts';
import {
  type Answer,
  byKind,
  type Call,
  historyScopes,
  type Methods,
  manageScopes,
  needs,
  no,
  pageOf,
  readScopes,
  withChannel,
  withOwnChannel,
  yes,
} from '../api-method.ts';
import { asText, type Channel, isTrue, type Message } from '../model.ts';
import { findMessage, messageJson, openDirect, type World } from '../world.ts';

/** A channel object as the caller sees it. */
function channelJson(world: World, channel: Channel, viewer: string): JsonObject {
  const shared = {
    id: channel.id,
    created: Math.floor(channel.createdAt / 1000),
    is_archived: channel.archived,
    is_org_shared: false,
    context_team_id: world.team.id,
    updated: channel.createdAt,
  };
  if (channel.kind === 'im') return { ...shared, is_im: true, user: [...channel.members].find((id) => id !== viewer) ?? '' };
  const connect = channel.kind === 'connect';
  return {
    ...shared,
    name: channel.name,
    name_normalized: channel.name,
    is_channel: channel.kind !== 'private',
    is_group: channel.kind === 'private',
    is_private: channel.kind === 'private',
    is_im: false,
    is_mpim: false,
    is_general: false,
    is_shared: connect,
    is_ext_shared: connect,
    is_pending_ext_shared: false,
    ...(connect ? { connected_team_ids: [world.foreignTeam], conversation_host_id: world.team.id } : {}),
    is_member: channel.members.has(viewer),
    creator: channel.creator,
    topic: { value: channel.topic, creator: channel.creator, last_set: 0 },
    purpose: { value: channel.purpose, creator: channel.creator, last_set: 0 },
  };
}

const byTs = (ts: string): number => Number(ts);

/** The part of a list of messages that `oldest`, `latest` and `inclusive` select. */
function within(call: Call, messages: readonly Message[]): readonly Message[] {
  const oldest = asText(call.args['oldest']);
  const latest = asText(call.args['latest']);
  const inclusive = isTrue(call.args['inclusive']);
  return messages.filter((message) => {
    if (inclusive && (message.ts === oldest || message.ts === latest)) return true;
    return (oldest === '' || byTs(message.ts) > byTs(oldest)) && (latest === '' || byTs(message.ts) < byTs(latest));
  });
}

function listing(call: Call, channel: Channel, messages: readonly Message[], defaultLimit: number): Answer {
  const { items, next } = pageOf(call, messages, defaultLimit);
  const all = isTrue(call.args['include_all_metadata']);
  const shown = items.map((message) => messageJson(call.world, channel, message, all));
  return yes({ messages: shown, has_more: next !== '', response_metadata: { next_cursor: next } });
}

function history(call: Call): Answer {
  return withOwnChannel(call, (channel) => {
    const top = channel.messages.filter((message) => message.threadTs === null || message.broadcast);
    return listing(call, channel, within(call, top).toReversed(), 100);
  });
}

function replies(call: Call): Answer {
  return withOwnChannel(call, (channel) => {
    const parent = findMessage(channel, asText(call.args['ts']));
    if (parent === undefined) return no('thread_not_found');
    const top = parent.threadTs ?? parent.ts;
    const thread = channel.messages.filter((message) => message.ts !== top && message.threadTs === top);
    const first = channel.messages.filter((message) => message.ts === top);
    return listing(call, channel, [...first, ...within(call, thread)], 1000);
  });
}

function create(call: Call): Answer {
  const name = asText(call.args['name']);
  if (name === '') return no('invalid_name_required');
  if (name.length > 80) return no('invalid_name_maxlength');
  if (!/^[\p{Ll}\p{Lo}\p{N}_-]+$/u.test(name)) return no('invalid_name_specials');
  if (/^[_-]+$/.test(name)) return no('invalid_name_punctuation');
  if ([...call.world.channels.values()].some((channel) => channel.name === name && channel.kind !== 'im')) return no('name_taken');
  const channel: Channel = {
    id: call.world.mintId('C'),
    name,
    kind: isTrue(call.args['is_private']) ? 'private' : 'public',
    createdAt: call.world.clock.now(),
    creator: call.holder.user,
    archived: false,
    topic: '',
    purpose: '',
    members: new Set([call.holder.user]),
    messages: [],
    pins: new Set(),
    bookmarks: [],
  };
  call.world.channels.set(channel.id, channel);
  call.world.tell({ kind: 'channel', channel: channel.id });
  return yes({ channel: channelJson(call.world, channel, call.holder.user) });
}

/** Why somebody cannot be invited; null when they can. */
function inviteProblem(call: Call, channel: Channel, user: string): string | null {
  const person = call.world.people.get(user);
  if (person === undefined) return 'user_not_found';
  if (user === call.holder.user) return 'cant_invite_self';
  if (channel.members.has(user)) return 'already_in_channel';
  if (person.kind === 'deactivated') return 'cant_invite';
  if (person.kind === 'single-channel-guest') return 'ura_max_channels';
  return person.kind === 'stranger' && channel.kind !== 'connect' ? 'org_user_not_in_team' : null;
}

function invite(call: Call): Answer {
  return withOwnChannel(call, (channel) => {
    if (channel.archived) return no('is_archived');
    const users = asText(call.args['users'])
      .split(',')
      .filter((user) => user !== '');
    if (users.length === 0) return no('no_user');
    if (users.length > 100) return no('too_many_users');
    const judged = users.map((user) => ({ user, problem: inviteProblem(call, channel, user) }));
    const wrong = judged.filter((one) => one.problem !== null);
    const welcome = judged.filter((one) => one.problem === null);
    if (wrong.length > 0 && (!isTrue(call.args['force']) || welcome.length === 0))
      return no(wrong[0]?.problem ?? 'cant_invite', { errors: wrong.map((one) => ({ user: one.user, ok: false, error: one.problem })) });
    for (const { user } of welcome) join(call.world, channel, user, call.holder.user);
    return yes({ channel: channelJson(call.world, channel, call.holder.user) });
  });
}

function open(call: Call): Answer {
  const given = asText(call.args['channel']);
  if (given !== '') return withChannel(call, (channel) => yes({ channel: { id: channel.id } }));
  const users = asText(call.args['users']).split(',');
  const person = call.world.people.get(users[0] ?? '');
  if (users.length !== 1 || person === undefined) return no(users.length > 1 ? 'method_not_supported_for_channel_type' : 'user_not_found');
  if (person.kind === 'deactivated') return no('user_disabled');
  if (person.kind === 'stranger') return no('user_not_visible');
  return yes({ channel: { id: openDirect(call.world, person.id).id } });
}

function list(call: Call): Answer {
  const types = (asText(call.args['types']) || 'public_channel').split(',');
  const typeOf = (channel: Channel) => (channel.kind === 'im' ? 'im' : channel.kind === 'private' ? 'private_channel' : 'public_channel');
  const { user } = call.holder;
  const seen = [...call.world.channels.values()].filter((channel) => {
    const visible = channel.kind === 'public' || channel.kind === 'connect' || channel.members.has(user);
    return visible && types.includes(typeOf(channel)) && !(isTrue(call.args['exclude_archived']) && channel.archived);
  });
  const { items, next } = pageOf(call, seen, 100);
  return yes({ channels: items.map((channel) => channelJson(call.world, channel, user)), response_metadata: { next_cursor: next } });
}

function members(call: Call): Answer {
  return withChannel(call, (channel) => {
    const { items, next } = pageOf(call, [...channel.members], 100);
    return yes({ members: items, response_metadata: { next_cursor: next } });
  });
}

function setText(call: Call, key: 'topic' | 'purpose'): Answer {
  return withOwnChannel(call, (channel) => {
    const text = asText(call.args[key]);
    if (channel.archived) return no('is_archived');
    if (text.length > 250) return no('too_long');
    if (key === 'topic') setTopic(call.world, channel, call.holder.user, text);
    else channel.purpose = text;
    return yes({ channel: channelJson(call.world, channel, call.holder.user) });
  });
}

function joinIt(call: Call): Answer {
  return withChannel(call, (channel) => {
    if (channel.archived) return no('is_archived');
    if (channel.kind === 'private' || channel.kind === 'im') return no('method_not_supported_for_channel_type');
    const fresh = join(call.world, channel, call.holder.user, null);
    return yes({ channel: channelJson(call.world, channel, call.holder.user), ...(fresh ? {} : { warning: 'already_in_channel' }) });
  });
}

const topicScopes = { ...manageScopes, open: ['channels:manage', 'channels:write.topic'], private: ['groups:write', 'groups:write.topic'] };
const inviteScopes = {
  ...manageScopes,
  open: ['channels:manage', 'channels:write.invites'],
  private: ['groups:write', 'groups:write.invites'],
};
const createScope = (call: Call) => (isTrue(call.args['is_private']) ? ['groups:write'] : ['channels:manage']);

export const conversations: Methods = {
  'conversations.info': {
    tier: 3,
    scopes: byKind(readScopes),
    run: (call) =>
      withChannel(call, (channel) => {
        const counted = isTrue(call.args['include_num_members']) ? { num_members: channel.members.size } : {};
        return yes({ channel: { ...channelJson(call.world, channel, call.holder.user), ...counted } });
      }),
  },
  'conversations.members': { tier: 4, scopes: byKind(readScopes), run: members },
  'conversations.history': { tier: 3, scopes: byKind(historyScopes), run: history },
  'conversations.replies': { tier: 3, scopes: byKind(historyScopes), run: replies },
  'conversations.open': { tier: 3, scopes: needs('im:write'), run: open },
  'conversations.list': { tier: 2, scopes: needs('channels:read', 'groups:read', 'im:read'), run: list },
  'conversations.join': { tier: 3, scopes: needs('channels:join'), run: joinIt },
  'conversations.create': { tier: 2, scopes: createScope, run: create },
  'conversations.invite': { tier: 3, scopes: byKind(inviteScopes), run: invite },
  'conversations.setTopic': { tier: 2, scopes: byKind(topicScopes), run: (call) => setText(call, 'topic') },
  'conversations.setPurpose': { tier: 2, scopes: byKind(topicScopes), run: (call) => setText(call, 'purpose') },
  'conversations.archive': {
    tier: 2,
    scopes: byKind(manageScopes),
    run: (call) =>
      withOwnChannel(call, (channel) => {
        if (channel.archived) return no('already_archived');
        archive(call.world, channel, call.holder.user);
        return yes();
      }),
  },
  'conversations.leave': {
    tier: 3,
    scopes: byKind(manageScopes),
    run: (call) => withChannel(call, (channel) => yes(leave(call.world, channel, call.holder.user) ? {} : { not_in_channel: true })),
  },
};
