import { z } from 'zod';

/** Blocks are made by `src/slack/messages`; Slack checks them. */
type Blocks = readonly unknown[];

interface MessageArgs {
  readonly channel: string;
  /** Fallback for notifications and screen readers; always a full sentence. */
  readonly text: string;
  readonly blocks?: Blocks;
  readonly metadata?: { readonly event_type: string; readonly event_payload: Readonly<Record<string, unknown>> };
  readonly unfurl_links?: boolean;
  readonly unfurl_media?: boolean;
}

interface PageArgs {
  readonly cursor?: string;
  readonly limit?: number;
}

interface ThreadPageArgs extends PageArgs {
  readonly channel: string;
  /** `ts` bounds, as strings. */
  readonly oldest?: string;
  readonly latest?: string;
  readonly inclusive?: boolean;
  readonly include_all_metadata?: boolean;
}

/** Arguments by method. A method that is not here cannot be called. */
export interface SlackArgs {
  'auth.test': Readonly<Record<never, never>>;
  /** A `U…` channel opens the direct message with that person. */
  'chat.postMessage': MessageArgs & { readonly thread_ts?: string; readonly reply_broadcast?: boolean };
  /** `text` without `blocks` removes the blocks. A direct message needs its `D…` id. */
  'chat.update': MessageArgs & { readonly ts: string };
  'chat.delete': { readonly channel: string; readonly ts: string };
  'chat.postEphemeral': Pick<MessageArgs, 'channel' | 'text' | 'blocks'> & { readonly user: string; readonly thread_ts?: string };
  'chat.getPermalink': { readonly channel: string; readonly message_ts: string };
  'conversations.info': { readonly channel: string };
  'conversations.history': ThreadPageArgs;
  /** Opens, or finds, the direct message with one person. */
  'conversations.open': { readonly users: string };
  'conversations.replies': ThreadPageArgs & { readonly ts: string };
  'files.getUploadURLExternal': { readonly filename: string; readonly length: number; readonly alt_txt?: string };
  'files.completeUploadExternal': {
    readonly files: readonly { readonly id: string; readonly title?: string }[];
    readonly channel_id?: string;
    readonly thread_ts?: string;
    readonly initial_comment?: string;
  };
  /** `already_reacted` is as good as done. */
  'reactions.add': { readonly channel: string; readonly timestamp: string; readonly name: string };
  /** `full`: without it `users` may be cut short. */
  'reactions.get': { readonly channel: string; readonly timestamp: string; readonly full: true };
  'usergroups.users.list': { readonly usergroup: string };
  'users.info': { readonly user: string };
  'users.list': PageArgs;
  'views.open': { readonly trigger_id: string; readonly view: Readonly<Record<string, unknown>> };
}

export type SlackMethod = keyof SlackArgs;

const nextCursor = z.object({ next_cursor: z.string().optional() }).optional();
const message = z.looseObject({
  ts: z.string(),
  user: z.string().optional(),
  bot_id: z.string().optional(),
  app_id: z.string().optional(),
  text: z.string().optional(),
  thread_ts: z.string().optional(),
  metadata: z.object({ event_type: z.string().optional(), event_payload: z.record(z.string(), z.unknown()).optional() }).optional(),
});
const user = z.object({
  id: z.string(),
  name: z.string().optional(),
  team_id: z.string().optional(),
  deleted: z.boolean().optional(),
  is_bot: z.boolean().optional(),
  is_restricted: z.boolean().optional(),
  is_ultra_restricted: z.boolean().optional(),
  is_stranger: z.boolean().optional(),
  is_invited_user: z.boolean().optional(),
  is_workflow_bot: z.boolean().optional(),
  profile: z.object({ display_name: z.string().optional(), real_name: z.string().optional() }).optional(),
  enterprise_user: z.object({ teams: z.array(z.string()).optional() }).optional(),
});
const page = z.object({ messages: z.array(message), has_more: z.boolean().optional(), response_metadata: nextCursor });

export type SlackUser = z.output<typeof user>;
export type SlackMessage = z.output<typeof message>;

interface SlackMethodFacts {
  /** Bot scopes, all of which are needed for some channel or person. */
  readonly scopes: readonly string[];
  /** False for a method that changes nothing: its failure is always `not-applied`. */
  readonly writes: boolean;
  readonly answer: z.ZodType;
}

const reading = ['channels:read', 'groups:read', 'im:read'] as const;
const history = ['channels:history', 'groups:history', 'im:history'] as const;

/** Every method that the bot calls, with the scopes that the manifest has to ask for and what is read of the answer. */
export const slackMethods = {
  'auth.test': {
    scopes: [],
    writes: false,
    answer: z.object({
      user_id: z.string(),
      bot_id: z.string(),
      team_id: z.string(),
      team: z.string().optional(),
      response_metadata: z.object({ scopes: z.array(z.string()).optional() }).optional(),
    }),
  },
  'chat.postMessage': { scopes: ['chat:write'], writes: true, answer: z.object({ channel: z.string(), ts: z.string() }) },
  'chat.update': { scopes: ['chat:write'], writes: true, answer: z.object({ channel: z.string(), ts: z.string() }) },
  'chat.delete': { scopes: ['chat:write'], writes: true, answer: z.object({}) },
  'chat.postEphemeral': { scopes: ['chat:write'], writes: true, answer: z.object({ message_ts: z.string().optional() }) },
  'chat.getPermalink': { scopes: [], writes: false, answer: z.object({ permalink: z.string() }) },
  'conversations.info': {
    scopes: reading,
    writes: false,
    answer: z.object({
      channel: z.object({
        id: z.string(),
        name: z.string().optional(),
        is_archived: z.boolean().optional(),
        is_member: z.boolean().optional(),
        is_im: z.boolean().optional(),
        is_ext_shared: z.boolean().optional(),
        is_pending_ext_shared: z.boolean().optional(),
      }),
    }),
  },
  'conversations.history': { scopes: history, writes: false, answer: page },
  'conversations.open': { scopes: ['im:write'], writes: true, answer: z.object({ channel: z.object({ id: z.string() }) }) },
  'conversations.replies': { scopes: history, writes: false, answer: page },
  'files.getUploadURLExternal': {
    scopes: ['files:write'],
    writes: true,
    answer: z.object({ upload_url: z.string(), file_id: z.string() }),
  },
  'files.completeUploadExternal': { scopes: ['files:write'], writes: true, answer: z.object({}) },
  'reactions.add': { scopes: ['reactions:write'], writes: true, answer: z.object({}) },
  'reactions.get': {
    scopes: ['reactions:read'],
    writes: false,
    answer: z.object({
      message: z
        .object({ reactions: z.array(z.object({ name: z.string(), users: z.array(z.string()), count: z.number() })).optional() })
        .optional(),
    }),
  },
  'usergroups.users.list': { scopes: ['usergroups:read'], writes: false, answer: z.object({ users: z.array(z.string()) }) },
  'users.info': { scopes: ['users:read'], writes: false, answer: z.object({ user }) },
  'users.list': { scopes: ['users:read'], writes: false, answer: z.object({ members: z.array(user), response_metadata: nextCursor }) },
  'views.open': { scopes: [], writes: true, answer: z.object({}) },
} as const satisfies Record<SlackMethod, SlackMethodFacts>;

/** What `call` answers, by method: the members that the bot reads. */
export type SlackAnswer<M extends SlackMethod> = z.output<(typeof slackMethods)[M]['answer']>;
