import { formatDate, fullDate } from './dates.js';
import { h } from './dom.js';
import { emojiText } from './emoji.js';
import { isSafeUrl, parseMrkdwn } from './mrkdwn.js';
import { nameOf, store } from './store.js';

export const emojiView = (name) =>
  h('span', { class: 'emoji', role: 'img', 'aria-label': name.replaceAll('_', ' '), title: `:${name}:` }, emojiText(name));

const userPill = (id) => h('span', { class: id === store.you ? 'pill pill-you' : 'pill' }, `@${nameOf(id)}`);

function channelPill(id, label) {
  const channel = store.channels.get(id);
  const name = channel?.name ?? label;
  if (!name) return h('span', { class: 'pill' }, 'private channel');
  return channel === undefined ? h('span', { class: 'pill' }, `#${name}`) : h('a', { class: 'pill', href: `#${id}` }, `#${name}`);
}

function groupPill(id, label) {
  const group = store.groups.get(id);
  const mine = group?.people.includes(store.you);
  return h('span', { class: mine ? 'pill pill-you' : 'pill', title: group?.name ?? null }, group ? `@${group.handle}` : label || '@group');
}

const broadcastPill = (range) => h('span', { class: 'pill pill-you' }, `@${range}`);

/** Other pages open in a tab of their own. */
export function linkView(url, label) {
  if (!isSafeUrl(url)) return label || url;
  return h('a', { href: url, target: '_blank', rel: 'noopener noreferrer' }, label || url);
}

export function dateView({ seconds, timestamp, format, url, fallback }) {
  const moment = seconds ?? timestamp;
  const text = formatDate(moment, format) ?? fallback ?? '';
  const shown = h('time', { class: 'date', datetime: new Date(moment * 1000).toISOString(), title: fullDate(moment) }, text);
  return url && isSafeUrl(url) ? h('a', { href: url, target: '_blank', rel: 'noopener noreferrer' }, shown) : shown;
}

/** Line breaks are kept. */
const plainView = (text) => text.split('\n').flatMap((line, index) => (index === 0 ? [line] : [h('br'), line]));

const tokenViews = {
  text: ({ text }) => plainView(text),
  bold: ({ children }) => h('strong', {}, tokensView(children)),
  italic: ({ children }) => h('em', {}, tokensView(children)),
  strike: ({ children }) => h('s', {}, tokensView(children)),
  code: ({ children }) => h('code', {}, tokensView(children)),
  user: ({ id }) => userPill(id),
  channel: ({ id, label }) => channelPill(id, label),
  group: ({ id, label }) => groupPill(id, label),
  broadcast: ({ range }) => broadcastPill(range),
  emoji: ({ name }) => emojiView(name),
  link: ({ url, label }) => linkView(url, label),
  date: dateView,
};

const tokensView = (tokens) => tokens.map((token) => tokenViews[token.kind](token));

const blockTags = { paragraph: 'p', quote: 'blockquote', pre: 'pre' };

/** Slack's mrkdwn as elements. */
export const mrkdwnView = (text) =>
  h(
    'div',
    { class: 'mrkdwn' },
    parseMrkdwn(text).map(({ kind, children }) => h(blockTags[kind], {}, tokensView(children))),
  );

/** Plain text knows emoji, unless told not to. */
function plainTextView(text, emoji) {
  if (emoji === false) return plainView(text);
  const parts = text.split(/(:[a-z0-9_+'-]+:)/);
  return parts.map((part, index) => (index % 2 === 1 ? emojiView(part.slice(1, -1)) : plainView(part)));
}

/** A text object, of either type. */
export function textView(object) {
  if (!object) return '';
  return object.type === 'mrkdwn' ? mrkdwnView(object.text) : h('span', {}, plainTextView(object.text, object.emoji));
}

/** Text of a text object as one line of words, for labels. */
export const wordsOf = (object) => (object?.text ?? '').replace(/:[a-z0-9_+'-]+:/g, (name) => emojiText(name.slice(1, -1)));

const richViews = {
  text: (element) => plainView(element.text),
  link: (element) => linkView(element.url, element.text),
  user: (element) => userPill(element.user_id),
  usergroup: (element) => groupPill(element.usergroup_id, ''),
  channel: (element) => channelPill(element.channel_id, ''),
  broadcast: (element) => broadcastPill(element.range),
  emoji: (element) => emojiView(element.name),
  date: dateView,
  color: (element) => h('code', {}, element.value),
  team: (element) => element.team_id,
};

const styleTags = { bold: 'strong', italic: 'em', strike: 's', underline: 'u', code: 'code' };

function styled(element) {
  let view = richViews[element.type]?.(element) ?? '';
  for (const [name, tag] of Object.entries(styleTags)) if (element.style?.[name]) view = h(tag, {}, view);
  return view;
}

const run = (elements) => (elements ?? []).map(styled);

function listItems(list) {
  const tag = list.style === 'ordered' ? 'ol' : 'ul';
  const start = list.style === 'ordered' && list.offset ? list.offset + 1 : null;
  return h(
    tag,
    { class: `indent-${list.indent ?? 0}`, start },
    list.elements.map((item) => h('li', {}, run(item.elements))),
  );
}

const richBlocks = {
  rich_text_section: (block) => h('p', {}, run(block.elements)),
  rich_text_quote: (block) => h('blockquote', {}, run(block.elements)),
  rich_text_preformatted: (block) => h('pre', {}, run(block.elements)),
  rich_text_list: listItems,
};

/** A rich_text block: nothing in it needs parsing. */
export const richTextView = (block) =>
  h(
    'div',
    { class: 'rich-text' },
    block.elements.map((part) => richBlocks[part.type]?.(part) ?? ''),
  );
