import type { Json, JsonObject } from '../../domain/json.ts';
import type { PersonKind } from './options.ts';

export interface Person {
  readonly id: string;
  readonly name: string;
  readonly realName: string;
  readonly title: string;
  kind: PersonKind;
  readonly admin: boolean;
  readonly teamId: string;
}

export interface Group {
  readonly id: string;
  readonly handle: string;
  readonly name: string;
  people: string[];
}

export type ChannelKind = 'public' | 'private' | 'connect' | 'im';

export interface Message {
  readonly ts: string;
  readonly channel: string;
  /** User id of the author; the bot's user id for our bot. */
  readonly user: string;
  readonly botId: string | null;
  text: string;
  blocks: readonly JsonObject[];
  readonly threadTs: string | null;
  readonly broadcast: boolean;
  readonly subtype: string | null;
  metadata: JsonObject | null;
  /** Emoji name to user ids, in the order of reacting. */
  readonly reactions: Map<string, string[]>;
  readonly files: readonly JsonObject[];
  edits: number;
  editedAt: string | null;
}

export interface Ephemeral {
  readonly ts: string;
  readonly channel: string;
  readonly person: string;
  /** Our bot, or Slackbot for what the client says itself. */
  readonly from: 'bot' | 'slackbot';
  readonly text: string;
  readonly blocks: readonly JsonObject[];
  readonly threadTs: string | null;
}

export interface Channel {
  readonly id: string;
  readonly name: string;
  readonly kind: ChannelKind;
  readonly createdAt: number;
  readonly creator: string;
  archived: boolean;
  topic: string;
  purpose: string;
  readonly members: Set<string>;
  readonly messages: Message[];
  readonly pins: Set<string>;
  readonly bookmarks: JsonObject[];
}

export interface OpenView {
  readonly id: string;
  readonly rootId: string;
  readonly previousId: string | null;
  readonly person: string;
  view: JsonObject;
  hash: string;
  errors: Readonly<Record<string, string>>;
}

export interface StoredFile {
  readonly id: string;
  readonly name: string;
  readonly length: number;
  readonly altText: string;
  title: string;
  bytes: Buffer | null;
  contentType: string;
}

/** What happened, for whoever shows the workspace. */
export type Change =
  | { readonly kind: 'message'; readonly channel: string; readonly ts: string }
  | { readonly kind: 'removed'; readonly channel: string; readonly ts: string }
  | { readonly kind: 'ephemeral'; readonly channel: string; readonly person: string; readonly ts: string }
  | { readonly kind: 'ephemeral-removed'; readonly channel: string; readonly person: string; readonly ts: string }
  | { readonly kind: 'channel'; readonly channel: string }
  | { readonly kind: 'views'; readonly person: string }
  | { readonly kind: 'home'; readonly person: string }
  | { readonly kind: 'people' };

/** The inner event, and where it happened, which decides whether the bot may see it. */
export interface Happening {
  readonly event: JsonObject & { readonly type: string };
  readonly channel: string | null;
}

export const asObject = (value: unknown): JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};

export const asList = (value: unknown): readonly JsonObject[] => (Array.isArray(value) ? value.map(asObject) : []);

export const asText = (value: Json | undefined): string =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';

/** Web API flags come as booleans, or as the words of a form. */
export const isTrue = (value: Json | undefined): boolean => value === true || value === 'true' || value === '1' || value === 1;
