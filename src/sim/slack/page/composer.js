import { h, icon } from './dom.js';
import { act, store } from './store.js';
import { suggestions } from './suggest.js';
import { toastProblem } from './toast.js';

const longestHistory = 50;

/** What this person has sent, newest last; shared by all composers of the tab. */
const sent = [];
const drafts = new Map();

function remember(text) {
  if (sent.at(-1) !== text) sent.push(text);
  if (sent.length > longestHistory) sent.shift();
}

function resize(area) {
  area.style.height = 'auto';
  area.style.height = `${Math.min(area.scrollHeight, 220)}px`;
}

/** Walks through what was sent, from an empty or untouched field. */
function createHistory(area) {
  let at = null;
  const show = (text) => {
    area.value = text;
    resize(area);
    area.setSelectionRange(text.length, text.length);
  };
  const step = (by) => {
    const next = Math.min(sent.length, Math.max(0, (at ?? sent.length) + by));
    at = next;
    show(sent[next] ?? '');
  };
  return {
    reset: () => {
      at = null;
    },
    /** True when the key was used. */
    key: (event) => {
      if (event.key === 'ArrowUp' && sent.length > 0 && (area.value === '' || at !== null)) step(-1);
      else if (event.key === 'ArrowDown' && at !== null) step(1);
      else return false;
      event.preventDefault();
      return true;
    },
  };
}

async function send(area, place) {
  const text = area.value.trim();
  if (text === '') return;
  remember(text);
  area.value = '';
  drafts.delete(place.key());
  resize(area);
  const { channel, threadTs } = place.where();
  toastProblem(await act({ act: 'type', channel, text, ...(threadTs ? { threadTs } : {}) }));
}

function wireKeys(area, place, past, suggest) {
  area.addEventListener('keydown', (event) => {
    if (event.isComposing || suggest.key(event) || past.key(event)) return;
    if (event.key !== 'Enter' || event.shiftKey) return;
    event.preventDefault();
    past.reset();
    void send(area, place);
  });
  area.addEventListener('input', () => {
    past.reset();
    drafts.set(place.key(), area.value);
    resize(area);
    suggest.look();
  });
  area.addEventListener('blur', () => setTimeout(suggest.close, 120));
}

/** A field to write in. `place` is `{ key(), where(), label() }`; Enter sends, Shift+Enter breaks the line, arrow up brings back what was sent. */
export function createComposer(place) {
  const area = h('textarea', { class: 'composer-text', rows: 1, 'aria-label': 'Message', autocomplete: 'off', spellcheck: 'false' });
  const popup = h('div', { class: 'suggestions', role: 'listbox', 'aria-label': 'Suggestions', hidden: true });
  const suggest = suggestions(area, popup);
  const past = createHistory(area);
  wireKeys(area, place, past, suggest);
  const button = h(
    'button',
    { type: 'button', class: 'send', 'aria-label': 'Send', title: 'Send (Enter)', onclick: () => send(area, place) },
    icon('send'),
  );
  const hint = h('p', { class: 'composer-hint' });
  const element = h('div', { class: 'composer' }, popup, h('div', { class: 'composer-box' }, area, button), hint);
  let key = '';
  const draw = (closed) => {
    area.placeholder = place.label();
    area.setAttribute('aria-label', place.label());
    area.disabled = closed !== null;
    button.disabled = closed !== null;
    hint.textContent =
      closed ??
      (place.where().threadTs
        ? 'Commands cannot be used in threads'
        : `${store.commands[0] ?? ''} help shows what the bot can do · Enter sends · ↑ brings back`);
    if (key === place.key()) return;
    key = place.key();
    area.value = drafts.get(key) ?? '';
    resize(area);
  };
  return { element, draw, focus: () => area.focus() };
}
