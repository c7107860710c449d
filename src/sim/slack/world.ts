import { createHash } from 'node:crypto';
import type { Clock } from '../../domain/clock.ts';
import type { JsonObject } from '../../domain/json.ts';
import { defaultChannels, defaultGroups, defaultPeople } from './cast.ts';
import type { Change, Channel, Ephemeral, Group, Happening, Message, OpenView, Person, StoredFile } from './model.ts';
import type { ChannelSpec, PersonSpec, WorkspaceOptions } from './options.ts';

/** All that the workspace knows. Changed only by `acts.ts`, `views.ts` and the start. */
export interface World {
  readonly clock: Clock;
  readonly team: { readonly id: string; readonly domain: string; readonly name: string };
  readonly foreignTeam: string;
  readonly app: string;
  readonly botUser: string;
  readonly bot: string;
  readonly people: Map<string, Person>;
  readonly groups: Map<string, Group>;
  readonly channels: Map<string, Channel>;
  readonly ephemerals: Ephemeral[];
  /** Stack of modals by person, bottom first. */
  readonly views: Map<string, OpenView[]>;
  readonly homes: Map<string, OpenView>;
  readonly files: Map<string, StoredFile>;
  /** A ts that is later than any given before: seconds, a dot, six digits. */
  mintTs(): string;
  /** A new id with this prefix; the same sequence for the same seed. */
  mintId(prefix: string): string;
  tell(change: Change): void;
  watch(listener: (change: Change) => void): () => void;
  /** Hands an event to whoever delivers events. */
  happen(happening: Happening): void;
  onHappening(listener: (happening: Happening) => void): void;
}

export const slackbot = 'USLACKBOT';

/** `F…`-like id that depends on the seed and a name only, so that tests can be read and repeated. */
function idFrom(seed: string, prefix: string, name: string): string {
  const digest = createHash('sha256').update(`${seed}/${prefix}/${name}`).digest();
  const letters = [...digest.subarray(0, 9)].map((byte) => (byte % 36).toString(36).toUpperCase()).join('');
  return `${prefix}0${letters}`;
}

/** Wall time as `seconds.micros`; a call in the same microsecond gets the next one. */
function tsMint(clock: Clock): () => string {
  let last = 0;
  return () => {
    last = Math.max(last + 1, Math.floor(clock.now() * 1_000));
    return `${Math.floor(last / 1e6)}.${String(last % 1e6).padStart(6, '0')}`;
  };
}

function personFrom(spec: PersonSpec, seed: string, team: string, foreignTeam: string): Person {
  return {
    id: idFrom(seed, 'U', spec.name),
    name: spec.name,
    realName: spec.realName,
    title: spec.title ?? '',
    kind: spec.kind ?? 'member',
    admin: spec.admin ?? false,
    teamId: spec.kind === 'stranger' ? foreignTeam : team,
  };
}

function idOf(people: ReadonlyMap<string, Person>, name: string): string {
  for (const person of people.values()) if (person.name === name) return person.id;
  throw new TypeError(`nobody in the cast is called ${name}`);
}

function channelFrom(spec: ChannelSpec, world: World, seed: string): Channel {
  const members = new Set(spec.people.map((name) => idOf(world.people, name)));
  if (spec.bot) members.add(world.botUser);
  return {
    id: idFrom(seed, 'C', spec.name),
    name: spec.name,
    kind: spec.kind,
    createdAt: world.clock.now(),
    creator: [...members][0] ?? world.botUser,
    archived: spec.archived ?? false,
    topic: spec.topic ?? '',
    purpose: '',
    members,
    messages: [],
    pins: new Set(),
    bookmarks: [],
  };
}

function emptyWorld(clock: Clock, seed: string): World {
  const watchers = new Set<(change: Change) => void>();
  const listeners: ((happening: Happening) => void)[] = [];
  let minted = 0;
  return {
    clock,
    team: { id: idFrom(seed, 'T', 'home'), domain: 'acme', name: 'Acme' },
    foreignTeam: idFrom(seed, 'T', 'northwind'),
    app: idFrom(seed, 'A', 'replops'),
    botUser: idFrom(seed, 'U', 'replops'),
    bot: idFrom(seed, 'B', 'replops'),
    people: new Map(),
    groups: new Map(),
    channels: new Map(),
    ephemerals: [],
    views: new Map(),
    homes: new Map(),
    files: new Map(),
    mintTs: tsMint(clock),
    mintId: (prefix) => {
      minted += 1;
      return idFrom(seed, prefix, `minted ${minted}`);
    },
    tell: (change) => {
      for (const watcher of watchers) watcher(change);
    },
    watch: (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    happen: (happening) => {
      for (const listener of listeners) listener(happening);
    },
    onHappening: (listener) => {
      listeners.push(listener);
    },
  };
}

/** The workspace as it stands before anybody has said a word. */
export function createWorld(options: WorkspaceOptions, clock: Clock): World {
  const seed = options.seed ?? 'acme';
  const world = emptyWorld(clock, seed);
  for (const spec of options.people ?? defaultPeople) {
    const person = personFrom(spec, seed, world.team.id, world.foreignTeam);
    world.people.set(person.id, person);
  }
  const groups = options.groups ?? (options.people === undefined ? defaultGroups : []);
  for (const spec of groups) {
    const people = spec.people.map((name) => idOf(world.people, name));
    const group: Group = { id: idFrom(seed, 'S', spec.handle), handle: spec.handle, name: spec.name, people };
    world.groups.set(group.id, group);
  }
  world.people.set(world.botUser, botPerson(world));
  const channels = options.channels ?? (options.people === undefined ? defaultChannels : []);
  for (const spec of channels) {
    const channel = channelFrom(spec, world, seed);
    world.channels.set(channel.id, channel);
  }
  return world;
}

const botPerson = (world: World): Person => ({
  id: world.botUser,
  name: 'replops',
  realName: 'ReplOps',
  title: 'app',
  kind: 'bot',
  admin: false,
  teamId: world.team.id,
});

export const findMessage = (channel: Channel, ts: string): Message | undefined => channel.messages.find((message) => message.ts === ts);

export const ephemeralOf = (world: World, person: string, channel: string, ts: string): Ephemeral | undefined =>
  world.ephemerals.find((one) => one.person === person && one.channel === channel && one.ts === ts);

/** The direct message channel of a person with the bot; opened when there is none. */
export function openDirect(world: World, person: string): Channel {
  for (const channel of world.channels.values()) if (channel.kind === 'im' && channel.members.has(person)) return channel;
  const channel: Channel = {
    id: world.mintId('D'),
    name: world.people.get(person)?.name ?? person,
    kind: 'im',
    createdAt: world.clock.now(),
    creator: world.botUser,
    archived: false,
    topic: '',
    purpose: '',
    members: new Set([person, world.botUser]),
    messages: [],
    pins: new Set(),
    bookmarks: [],
  };
  world.channels.set(channel.id, channel);
  world.tell({ kind: 'channel', channel: channel.id });
  return channel;
}

/** By id or by name (with or without `#`). */
export function findChannel(world: World, nameOrId: string): Channel | undefined {
  const name = nameOrId.replace(/^#/, '');
  return world.channels.get(nameOrId) ?? [...world.channels.values()].find((channel) => channel.kind !== 'im' && channel.name === name);
}

/** A message as `conversations.history` gives it. */
export function messageJson(world: World, channel: Channel, message: Message, withMetadata: boolean): JsonObject {
  const replies = channel.messages.filter((one) => one.threadTs === message.ts);
  const repliers = [...new Set(replies.map((one) => one.user))];
  return {
    type: 'message',
    ...(message.subtype === null ? {} : { subtype: message.subtype }),
    user: message.user,
    ts: message.ts,
    text: message.text,
    team: world.team.id,
    ...(message.botId === null ? {} : { bot_id: message.botId, ...(message.botId === world.bot ? { app_id: world.app } : {}) }),
    ...(message.blocks.length === 0 ? {} : { blocks: message.blocks }),
    ...(message.threadTs === null ? {} : { thread_ts: message.threadTs }),
    ...(replies.length === 0 ? {} : threadFacts(message, replies, repliers)),
    ...(message.metadata === null || !withMetadata ? {} : { metadata: message.metadata }),
    ...(message.files.length === 0 ? {} : { files: message.files }),
    ...(message.editedAt === null || message.blocks.length > 0 ? {} : { edited: { user: message.user, ts: message.editedAt } }),
    ...(message.reactions.size === 0 ? {} : { reactions: reactionsJson(message) }),
    ...(channel.pins.has(message.ts) ? { pinned_to: [channel.id] } : {}),
  };
}

const threadFacts = (message: Message, replies: readonly Message[], repliers: readonly string[]): JsonObject => ({
  thread_ts: message.ts,
  reply_count: replies.length,
  reply_users: repliers.slice(0, 5),
  reply_users_count: repliers.length,
  latest_reply: replies.at(-1)?.ts ?? message.ts,
});

const reactionsJson = (message: Message): readonly JsonObject[] =>
  [...message.reactions].map(([name, users]) => ({ name, users, count: users.length }));
