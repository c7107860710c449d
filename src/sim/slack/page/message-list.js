import { dayOf } from './dates.js';
import { h, reconcile } from './dom.js';
import { ephemeralView, messageView, noticeView } from './message-view.js';
import { listOf, store } from './store.js';
import { lastRead } from './ui.js';

const isNotice = (one) => one.subtype === 'channel_join' || one.subtype === 'channel_topic';

const groupGapSeconds = 300;

/** Whether a message goes on where its author has just stopped. */
function follows(one, before) {
  if (!before || before.ephemeral || one.ephemeral || isNotice(before) || isNotice(one)) return false;
  // What the app builds from blocks stands by itself, under its own name.
  if (one.blocks.length > 0 || before.blocks.length > 0) return false;
  return before.user === one.user && Number(one.ts) - Number(before.ts) < groupGapSeconds && !one.broadcast;
}

const peopleSignature = () => [...store.people.values()].map((person) => person.kind).join();

function itemOf(one, before, inThread) {
  const joined = follows(one, before);
  const replies = inThread || one.ephemeral ? [] : listOf(store.messages, one.channel).filter((reply) => reply.threadTs === one.ts);
  const signature = JSON.stringify([one, joined, replies.map((reply) => reply.ts), store.you, peopleSignature()]);
  const render = () => {
    if (one.ephemeral) return ephemeralView(one);
    return isNotice(one) ? noticeView(one) : messageView(one, { follows: joined, inThread });
  };
  return { key: one.ts, signature, render };
}

const dividerItem = (key, className, words) => ({
  key,
  signature: words,
  render: () => h('div', { class: className, role: 'separator', 'aria-label': words }, h('span', {}, words)),
});

/** Items for a list of messages: day lines, the line above what is new, and the messages. */
function items(entries, inThread, newSince) {
  const list = [];
  let day = '';
  let marked = false;
  for (const [index, one] of entries.entries()) {
    const today = dayOf(one.ts);
    if (today !== day && !inThread) list.push(dividerItem(`day ${today}`, 'day-line', today));
    day = today;
    if (!marked && newSince !== null && one.ts > newSince && one.user !== store.you && !one.ephemeral) {
      marked = true;
      if (index > 0) list.push(dividerItem('new', 'new-line', 'New'));
    }
    list.push(itemOf(one, entries[index - 1], inThread));
  }
  return list;
}

const byTs = (a, b) => (a.ts < b.ts ? -1 : 1);

const ephemeralsIn = (channel, thread) =>
  listOf(store.ephemerals, channel)
    .filter((one) => one.threadTs === thread)
    .map((one) => ({ ...one, ephemeral: true }));

/** What the line "New" was drawn for; it stays until another channel is opened. */
const seen = { channel: '', since: '0' };

function newSince(channel) {
  if (seen.channel !== channel) Object.assign(seen, { channel, since: lastRead(channel) });
  return seen.since === '0' ? null : seen.since;
}

export function drawChannel(container, channel) {
  const top = listOf(store.messages, channel.id).filter((one) => one.threadTs === null || one.broadcast);
  const entries = [...top, ...ephemeralsIn(channel.id, null)].sort(byTs);
  keepingPlace(container, channel.id, () => reconcile(container, items(entries, false, newSince(channel.id))));
  container.parentElement.classList.toggle('is-empty', entries.length === 0);
}

export function drawThread(container, channel, ts) {
  const thread = listOf(store.messages, channel.id).filter((one) => one.ts === ts || one.threadTs === ts);
  const entries = [...thread, ...ephemeralsIn(channel.id, ts)].sort(byTs);
  keepingPlace(container, ts, () => reconcile(container, items(entries, true, null)));
}

const shownPlace = new WeakMap();

const isAtEnd = (scroller) => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 60;

/** A reader at the newest message stays there when the window, or the keyboard of a phone, changes the room for it. */
export function stayAtEnd(scroller) {
  let wasAtEnd = true;
  let last = 0;
  scroller.addEventListener('scroll', () => {
    // The event comes a moment after the scroll, when the room may have changed again: only who goes up leaves the end.
    if (isAtEnd(scroller)) wasAtEnd = true;
    else if (scroller.scrollTop < last) wasAtEnd = false;
    last = scroller.scrollTop;
  });
  new ResizeObserver(() => {
    if (wasAtEnd) scroller.scrollTop = scroller.scrollHeight;
  }).observe(scroller);
}

/** Stays at the newest message when the reader was there, or has just come; else stays where the reader is. */
function keepingPlace(container, place, draw) {
  const scroller = container.closest('.scroller');
  const atEnd = isAtEnd(scroller);
  const moved = shownPlace.get(container) !== place;
  draw();
  shownPlace.set(container, place);
  if (atEnd || moved) scroller.scrollTop = scroller.scrollHeight;
}

/** Arrow keys walk through the messages; Enter is left to what is inside them. */
export function walkMessages(container) {
  container.addEventListener('keydown', (event) => {
    const message = event.target.closest?.('.message');
    if (event.target !== message || !['ArrowUp', 'ArrowDown'].includes(event.key)) return;
    event.preventDefault();
    const all = [...container.querySelectorAll('.message')];
    all[all.indexOf(message) + (event.key === 'ArrowUp' ? -1 : 1)]?.focus();
  });
}
