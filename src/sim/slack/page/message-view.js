import { blocksView } from './blocks.js';
import { clockTime, fullDate, shortTime } from './dates.js';
import { h, icon } from './dom.js';
import { emojiText } from './emoji.js';
import { addButton, reactionsView, toggleReaction } from './reactions.js';
import { act, listOf, nameOf, store } from './store.js';
import { mrkdwnView } from './text-view.js';
import { toastProblem } from './toast.js';
import { openThread } from './ui.js';

const hues = [211, 262, 338, 18, 142, 174, 45, 292];

function hueOf(text) {
  let sum = 0;
  for (const character of text) sum = (sum * 31 + character.codePointAt(0)) % 9973;
  return hues[sum % hues.length];
}

const initials = (name) =>
  name
    .split(/\s+/)
    .map((part) => part[0] ?? '')
    .slice(0, 2)
    .join('')
    .toUpperCase();

/** A square with initials; the bot has its own mark. Decorative: the name stands next to it. */
export function avatar(user, size = '') {
  const isOurs = user === store.bot;
  const square = h(
    'span',
    { class: `avatar ${size} ${isOurs ? 'avatar-bot' : ''}`, 'aria-hidden': 'true' },
    isOurs ? '⇄' : initials(nameOf(user)),
  );
  if (!isOurs) square.style.setProperty('--hue', hueOf(nameOf(user)));
  return square;
}

const kindWords = { guest: 'guest', 'single-channel-guest': 'guest', stranger: 'external', bot: 'app', deactivated: 'deactivated' };

function badge(user) {
  const word = user === 'USLACKBOT' ? 'app' : kindWords[store.people.get(user)?.kind];
  return word ? h('span', { class: 'badge' }, word) : null;
}

function fileView(file) {
  const name = file.title || file.name;
  if (!file.mimetype.startsWith('image/'))
    return h('a', { class: 'file', href: file.url_private, target: '_blank', rel: 'noopener' }, name);
  const image = h('img', { src: file.url_private, alt: file.alt_txt ?? name, loading: 'lazy' });
  return h(
    'figure',
    { class: 'block-image' },
    h('figcaption', {}, name),
    h('a', { href: file.url_private, target: '_blank', rel: 'noopener' }, image),
  );
}

const clicker = (message) => ({
  key: `${message.channel} ${message.ts}`,
  act: async (actionId, value) =>
    toastProblem(await act({ act: 'click', channel: message.channel, ts: message.ts, actionId, confirm: true, value })),
});

function contentView(message) {
  const body =
    message.blocks.length > 0 ? blocksView(message.blocks, clicker(message)) : message.text === '' ? [] : [mrkdwnView(message.text)];
  return h('div', { class: 'content' }, body, message.files?.map(fileView) ?? []);
}

function threadSummary(message) {
  const replies = listOf(store.messages, message.channel).filter((one) => one.threadTs === message.ts);
  if (replies.length === 0) return null;
  const people = [...new Set(replies.map((one) => one.user))].slice(0, 4);
  const words = replies.length === 1 ? '1 reply' : `${replies.length} replies`;
  const last = h('span', { class: 'hint' }, `Last at ${clockTime(replies.at(-1).ts)}`);
  const properties = { type: 'button', class: 'thread-summary', dataset: { focus: 'thread' }, onclick: () => openThread(message.ts) };
  return h(
    'button',
    properties,
    people.map((user) => avatar(user, 'avatar-small')),
    h('span', { class: 'thread-count' }, words),
    last,
  );
}

const toolButton = (label, child, onclick) =>
  h('button', { type: 'button', class: 'tool', 'aria-label': label, title: label, dataset: { focus: `tool ${label}` }, onclick }, child);

function toolbar(message, inThread) {
  const quick = ['white_check_mark', 'x', 'eyes'].map((name) => {
    const label = `React with ${name.replaceAll('_', ' ')}`;
    return toolButton(label, h('span', { class: 'emoji', 'aria-hidden': 'true' }, emojiText(name)), () => toggleReaction(message, name));
  });
  const reply = inThread ? null : toolButton('Reply in thread', icon('reply'), () => openThread(message.threadTs ?? message.ts));
  const mine = message.user === store.you;
  const remove = mine
    ? toolButton('Delete message', icon('trash'), async () =>
        toastProblem(await act({ act: 'remove', channel: message.channel, ts: message.ts })),
      )
    : null;
  return h('div', { class: 'toolbar', role: 'group', 'aria-label': 'Message actions' }, quick, addButton(message, 'tool'), reply, remove);
}

const timeView = (ts, words = clockTime) =>
  h('time', { class: 'time', datetime: new Date(Number(ts) * 1000).toISOString(), title: fullDate(Number(ts)) }, words(ts));

function head(user, ts, extra) {
  return h('div', { class: 'message-head' }, h('span', { class: 'author' }, nameOf(user)), badge(user), timeView(ts), extra);
}

/** One message with its reactions, thread line and tools. `follows`: the author has just spoken, so the name is left out. */
export function messageView(message, { follows, inThread }) {
  const extra = message.edits > 0 && message.blocks.length === 0 ? h('span', { class: 'hint' }, '(edited)') : null;
  const broadcast = message.broadcast && !inThread ? h('p', { class: 'hint' }, 'replied to a thread') : null;
  const label = `${nameOf(message.user)} at ${clockTime(message.ts)}`;
  const side = follows ? h('span', { class: 'side-time' }, timeView(message.ts, shortTime)) : avatar(message.user);
  const main = h(
    'div',
    { class: 'message-main' },
    follows ? null : head(message.user, message.ts, extra),
    broadcast,
    contentView(message),
    reactionsView(message),
    inThread ? null : threadSummary(message),
  );
  return h(
    'article',
    { class: `message ${follows ? 'message-follows' : ''}`, tabindex: '0', 'aria-label': label, dataset: { ts: message.ts } },
    side,
    main,
    toolbar(message, inThread),
  );
}

/** Joins and topics: a quiet line. */
export const noticeView = (message) =>
  h(
    'p',
    { class: 'notice', dataset: { ts: message.ts } },
    message.subtype === 'channel_topic' ? `${nameOf(message.user)} ` : '',
    mrkdwnView(message.text),
  );

/** A message for this person only. */
export function ephemeralView(one) {
  const user = one.from === 'slackbot' ? 'USLACKBOT' : store.bot;
  const dismiss = h(
    'button',
    { type: 'button', class: 'link-button', dataset: { focus: 'dismiss' }, onclick: () => act({ act: 'dismiss', ts: one.ts }) },
    'Dismiss',
  );
  const only = h('p', { class: 'only-you' }, icon('eye'), 'Only visible to you', h('span', { 'aria-hidden': 'true' }, '·'), dismiss);
  const main = h('div', { class: 'message-main' }, only, head(user, one.ts, null), contentView({ ...one, files: [] }));
  return h(
    'article',
    { class: 'message message-ephemeral', tabindex: '0', 'aria-label': `${nameOf(user)}, only visible to you`, dataset: { ts: one.ts } },
    avatar(user),
    main,
  );
}
