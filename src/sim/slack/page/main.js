import { blocksView } from './blocks.js';
import { createComposer } from './composer.js';
import { h, icon } from './dom.js';
import { drawChannel, drawThread, stayAtEnd, walkMessages } from './message-list.js';
import { drawModal } from './modal.js';
import { inline } from './mrkdwn.js';
import { closePicker } from './reactions.js';
import { createSidebar, drawSidebar } from './sidebar.js';
import { act, nameOf, onArrival, onChange, store } from './store.js';
import { toastProblem } from './toast.js';
import { become, currentChannel, goTo, markRead, openThread, rememberedPerson, ui, unread } from './ui.js';

const title = h('h2', { class: 'channel-title' });
const topic = h('p', { class: 'channel-topic' });
const extras = h('div', { class: 'channel-extras' });
const tabs = h('div', { class: 'tabs', role: 'tablist', 'aria-label': 'ReplOps' });
const messages = h('div', { class: 'messages' });
const empty = h('div', { class: 'empty' });
const home = h('div', { class: 'home' });
const threadMessages = h('div', { class: 'messages' });
const threadPlace = h('p', { class: 'channel-topic' });
const live = h('div', { class: 'visually-hidden', 'aria-live': 'polite', id: 'live' });
const offline = h(
  'div',
  { class: 'offline', role: 'status', hidden: true },
  'Connection to the simulated workspace is lost. Trying again…',
);

const channelKey = () => currentChannel()?.id ?? '';
const labelOf = (channel) => (channel?.kind === 'im' ? 'ReplOps' : `#${channel?.name ?? ''}`);

const composer = createComposer({
  key: () => channelKey(),
  where: () => ({ channel: channelKey() }),
  label: () => `Message ${labelOf(currentChannel())}`,
});
const threadComposer = createComposer({
  key: () => `${channelKey()} ${ui.thread}`,
  where: () => ({ channel: channelKey(), threadTs: ui.thread }),
  label: () => 'Reply…',
});

const menu = h(
  'button',
  { type: 'button', class: 'icon-button only-phone', 'aria-label': 'Show the list of channels', 'aria-controls': 'sidebar' },
  icon('menu'),
);
menu.addEventListener('click', () => {
  ui.drawer = true;
  draw();
  document.querySelector('#sidebar select').focus();
});

const scroller = h('div', { class: 'scroller' }, empty, messages);
const channelPane = h(
  'main',
  { class: 'channel-pane' },
  h('header', { class: 'pane-head' }, menu, h('div', { class: 'pane-words' }, title, topic), extras),
  tabs,
  offline,
  scroller,
  home,
  composer.element,
);
const closeThread = h(
  'button',
  { type: 'button', class: 'icon-button', 'aria-label': 'Close the thread', onclick: () => openThread(null) },
  icon('close'),
);
const threadScroller = h('div', { class: 'scroller' }, threadMessages);
const threadPane = h(
  'aside',
  { class: 'thread-pane', 'aria-label': 'Thread', hidden: true },
  h(
    'header',
    { class: 'pane-head' },
    h('div', { class: 'pane-words' }, h('h2', { class: 'channel-title' }, 'Thread'), threadPlace),
    closeThread,
  ),
  threadScroller,
  threadComposer.element,
);
const app = h('div', { class: 'app' }, createSidebar(), channelPane, threadPane);

function closedBecause(channel) {
  if (channel.archived) return 'This channel is archived: nothing can be written here.';
  return null;
}

function drawExtras(channel) {
  const join = h(
    'button',
    { type: 'button', class: 'button', onclick: async () => toastProblem(await act({ act: 'join', channel: channel.id })) },
    'Join',
  );
  const facts = [h('span', { class: 'fact', title: 'Members' }, icon('people'), String(channel.members))];
  if (channel.pins.length > 0) facts.push(h('span', { class: 'fact', title: 'Pinned messages' }, icon('pin'), String(channel.pins.length)));
  const bookmarks = channel.bookmarks.map((one) =>
    h('a', { class: 'bookmark', href: one.link, target: '_blank', rel: 'noopener noreferrer' }, one.title),
  );
  extras.replaceChildren(
    ...bookmarks,
    ...(channel.kind === 'im' ? [] : facts),
    ...(channel.member || channel.archived || channel.kind === 'im' ? [] : [join]),
  );
}

const icons = { public: 'hash', private: 'lock', connect: 'link' };
const topicWords = (channel) =>
  channel.kind === 'im'
    ? 'App'
    : [channel.kind === 'connect' ? 'Shared with another organisation' : '', channel.topic].filter(Boolean).join(' · ');

let drawnHead = '';

function drawHead(channel) {
  const signature = JSON.stringify([channel, ui.tab]);
  if (signature === drawnHead) return;
  drawnHead = signature;
  title.replaceChildren(...(channel.kind === 'im' ? [] : [icon(icons[channel.kind])]), channel.kind === 'im' ? 'ReplOps' : channel.name);
  topic.textContent = topicWords(channel);
  drawExtras(channel);
  tabs.hidden = channel.kind !== 'im';
  tabs.replaceChildren(tab('home', 'Home'), tab('messages', 'Messages'));
}

function tab(name, words) {
  const choose = () => {
    ui.tab = name;
    if (name === 'home') void act({ act: 'open-home' });
    draw();
  };
  return h('button', { type: 'button', role: 'tab', class: 'tab', 'aria-selected': String(ui.tab === name), onclick: choose }, words);
}

let drawnHome = '';

function drawHome(show) {
  home.hidden = !show;
  scroller.hidden = show;
  composer.element.hidden = show;
  const signature = JSON.stringify(store.home);
  if (!show || signature === drawnHome) return;
  drawnHome = signature;
  const site = {
    key: 'home',
    act: async (actionId, value) => toastProblem(await act({ act: 'click-home', actionId, confirm: true, value })),
  };
  home.replaceChildren(
    ...(store.home ? blocksView(store.home.blocks, site) : [h('p', { class: 'empty-words' }, 'The app has published nothing here yet.')]),
  );
}

function drawEmpty(channel) {
  const command = `${store.commands[0] ?? '/repl'} help`;
  const words =
    channel.kind === 'im' ? 'Messages to the app and its answers are shown here.' : `Nobody has written in ${labelOf(channel)} yet.`;
  empty.replaceChildren(
    h('p', { class: 'empty-title' }, labelOf(channel)),
    h('p', { class: 'empty-words' }, `${words} Type `, h('code', {}, command), ' to begin.'),
  );
}

let hadThread = null;

function drawThreadPane(channel) {
  threadPane.hidden = ui.thread === null;
  app.classList.toggle('has-thread', ui.thread !== null);
  if (ui.thread === null) {
    if (hadThread !== null) document.querySelector(`.channel-pane [data-ts="${hadThread}"] .thread-summary`)?.focus();
  } else {
    threadPlace.textContent = labelOf(channel);
    drawThread(threadMessages, channel, ui.thread);
    threadComposer.draw(closedBecause(channel));
    if (hadThread !== ui.thread) threadComposer.focus();
  }
  hadThread = ui.thread;
}

function draw() {
  if (!store.ready) return;
  const channel = currentChannel();
  if (!channel) return;
  ui.channel = ui.channel || channel.id;
  offline.hidden = store.connected;
  app.classList.toggle('has-drawer', ui.drawer);
  // The drawer covers the rest, so the rest must not take the focus.
  for (const pane of [channelPane, threadPane]) pane.inert = ui.drawer;
  drawEmpty(channel);
  drawHead(channel);
  drawHome(channel.kind === 'im' && ui.tab === 'home');
  drawChannel(messages, channel);
  composer.draw(closedBecause(channel));
  drawThreadPane(channel);
  if (document.hasFocus() || !document.hidden) markRead(channel.id);
  drawSidebar();
  drawModal();
  const waiting = [...store.channels.values()].filter((one) => unread(one).urgent > 0).length;
  document.title = `${waiting > 0 ? `(${waiting}) ` : ''}${labelOf(channel)} · ${store.team.name}`;
}

const spoken = (text) =>
  inline(text)
    .map((token) => token.text ?? token.label ?? (token.id ? nameOf(token.id) : (token.fallback ?? '')))
    .join('');

onArrival((message) => {
  if (message.channel !== channelKey() || message.user === store.you) return;
  live.textContent = `${nameOf(message.user)}${message.ephemeral ? ', only to you' : ''}: ${spoken(message.text).slice(0, 300)}`;
});

document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape' || document.querySelector('dialog[open]') || event.defaultPrevented) return;
  if (closePicker()) return;
  if (ui.drawer) ui.drawer = false;
  else if (ui.thread !== null) ui.thread = null;
  draw();
});

app.addEventListener('click', (event) => {
  if (ui.drawer && !event.target.closest('.sidebar') && !menu.contains(event.target)) goTo(ui.channel);
});

window.addEventListener('hashchange', () => goTo(decodeURIComponent(location.hash.slice(1))));
window.addEventListener('focus', draw);

walkMessages(messages);
walkMessages(threadMessages);
stayAtEnd(scroller);
stayAtEnd(threadScroller);
document.body.append(app, live, h('div', { id: 'toasts', role: 'alert' }));
ui.channel = decodeURIComponent(location.hash.slice(1));
onChange(draw);
become(rememberedPerson());
