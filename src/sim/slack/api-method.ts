import type { JsonObject } from '../../domain/json.ts';
import { asText, type Channel, type ChannelKind, type Message } from './model.ts';
import type { Tickets } from './tickets.ts';
import { findChannel, findMessage, openDirect, type World } from './world.ts';

/** Who holds the token of a call. */
export interface TokenHolder {
  readonly kind: 'bot' | 'user' | 'app';
  readonly user: string;
  readonly botId: string | null;
}

export interface Call {
  readonly world: World;
  readonly tickets: Tickets;
  readonly args: JsonObject;
  readonly holder: TokenHolder;
  readonly scopes: ReadonlySet<string>;
  /** Block types that a fault makes unknown. */
  readonly bannedBlocks: ReadonlySet<string>;
  /** `http://127.0.0.1:PORT`. */
  readonly origin: string;
  /** One-time address of a new socket. */
  openLink(): string;
}

/** Body of an answer; `ok` is always there. */
export type Answer = JsonObject & { readonly ok: boolean };

export interface Method {
  /** Calls a minute; null for methods with a rule of their own. Tiers: docs.slack.dev/apis/web-api/rate-limits. */
  readonly tier: 1 | 2 | 3 | 4 | null;
  readonly token?: 'app';
  /** One of these is needed; none when empty. */
  scopes(call: Call): readonly string[];
  run(call: Call): Answer;
}

export type Methods = Readonly<Record<string, Method>>;

export const yes = (body: JsonObject = {}): Answer => ({ ok: true, ...body });
export const no = (error: string, body: JsonObject = {}): Answer => ({ ok: false, error, ...body });

export const none = (): readonly string[] => [];
export const needs =
  (...scopes: string[]) =>
  () =>
    scopes;

/** Scope by the kind of the channel that the call names. */
export function byKind(rule: { open: readonly string[]; private: readonly string[]; im: readonly string[] }, key = 'channel') {
  return (call: Call): readonly string[] => {
    const kind: ChannelKind = namedChannel(call, key)?.kind ?? 'public';
    if (kind === 'im') return rule.im;
    return kind === 'private' ? rule.private : rule.open;
  };
}

export const readScopes = { open: ['channels:read'], private: ['groups:read'], im: ['im:read'] };
export const historyScopes = { open: ['channels:history'], private: ['groups:history'], im: ['im:history'] };
export const manageScopes = { open: ['channels:manage'], private: ['groups:write'], im: ['im:write'] };

/** The channel of a call; a `U…` means the direct message with that person. */
function namedChannel(call: Call, key: string): Channel | undefined {
  const name = asText(call.args[key]);
  if (/^[UW]/.test(name) && call.world.people.has(name)) return openDirect(call.world, name);
  return findChannel(call.world, name);
}

/** Continues with a channel that the caller may know of: public, or one of its own. */
export function withChannel(call: Call, then: (channel: Channel) => Answer, key = 'channel'): Answer {
  const channel = namedChannel(call, key);
  if (channel === undefined) return no('channel_not_found');
  const hidden = channel.kind === 'private' || channel.kind === 'im';
  return hidden && !channel.members.has(call.holder.user) ? no('channel_not_found') : then(channel);
}

/** Continues with a channel that the caller is a member of. */
export function withOwnChannel(call: Call, then: (channel: Channel) => Answer, key = 'channel'): Answer {
  return withChannel(call, (channel) => (channel.members.has(call.holder.user) ? then(channel) : no('not_in_channel')), key);
}

/** Continues with the message that `key` names in a channel of the caller. */
export function withMessage(call: Call, key: string, then: (channel: Channel, message: Message) => Answer): Answer {
  return withOwnChannel(call, (channel) => {
    const message = findMessage(channel, asText(call.args[key]));
    return message === undefined ? no('message_not_found') : then(channel, message);
  });
}

/** One page of a list, by `cursor` and `limit`. */
export function pageOf<T>(call: Call, list: readonly T[], defaultLimit: number): { readonly items: readonly T[]; readonly next: string } {
  const limit = Math.min(Math.max(1, Number(asText(call.args['limit'])) || defaultLimit), 999);
  const cursor = asText(call.args['cursor']);
  const start = cursor === '' ? 0 : Number(Buffer.from(cursor, 'base64').toString().replace('next:', '')) || 0;
  const end = start + limit;
  return { items: list.slice(start, end), next: end < list.length ? Buffer.from(`next:${end}`).toString('base64') : '' };
}
