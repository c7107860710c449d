import { changed, connect, store } from './store.js';

/** What this browser tab looks at; not part of the workspace. */
export const ui = { channel: '', thread: null, tab: 'messages', drawer: false };

const read = (key) => {
  try {
    return JSON.parse(localStorage.getItem(key) ?? 'null');
  } catch {
    return null;
  }
};

const readKey = (channel) => `read ${store.you} ${channel}`;

/** Ts of the newest message that this person has looked at in a channel. */
export const lastRead = (channel) => read(readKey(channel)) ?? '0';

export function markRead(channel) {
  const newest = [...(store.messages.get(channel)?.keys() ?? [])].sort().at(-1);
  if (newest !== undefined && newest > lastRead(channel)) localStorage.setItem(readKey(channel), JSON.stringify(newest));
}

const mentionsYou = (text) => {
  const groups = [...store.groups.values()].filter((group) => group.people.includes(store.you));
  return (
    text.includes(`<@${store.you}`) ||
    /<!(here|channel|everyone)/.test(text) ||
    groups.some((group) => text.includes(`<!subteam^${group.id}`))
  );
};

/** Messages by others that this person has not looked at, and how many of them ask for attention. */
export function unread(channel) {
  const since = lastRead(channel.id);
  const fresh = [...(store.messages.get(channel.id)?.values() ?? [])].filter((message) => message.ts > since && message.user !== store.you);
  return {
    count: fresh.length,
    urgent: channel.kind === 'im' ? fresh.length : fresh.filter((message) => mentionsYou(message.text)).length,
  };
}

const directChannel = () => [...store.channels.values()].find((channel) => channel.kind === 'im');

/** Shows a channel; `@bot` is the direct message with the bot, which may not exist yet. */
export function goTo(channel) {
  const direct = directChannel();
  const id = channel === '@bot' && direct ? direct.id : channel;
  if (ui.channel !== id) Object.assign(ui, { thread: null, tab: 'messages' });
  Object.assign(ui, { channel: id, drawer: false });
  if (location.hash.slice(1) !== id) history.replaceState(null, '', `#${id}`);
  changed();
}

export function openThread(ts) {
  ui.thread = ts;
  changed();
}

/** Becomes somebody else: the whole client changes. */
export function become(person) {
  Object.assign(ui, { thread: null });
  store.ready = false;
  const url = new URL(location.href);
  url.searchParams.set('as', person);
  history.replaceState(null, '', url);
  try {
    localStorage.setItem('you', JSON.stringify(person));
  } catch {
    // Without storage the choice lasts as long as the tab.
  }
  connect(person);
}

export const rememberedPerson = () => new URL(location.href).searchParams.get('as') ?? read('you') ?? '';

/** The channel that is shown, or the first one when it is gone or unknown to this person. */
export function currentChannel() {
  if (ui.channel === '@bot')
    return directChannel() ?? { id: '@bot', name: 'ReplOps', kind: 'im', topic: '', pins: [], bookmarks: [], members: 2, member: true };
  const found = store.channels.get(ui.channel);
  if (found) return found;
  return [...store.channels.values()].find((channel) => channel.kind !== 'im' && channel.member && !channel.archived);
}
