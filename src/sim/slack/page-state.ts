import type { Json, JsonObject } from '../../domain/json.ts';
import type { Change, Channel, Person } from './model.ts';
import { ephemeralsFor, seenEphemeral, seenMessage } from './seen.ts';
import { stackOf } from './views.ts';
import { ephemeralOf, findMessage, type World } from './world.ts';

const asJson = (value: unknown): Json => value as Json;

const sees = (channel: Channel, person: string): boolean => channel.members.has(person) || (channel.kind === 'public' && person !== '');

function channelsFor(world: World, person: string): Json {
  const visible = [...world.channels.values()].filter((channel) => sees(channel, person));
  return visible.map(({ id, name, kind, archived, topic, members, pins, bookmarks }) => ({
    ...{ id, name, kind, archived, topic, pins: [...pins], bookmarks, members: members.size },
    member: members.has(person),
    hasBot: members.has(world.botUser),
  }));
}

const personJson = ({ id, name, realName, title, kind, admin }: Person): JsonObject => ({ id, name, realName, title, kind, admin });

const viewsFor = (world: World, person: string): Json =>
  stackOf(world, person).map(({ id, view, errors, hash }) => ({ id, view, errors: asJson(errors), hash }));

/** All that one person's client shows. */
export function stateFor(world: World, person: string, commands: readonly string[]): JsonObject {
  const visible = [...world.channels.values()].filter((channel) => sees(channel, person));
  return {
    kind: 'state',
    you: person,
    team: world.team,
    bot: world.botUser,
    commands,
    people: [...world.people.values()].map(personJson),
    groups: [...world.groups.values()].map(({ id, handle, name, people }) => ({ id, handle, name, people })),
    channels: channelsFor(world, person),
    messages: visible.flatMap((channel) => channel.messages.map((message) => asJson(seenMessage(channel, message)))),
    ephemerals: visible.flatMap((channel) => asJson(ephemeralsFor(world, person, channel.id)) as readonly Json[]),
    views: viewsFor(world, person),
    home: world.homes.get(person)?.view ?? null,
  };
}

/** The part of a change that this person's client hears of; null when it is none of theirs. */
export function changeFor(world: World, person: string, change: Change): JsonObject | null {
  if ('channel' in change) {
    const channel = world.channels.get(change.channel);
    if (channel === undefined || !sees(channel, person)) return null;
    return inChannel(world, person, channel, change);
  }
  if (change.kind === 'people') return { kind: 'people', people: [...world.people.values()].map(personJson) };
  if (change.person !== person) return null;
  if (change.kind === 'views') return { kind: 'views', views: viewsFor(world, person) };
  return { kind: 'home', home: world.homes.get(person)?.view ?? null };
}

function inChannel(world: World, person: string, channel: Channel, change: Extract<Change, { channel: string }>): JsonObject | null {
  if (change.kind === 'channel') return { kind: 'channels', channels: channelsFor(world, person) };
  if (change.kind === 'removed') return { kind: 'removed', channel: channel.id, ts: change.ts };
  if (change.kind === 'message') {
    const message = findMessage(channel, change.ts);
    return message === undefined ? null : { kind: 'message', message: asJson(seenMessage(channel, message)) };
  }
  if (change.person !== person) return null;
  if (change.kind === 'ephemeral-removed') return { kind: 'ephemeral-removed', channel: channel.id, ts: change.ts };
  const found = ephemeralOf(world, person, channel.id, change.ts);
  return found === undefined ? null : { kind: 'ephemeral', ephemeral: { ...asRecord(seenEphemeral(found)), from: found.from } };
}

const asRecord = (value: unknown): JsonObject => value as JsonObject;
