import type { JsonObject } from '../../../domain/json.ts';
import { react, unreact } from '../acts.ts';
import { type Answer, type Call, type Methods, needs, no, withMessage, yes } from '../api-method.ts';
import { asText, isTrue, type Message } from '../model.ts';
import { messageJson } from '../world.ts';
import { permalink } from './chat.ts';

const mostEmoji = 23;

/** Without colons, with an optional skin tone. */
export const isEmojiName = (name: string): boolean => /^[a-z0-9_+'-]+(::skin-tone-[2-6])?$/.test(name);

function add(call: Call): Answer {
  const name = asText(call.args['name']);
  if (!isEmojiName(name)) return no('invalid_name');
  return withMessage(call, 'timestamp', (channel, message) => {
    if (channel.archived) return no('is_archived');
    if (message.reactions.size >= mostEmoji && !message.reactions.has(name)) return no('too_many_emoji');
    return react(call.world, channel, message, call.holder.user, name) ? yes() : no('already_reacted');
  });
}

function removeIt(call: Call): Answer {
  return withMessage(call, 'timestamp', (channel, message) =>
    unreact(call.world, channel, message, call.holder.user, asText(call.args['name'])) ? yes() : no('no_reaction'),
  );
}

/** Without `full`, Slack may leave people out of `users`; the count is right. */
const tally = (message: Message, full: boolean): readonly JsonObject[] =>
  [...message.reactions].map(([name, users]) => ({ name, count: users.length, users: full ? users : users.slice(0, 3) }));

function get(call: Call): Answer {
  return withMessage(call, 'timestamp', (channel, message) => {
    const shown = messageJson(call.world, channel, message, true);
    const reactions = message.reactions.size === 0 ? {} : { reactions: tally(message, isTrue(call.args['full'])) };
    const address = permalink(call.world.team.domain, channel.id, message);
    return yes({ type: 'message', channel: channel.id, message: { ...shown, ...reactions, permalink: address } });
  });
}

export const reactions: Methods = {
  'reactions.add': { tier: 3, scopes: needs('reactions:write'), run: add },
  'reactions.remove': { tier: 2, scopes: needs('reactions:write'), run: removeIt },
  'reactions.get': { tier: 3, scopes: needs('reactions:read'), run: get },
};
