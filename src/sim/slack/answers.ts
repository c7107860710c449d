import type { JsonObject } from '../../domain/json.ts';
import { dropEphemeral, edit, post, remove, whisper } from './acts.ts';
import { judgeBlocks } from './block-rules.ts';
import { asList, asObject, asText, type Channel, isTrue } from './model.ts';
import type { ResponseTarget } from './tickets.ts';
import { ephemeralOf, findMessage, type World } from './world.ts';

interface Spoken {
  readonly text: string;
  readonly blocks: readonly JsonObject[];
}

/** Text and blocks of an answer; null when it says nothing, and the error's name when Slack would not show it. */
function spokenOf(body: JsonObject, banned: ReadonlySet<string> = new Set()): Spoken | string | null {
  const text = asText(body['text']);
  const given = body['blocks'];
  const problem = given === undefined ? null : judgeBlocks(given, 'message', banned);
  if (problem !== null) return problem.error;
  const blocks = asList(given);
  return text === '' && blocks.length === 0 ? null : { text, blocks };
}

function replaceOriginal(world: World, channel: Channel, target: ResponseTarget, spoken: Spoken): void {
  const { original, person } = target;
  if (original === null) return;
  const message = original.ephemeral ? undefined : findMessage(channel, original.ts);
  if (message !== undefined) {
    edit(world, channel, message, spoken);
    return;
  }
  if (ephemeralOf(world, person, channel.id, original.ts) === undefined) return;
  dropEphemeral(world, person, original.ts);
  whisper(world, { channel: channel.id, person, ...spoken, threadTs: original.threadTs });
}

function deleteOriginal(world: World, channel: Channel, target: ResponseTarget): void {
  const { original, person } = target;
  if (original === null) return;
  if (original.ephemeral) dropEphemeral(world, person, original.ts);
  const message = original.ephemeral ? undefined : findMessage(channel, original.ts);
  if (message !== undefined) remove(world, channel, message);
}

/** A command whose answer is public becomes visible itself. */
function showCommand(world: World, channel: Channel, target: ResponseTarget): void {
  if (target.command !== null) post(world, channel, { user: target.person, text: target.command, subtype: 'slash_command' });
}

function say(world: World, channel: Channel, target: ResponseTarget, body: JsonObject, spoken: Spoken): void {
  const given = asText(body['thread_ts']);
  const threadTs = given !== '' ? given : null;
  if (body['response_type'] !== 'in_channel') {
    whisper(world, { channel: channel.id, person: target.person, ...spoken, threadTs: threadTs ?? target.original?.threadTs ?? null });
    return;
  }
  post(world, channel, { user: world.botUser, botId: world.bot, ...spoken, threadTs });
}

/** Does what an answer to a `response_url` says; `banned` block types are refused. Null when it was taken, else the error's name. */
export function answerLater(world: World, target: ResponseTarget, body: JsonObject, banned: ReadonlySet<string>): string | null {
  const channel = world.channels.get(target.channel);
  if (channel === undefined) return 'channel_not_found';
  if (isTrue(body['delete_original'])) {
    deleteOriginal(world, channel, target);
    return null;
  }
  const spoken = spokenOf(body, banned);
  if (spoken === null) return 'no_text';
  if (typeof spoken === 'string') return spoken;
  if (isTrue(body['replace_original'])) replaceOriginal(world, channel, target, spoken);
  else say(world, channel, target, body, spoken);
  return null;
}

/** Shows what a command's acknowledgement carried. Null when it was fine or empty, else the error's name. */
export function answerAtOnce(world: World, target: ResponseTarget, payload: unknown): string | null {
  const channel = world.channels.get(target.channel);
  const body = typeof payload === 'string' ? { text: payload } : asObject(payload);
  const spoken = spokenOf(body);
  if (channel === undefined || spoken === null) return null;
  if (typeof spoken === 'string') return 'invalid_command_response';
  if (body['response_type'] === 'in_channel') showCommand(world, channel, target);
  say(world, channel, target, body, spoken);
  return null;
}
