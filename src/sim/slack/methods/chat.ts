import type { JsonObject } from '../../../domain/json.ts';
import { edit, post, remove, whisper } from '../acts.ts';
import { type Answer, type Call, type Methods, needs, no, none, withChannel, withMessage, withOwnChannel, yes } from '../api-method.ts';
import { judgeBlocks, lengthProblem } from '../block-rules.ts';
import { asList, asObject, asText, type Channel, isTrue, type Message } from '../model.ts';
import { findMessage, messageJson } from '../world.ts';

const longestText = 40_000;
/** Documented for `chat.update` only. */
const longestUpdate = 4_000;
/** Slack does not say its number; this is the size that is known to be safe. */
const largestMetadataBytes = 8_000;

interface Content {
  readonly text: string;
  readonly blocks: readonly JsonObject[];
  readonly warnings: readonly string[];
}

/** Text and blocks of a call, or why they are refused. */
function contentOf(call: Call): Content | { readonly refused: Answer } {
  const { args } = call;
  const markdown = asText(args['markdown_text']);
  const given = asText(args['blocks']) !== '' || typeof args['blocks'] === 'object';
  if (markdown !== '' && (given || asText(args['text']) !== '')) return { refused: no('markdown_text_conflict') };
  if (markdown.length > 12_000) return { refused: no('msg_too_long') };
  const blocks = markdown === '' ? (given ? (args['blocks'] ?? []) : []) : [{ type: 'markdown', text: markdown }];
  const problem = judgeBlocks(blocks, 'message', call.bannedBlocks) ?? lengthProblem(asList(blocks));
  if (problem !== null) return { refused: no(problem.error, { response_metadata: { messages: problem.messages } }) };
  const text = asText(args['text']);
  const list = asList(blocks);
  if (text === '' && list.length === 0 && asList(args['attachments']).length === 0) return { refused: no('no_text') };
  const tooLong = text.length > longestText;
  return { text: tooLong ? text.slice(0, longestText) : text, blocks: list, warnings: tooLong ? ['message_truncated'] : [] };
}

/** Undefined: not given. Null: given empty, which removes it. */
function metadataOf(call: Call): JsonObject | null | undefined | { readonly refused: Answer } {
  const given = call.args['metadata'];
  if (given === undefined || given === '') return undefined;
  const metadata = asObject(given);
  if (Object.keys(metadata).length === 0) return typeof given === 'string' ? { refused: no('invalid_metadata_format') } : null;
  const shaped = typeof metadata['event_type'] === 'string' && typeof metadata['event_payload'] === 'object';
  if (!shaped && metadata['entities'] === undefined) return { refused: no('invalid_metadata_format') };
  return Buffer.byteLength(JSON.stringify(metadata)) > largestMetadataBytes ? { refused: no('metadata_too_large') } : metadata;
}

const isRefused = (value: unknown): value is { readonly refused: Answer } =>
  typeof value === 'object' && value !== null && 'refused' in value;

const withWarnings = (body: JsonObject, warnings: readonly string[]): Answer =>
  yes(warnings.length === 0 ? body : { ...body, warning: warnings.join(','), response_metadata: { warnings } });

/** Null: a top-level message. A reply's ts stands for its thread, as at Slack. */
function threadOf(channel: Channel, ts: string): string | null | undefined {
  if (ts === '') return null;
  const message = findMessage(channel, ts);
  return message === undefined ? undefined : (message.threadTs ?? message.ts);
}

function mayPost(call: Call, channel: Channel): Answer | null {
  if (channel.archived) return no('is_archived');
  if (channel.members.has(call.holder.user) || call.scopes.has('chat:write.public')) return null;
  return no('not_in_channel');
}

function postMessage(call: Call): Answer {
  return withChannel(call, (channel) => {
    const forbidden = mayPost(call, channel);
    if (forbidden !== null) return forbidden;
    const content = contentOf(call);
    if (isRefused(content)) return content.refused;
    const metadata = metadataOf(call);
    if (isRefused(metadata)) return metadata.refused;
    const threadTs = threadOf(channel, asText(call.args['thread_ts']));
    if (threadTs === undefined) return no('thread_not_found');
    const { user, botId } = call.holder;
    const broadcast = threadTs !== null && isTrue(call.args['reply_broadcast']);
    const { text, blocks } = content;
    const message = post(call.world, channel, { user, botId, text, blocks, threadTs, metadata: metadata ?? null, broadcast });
    const body = { channel: channel.id, ts: message.ts, message: messageJson(call.world, channel, message, true) };
    return withWarnings(body, content.warnings);
  });
}

/** Continues with a message of the caller itself. */
function withOwnMessage(call: Call, refusal: string, then: (channel: Channel, message: Message) => Answer): Answer {
  // Slack wants the `D…` id here, not the person's.
  if (/^[UW]/.test(asText(call.args['channel']))) return no('channel_not_found');
  return withMessage(call, 'ts', (channel, message) => (message.user === call.holder.user ? then(channel, message) : no(refusal)));
}

function update(call: Call): Answer {
  return withOwnMessage(call, 'cant_update_message', (channel, message) => {
    if (channel.archived) return no('is_inactive');
    const content = contentOf(call);
    if (isRefused(content)) return content.refused;
    if (content.text.length > longestUpdate) return no('msg_too_long');
    const metadata = metadataOf(call);
    if (isRefused(metadata)) return metadata.refused;
    const { text, blocks } = content;
    edit(call.world, channel, message, { text, blocks, ...(metadata === undefined ? {} : { metadata }) });
    const shown = messageJson(call.world, channel, message, true);
    return yes({ channel: channel.id, ts: message.ts, text, message: shown });
  });
}

function postEphemeral(call: Call): Answer {
  return withOwnChannel(call, (channel) => {
    const person = asText(call.args['user']);
    if (channel.archived) return no('is_archived');
    if (!call.world.people.has(person) || !channel.members.has(person)) return no('user_not_in_channel');
    const content = contentOf(call);
    if (isRefused(content)) return content.refused;
    const threadTs = threadOf(channel, asText(call.args['thread_ts']));
    if (threadTs === undefined) return no('thread_not_found');
    const { text, blocks } = content;
    return yes({ message_ts: whisper(call.world, { channel: channel.id, person, text, blocks, threadTs }) });
  });
}

/** Address of a message as people share it. */
export function permalink(domain: string, channel: string, message: Pick<Message, 'ts' | 'threadTs'>): string {
  const base = `https://${domain}.slack.com/archives/${channel}/p${message.ts.replace('.', '')}`;
  return message.threadTs === null ? base : `${base}?thread_ts=${message.threadTs}&cid=${channel}`;
}

const write = needs('chat:write');

export const chat: Methods = {
  'chat.postMessage': { tier: null, scopes: write, run: postMessage },
  'chat.update': { tier: 3, scopes: write, run: update },
  'chat.postEphemeral': { tier: 4, scopes: write, run: postEphemeral },
  'chat.delete': {
    tier: 3,
    scopes: write,
    run: (call) =>
      withOwnMessage(call, 'cant_delete_message', (channel, message) => {
        remove(call.world, channel, message);
        return yes({ channel: channel.id, ts: message.ts });
      }),
  },
  'chat.getPermalink': {
    tier: null,
    scopes: none,
    run: (call) =>
      withMessage(call, 'message_ts', (channel, message) =>
        yes({ channel: channel.id, permalink: permalink(call.world.team.domain, channel.id, message) }),
      ),
  },
};
