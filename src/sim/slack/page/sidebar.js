import { h, hidden, icon, reconcile } from './dom.js';
import { avatar } from './message-view.js';
import { act, store } from './store.js';
import { become, currentChannel, goTo, ui, unread } from './ui.js';

const kindWords = { guest: 'guest', 'single-channel-guest': 'guest', stranger: 'external', deactivated: 'deactivated' };

/** People who can use a client: everybody but bots. */
const choosable = () => [...store.people.values()].filter((person) => person.kind !== 'bot' && person.kind !== 'deactivated');

function label(person) {
  const word = kindWords[person.kind];
  return `${person.realName}${person.title ? ` — ${person.title}` : word ? ` — ${word}` : ''}`;
}

const picker = h('select', { class: 'person-select', id: 'person', onchange: () => become(picker.value) });
const face = h('span', { class: 'person-face' });
const who = h('span', { class: 'person-name' });
const role = h('span', { class: 'person-role' });

function drawPicker() {
  const you = store.people.get(store.you);
  const options = choosable().map((person) => ({
    key: person.id,
    signature: label(person),
    render: () => h('option', { value: person.id }, label(person)),
  }));
  reconcile(picker, options);
  picker.value = store.you;
  face.replaceChildren(avatar(store.you));
  who.textContent = you?.realName ?? '';
  role.textContent = you?.title || kindWords[you?.kind] || 'member';
}

const icons = { public: 'hash', private: 'lock', connect: 'link' };

function unreadMark(count, urgent) {
  if (urgent > 0) return h('span', { class: 'urgent' }, String(urgent), hidden(' messages for you'));
  return count > 0 ? hidden(' (unread)') : null;
}

const classIf = (condition, name) => (condition ? [name] : []);

function channelButton(channel, isCurrent, count, urgent) {
  const flags = [
    ...classIf(count > 0 && !isCurrent, 'is-unread'),
    ...classIf(channel.archived, 'is-archived'),
    ...classIf(!channel.member, 'is-foreign'),
  ];
  const focus = { focus: channel.id };
  const properties = { type: 'button', class: ['channel', ...flags].join(' '), 'aria-current': isCurrent ? 'page' : null, dataset: focus };
  const mark = isCurrent ? null : unreadMark(count, urgent);
  const name = h('span', { class: 'channel-name' }, channel.name);
  return h(
    'button',
    { ...properties, onclick: () => goTo(channel.id) },
    icon(channel.archived ? 'archive' : icons[channel.kind]),
    name,
    mark,
  );
}

function channelItem(channel) {
  const { count, urgent } = unread(channel);
  const isCurrent = currentChannel()?.id === channel.id;
  const signature = JSON.stringify([channel.name, channel.archived, channel.member, count > 0, urgent, isCurrent]);
  return { key: channel.id, signature, render: () => h('li', {}, channelButton(channel, isCurrent, count, urgent)) };
}

function appItem() {
  const direct = [...store.channels.values()].find((channel) => channel.kind === 'im');
  const isCurrent = currentChannel()?.kind === 'im';
  const { count } = direct ? unread(direct) : { count: 0 };
  const render = () => {
    const properties = {
      type: 'button',
      class: `channel ${count > 0 && !isCurrent ? 'is-unread' : ''}`,
      'aria-current': isCurrent ? 'page' : null,
      onclick: openApp,
    };
    return h(
      'li',
      {},
      h(
        'button',
        properties,
        avatar(store.bot, 'avatar-small'),
        h('span', { class: 'channel-name' }, 'ReplOps'),
        count > 0 && !isCurrent ? h('span', { class: 'urgent' }, String(count)) : null,
      ),
    );
  };
  return { key: 'app', signature: JSON.stringify([isCurrent, count]), render };
}

function openApp() {
  goTo('@bot');
  void act({ act: 'open-home' });
}

const order = { public: 0, private: 1, connect: 2 };
const rank = (channel) => (channel.archived ? 10 : 0) + (channel.member ? 0 : 5) + order[channel.kind];

const channelList = h('ul', { class: 'channels' });
const appList = h('ul', { class: 'channels' });
const team = h('h1', { class: 'team' });

/** The left column: who you are, channels, the app. */
export function createSidebar() {
  const person = h(
    'label',
    { class: 'person', for: 'person' },
    face,
    h('span', { class: 'person-words' }, h('span', { class: 'person-you' }, 'You are'), who, role),
    icon('chevron', 'person-chevron'),
    picker,
  );
  const close = h(
    'button',
    { type: 'button', class: 'icon-button only-phone', 'aria-label': 'Close the list of channels', onclick: () => goTo(ui.channel) },
    icon('close'),
  );
  const head = h('div', { class: 'sidebar-head' }, team, h('span', { class: 'simulated' }, 'simulated'), close);
  const lists = h(
    'nav',
    { class: 'sidebar-lists', 'aria-label': 'Channels' },
    h('h2', {}, 'Channels'),
    channelList,
    h('h2', {}, 'Apps'),
    appList,
  );
  return h('aside', { class: 'sidebar', id: 'sidebar' }, head, person, lists);
}

export function drawSidebar() {
  team.textContent = store.team?.name ?? '';
  drawPicker();
  const channels = [...store.channels.values()].filter((channel) => channel.kind !== 'im');
  reconcile(channelList, channels.sort((a, b) => rank(a) - rank(b)).map(channelItem));
  reconcile(appList, [appItem()]);
}
