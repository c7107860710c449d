import { type Answer, type Call, type Methods, needs, no, withMessage, withOwnChannel, yes } from '../api-method.ts';
import { asText, type Channel } from '../model.ts';
import { findMessage, messageJson } from '../world.ts';

const mostPins = 100;
const mostBookmarks = 100;

function pin(call: Call): Answer {
  return withMessage(call, 'timestamp', (channel, message) => {
    if (channel.pins.has(message.ts)) return no('already_pinned');
    if (channel.pins.size >= mostPins) return no('too_many_pins');
    channel.pins.add(message.ts);
    call.world.tell({ kind: 'channel', channel: channel.id });
    return yes();
  });
}

function unpin(call: Call): Answer {
  return withMessage(call, 'timestamp', (channel, message) => {
    if (!channel.pins.delete(message.ts)) return no('no_pin');
    call.world.tell({ kind: 'channel', channel: channel.id });
    return yes();
  });
}

function pins(call: Call): Answer {
  return withOwnChannel(call, (channel) => {
    const found = [...channel.pins].map((ts) => findMessage(channel, ts)).filter((message) => message !== undefined);
    const items = found.map((message) => ({
      type: 'message',
      channel: channel.id,
      message: messageJson(call.world, channel, message, false),
    }));
    return yes({ items });
  });
}

function addBookmark(call: Call, channel: Channel): Answer {
  const { title, type, link, emoji } = call.args;
  if (asText(title) === '') return no('invalid_arguments');
  if (type !== 'link') return no('invalid_bookmark_type');
  if (!/^https?:\/\//.test(asText(link))) return no('invalid_link');
  if (channel.bookmarks.length >= mostBookmarks) return no('too_many_bookmarks');
  const id = call.world.mintId('Bk');
  const one = { id, channel_id: channel.id, title: asText(title), type: 'link', link: asText(link), emoji: asText(emoji) };
  channel.bookmarks.push(one);
  call.world.tell({ kind: 'channel', channel: channel.id });
  return yes({ bookmark: one });
}

export const furniture: Methods = {
  'pins.add': { tier: 2, scopes: needs('pins:write'), run: pin },
  'pins.remove': { tier: 2, scopes: needs('pins:write'), run: unpin },
  'pins.list': { tier: 2, scopes: needs('pins:read', 'pins:write'), run: pins },
  'bookmarks.add': {
    tier: 2,
    scopes: needs('bookmarks:write'),
    run: (call) => withOwnChannel(call, (channel) => addBookmark(call, channel), 'channel_id'),
  },
  'bookmarks.list': {
    tier: 3,
    scopes: needs('bookmarks:read', 'bookmarks:write'),
    run: (call) => withOwnChannel(call, (channel) => yes({ bookmarks: channel.bookmarks }), 'channel_id'),
  },
};
