import { h, hidden, icon } from './dom.js';
import { emojiText, offered } from './emoji.js';
import { act, nameOf, store } from './store.js';
import { toastProblem } from './toast.js';

/** Reacts, or takes the reaction back. */
export async function toggleReaction(message, name) {
  const mine = message.reactions.find((one) => one.name === name)?.users.includes(store.you) ?? false;
  toastProblem(await act({ act: mine ? 'unreact' : 'react', channel: message.channel, ts: message.ts, name }));
}

function who(users) {
  const names = users.map((user) => (user === store.you ? 'you' : nameOf(user)));
  const last = names.at(-1);
  return names.length === 1 ? last : `${names.slice(0, -1).join(', ')} and ${last}`;
}

function pill(message, { name, count, users }) {
  const mine = users.includes(store.you);
  const sentence = `${who(users)} reacted with :${name}:`;
  const properties = {
    type: 'button',
    class: 'reaction',
    'aria-pressed': String(mine),
    title: sentence,
    dataset: { focus: `reaction ${name}` },
  };
  const onclick = () => toggleReaction(message, name);
  const face = h('span', { class: 'emoji', 'aria-hidden': 'true' }, emojiText(name));
  return h(
    'button',
    { ...properties, onclick },
    face,
    h('span', { class: 'reaction-count', 'aria-hidden': 'true' }, String(count)),
    hidden(sentence),
  );
}

let open = null;

export function closePicker() {
  const closing = open;
  // Removing moves the focus, which asks for closing again: by then nothing is open.
  open = null;
  closing?.element.remove();
  return closing?.opener;
}

function place(element, opener) {
  const at = opener.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = element;
  const left = Math.max(8, Math.min(at.right - width, window.innerWidth - width - 8));
  const above = at.top - height - 6;
  element.style.left = `${left}px`;
  element.style.top = `${above > 8 ? above : Math.min(at.bottom + 6, window.innerHeight - height - 8)}px`;
}

function moveFocus(event, buttons) {
  const columns = 6;
  const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns }[event.key];
  if (step === undefined) return;
  event.preventDefault();
  const next = buttons.indexOf(document.activeElement) + step;
  buttons[Math.max(0, Math.min(buttons.length - 1, next))].focus();
}

/** A small grid of emoji next to its opener; arrows move, Escape closes and gives the focus back. */
function openPicker(message, opener) {
  closePicker();
  const choose = (name) => {
    closePicker()?.focus();
    void toggleReaction(message, name);
  };
  const buttons = offered.map((name) => {
    const label = name.replaceAll('_', ' ');
    return h(
      'button',
      { type: 'button', class: 'picker-emoji', title: `:${name}:`, 'aria-label': label, onclick: () => choose(name) },
      emojiText(name),
    );
  });
  const element = h('div', { class: 'picker', role: 'dialog', 'aria-label': 'Add a reaction' }, buttons);
  element.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') closePicker()?.focus();
    else moveFocus(event, buttons);
  });
  element.addEventListener('focusout', (event) => {
    if (!element.contains(event.relatedTarget)) closePicker();
  });
  document.body.append(element);
  open = { element, opener };
  place(element, opener);
  buttons[0].focus();
}

/** Opens the emoji grid. */
export function addButton(message, className) {
  const button = h(
    'button',
    {
      type: 'button',
      class: className,
      'aria-label': 'Add a reaction',
      title: 'Add a reaction',
      'aria-haspopup': 'dialog',
      dataset: { focus: `add ${className}` },
    },
    icon('smile'),
  );
  button.addEventListener('click', () => openPicker(message, button));
  return button;
}

export function reactionsView(message) {
  if (message.reactions.length === 0) return null;
  return h(
    'div',
    { class: 'reactions' },
    message.reactions.map((one) => pill(message, one)),
    addButton(message, 'reaction reaction-add'),
  );
}
