import { z } from 'zod';
import { asChannelId, asMessageTs, asUserId, type MessageTs } from '../domain/ids.ts';
import { hearEvent } from './hear-event.ts';
import type { Letter } from './heard.ts';

const command = z.object({
  command: z.string().startsWith('/'),
  team_id: z.string().optional(),
  is_enterprise_install: z.union([z.string(), z.boolean()]).optional(),
  user_id: z.string().min(1),
  channel_id: z.string().min(1),
  text: z.string().default(''),
  response_url: z.string(),
  trigger_id: z.string().min(1),
});
const team = z.object({ id: z.string() }).nullish();
const who = z.object({ id: z.string().min(1), team_id: z.string().optional() });
const click = z.object({
  type: z.literal('block_actions'),
  team,
  user: who,
  channel: z.object({ id: z.string() }).nullish(),
  container: z.object({ message_ts: z.string().optional(), thread_ts: z.string().optional() }).optional(),
  message: z.object({ ts: z.string().optional(), thread_ts: z.string().optional() }).nullish(),
  response_url: z.string().optional(),
  trigger_id: z.string().min(1),
  actions: z.array(z.object({ action_id: z.string(), value: z.string().nullish() })).min(1),
});
const submission = z.object({
  type: z.literal('view_submission'),
  team,
  user: who,
  view: z.object({
    id: z.string().min(1),
    hash: z.string().default(''),
    callback_id: z.string(),
    private_metadata: z.string().default(''),
    state: z
      .object({ values: z.record(z.string(), z.record(z.string(), z.object({ value: z.string().nullish() }))) })
      .default({ values: {} }),
  }),
});

const ts = (text: string | undefined | null): MessageTs | null => (text === undefined || text === null ? null : asMessageTs(text));

function hearCommand(body: unknown): Letter | null {
  const parsed = command.safeParse(body);
  if (!parsed.success) return null;
  const { data } = parsed;
  return {
    key: `command:${data.trigger_id}`,
    heard: {
      kind: 'command',
      team: data.team_id ?? null,
      orgWide: String(data.is_enterprise_install ?? 'false') === 'true',
      user: asUserId(data.user_id),
      channel: asChannelId(data.channel_id),
      text: data.text,
      responseUrl: data.response_url,
    },
  };
}

function hearClick(body: unknown): Letter | null {
  const parsed = click.safeParse(body);
  const action = parsed.data?.actions[0];
  if (!parsed.success || action === undefined) return null;
  const { data } = parsed;
  return {
    key: `action:${data.trigger_id}`,
    heard: {
      kind: 'clicked',
      // The person's own workspace counts: in a shared channel the message's workspace is ours whoever clicks.
      team: data.user.team_id ?? data.team?.id ?? null,
      user: asUserId(data.user.id),
      channel: data.channel ? asChannelId(data.channel.id) : null,
      message: ts(data.container?.message_ts ?? data.message?.ts),
      thread: ts(data.container?.thread_ts ?? data.message?.thread_ts),
      actionId: action.action_id,
      value: action.value ?? null,
      responseUrl: data.response_url ?? null,
      trigger: data.trigger_id,
    },
  };
}

function hearSubmission(body: unknown): Letter | null {
  const parsed = submission.safeParse(body);
  if (!parsed.success) return null;
  const { view, user, team: home } = parsed.data;
  const values = Object.fromEntries(
    Object.entries(view.state.values).map(([block, inputs]) => [
      block,
      Object.fromEntries(Object.entries(inputs).map(([action, input]) => [action, input.value ?? null])),
    ]),
  );
  return {
    key: `view:${view.id}:${view.hash}`,
    heard: {
      kind: 'submitted',
      team: user.team_id ?? home?.id ?? null,
      user: asUserId(user.id),
      callback: view.callback_id,
      metadata: view.private_metadata,
      values,
    },
  };
}

/** Reads a delivery; null when it is of no kind that has a de-duplication key (then it is acknowledged and forgotten). Pure. */
export function hear(body: Readonly<Record<string, unknown>>): Letter | null {
  if (body['event'] !== undefined) return hearEvent(body);
  if (body['command'] !== undefined) return hearCommand(body);
  if (body['type'] === 'block_actions') return hearClick(body);
  if (body['type'] === 'view_submission') return hearSubmission(body);
  return null;
}
