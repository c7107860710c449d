import type { Json, JsonObject } from '../../domain/json.ts';
import type { Faults } from './fault-contract.ts';
import type { PersonKind } from './options.ts';

export interface Ids {
  readonly team: string;
  readonly foreignTeam: string;
  readonly app: string;
  readonly botUser: string;
  readonly bot: string;
  /** By handle. */
  readonly people: Readonly<Record<string, string>>;
  /** By handle, without `@`. */
  readonly groups: Readonly<Record<string, string>>;
  /** By name, without `#`. */
  readonly channels: Readonly<Record<string, string>>;
}

/** What came of a delivery for the person who caused it. */
export interface Outcome {
  /** `cancelled`: the confirm dialog was not confirmed, nothing was sent. `refused`: the client would not even send it; see `problem`. */
  readonly state: 'acked' | 'timed-out' | 'undeliverable' | 'cancelled' | 'refused';
  /** Milliseconds from sending to the acknowledgement; null when there was none. */
  readonly ackedWithinMs: number | null;
  /** Body of the acknowledgement; `{}` when it was empty. */
  readonly payload: Json;
  /** e.g. `operation_timeout`, `dispatch_failed`; for a submitted view its field errors are in `payload.errors`. */
  readonly problem: string | null;
  readonly triggerId: string | null;
}

export interface SeenReaction {
  readonly name: string;
  readonly count: number;
  /** User ids in the order of reacting. */
  readonly users: readonly string[];
}

/** A message as the web API shows it. */
export interface SeenMessage {
  readonly ts: string;
  readonly channel: string;
  readonly user: string;
  readonly text: string;
  readonly blocks: readonly JsonObject[];
  readonly threadTs: string | null;
  readonly subtype: string | null;
  readonly metadata: JsonObject | null;
  readonly reactions: readonly SeenReaction[];
  readonly files: readonly JsonObject[];
  /** How often it was updated. */
  readonly edits: number;
  readonly replyCount: number;
  readonly broadcast: boolean;
}

export interface SeenEphemeral {
  readonly ts: string;
  readonly channel: string;
  readonly person: string;
  readonly text: string;
  readonly blocks: readonly JsonObject[];
  readonly threadTs: string | null;
}

/** A modal that is open in front of a person. */
export interface SeenView {
  readonly id: string;
  readonly callbackId: string;
  readonly title: string;
  readonly view: JsonObject;
  /** Field errors of the last submission, by block id. */
  readonly errors: Readonly<Record<string, string>>;
  /** Place in the stack, 1 is the bottom. */
  readonly depth: number;
}

/** A member who acts as in the Slack client. Channels are named by `#name`, `name`, `@bot` (the direct message with the bot) or id. */
export interface Actor {
  readonly id: string;
  readonly name: string;
  /** Types a slash command, e.g. `/repl status`. */
  command(line: string, channel: string): Promise<Outcome>;
  /** Posts a message that starts by mentioning the bot; resolves to its ts without waiting for the app. */
  mention(channel: string, text: string, threadTs?: string): string;
  /** Posts an ordinary message. */
  say(channel: string, text: string, threadTs?: string): string;
  directMessage(text: string, threadTs?: string): string;
  react(channel: string, ts: string, name: string): void;
  unreact(channel: string, ts: string, name: string): void;
  /** Deletes a message of this person, or any when `admin`. */
  remove(channel: string, ts: string): void;
  /** Clicks a button, or chooses `value` in a select, overflow or date element, of a message or an ephemeral that this person sees. */
  click(channel: string, ts: string, actionId: string, options?: { readonly confirm?: boolean; readonly value?: string }): Promise<Outcome>;
  /** The modal on top, or null. */
  view(): SeenView | null;
  /** Acts on an element inside the modal on top. */
  clickInView(actionId: string, options?: { readonly confirm?: boolean; readonly value?: string }): Promise<Outcome>;
  /** Submits the modal on top; keys are action ids or block ids, values what is typed or chosen. */
  submitView(values?: Readonly<Record<string, string | readonly string[]>>): Promise<Outcome>;
  closeView(): Promise<Outcome | null>;
  openHome(): void;
  /** The Home tab as published for this person. */
  home(): JsonObject | null;
  clickHome(actionId: string, options?: { readonly confirm?: boolean; readonly value?: string }): Promise<Outcome>;
  join(channel: string): void;
  leave(channel: string): void;
  invite(channel: string, person: string): void;
}

/** One call of the web API, in the order of arrival. */
export interface ApiCall {
  readonly method: string;
  readonly args: JsonObject;
  readonly at: number;
  readonly token: 'bot' | 'app' | 'other' | 'none';
  readonly status: number;
  /** True when the workspace changed accordingly (it may have, although the answer was lost). */
  readonly applied: boolean;
  readonly answer: JsonObject;
  readonly fault: string | null;
}

export interface Workspace {
  /** The page. */
  readonly url: string;
  /** For `slackApiUrl`; ends in `/`. */
  readonly apiUrl: string;
  readonly botToken: string;
  readonly appToken: string;
  /** A user token of another app, which can react on behalf of `ana`. */
  readonly userToken: string;
  readonly signingSecret: string;
  readonly domain: string;
  readonly ids: Ids;
  /** By handle or id. Throws TypeError for somebody who is not there. */
  as(person: string): Actor;
  /** Top-level messages and thread broadcasts, oldest first. */
  messages(channel: string): readonly SeenMessage[];
  /** Parent and replies, oldest first. */
  thread(channel: string, ts: string): readonly SeenMessage[];
  message(channel: string, ts: string): SeenMessage | null;
  ephemerals(person: string, channel: string): readonly SeenEphemeral[];
  /** Every web API call so far (the newest 20,000). */
  calls(method?: string): readonly ApiCall[];
  forgetCalls(): void;
  /** Changes who is in a user group; delivers `subteam_members_changed`. */
  setGroup(handle: string, people: readonly string[]): void;
  /** Changes what somebody is. */
  setKind(person: string, kind: PersonKind): void;
  archive(channel: string): void;
  readonly faults: Faults;
  /** Open Socket Mode connections. */
  sockets(): number;
  /** HTTP delivery: sends `url_verification`; true when the challenge came back. */
  verifyRequestUrl(): Promise<boolean>;
  /** Resolves when no delivery is under way or waiting for its redelivery, which takes minutes when nobody is there to acknowledge. */
  idle(): Promise<void>;
  close(): Promise<void>;
}
