import { h } from './dom.js';
import { store } from './store.js';

const most = 6;

const people = () =>
  [...store.people.values()].filter((person) => person.kind !== 'deactivated').map((person) => [`@${person.name}`, person.realName]);
const groups = () => [...store.groups.values()].map((group) => [`@${group.handle}`, group.name]);
const channels = () =>
  [...store.channels.values()].filter((channel) => channel.kind !== 'im').map((channel) => [`#${channel.name}`, channel.topic]);
const commands = () => store.commands.map((command) => [command, 'slash command']);

const sources = { '@': () => [...people(), ...groups()], '#': channels, '/': commands };

/** The word being typed that can be completed, and what it could become. */
function offersFor(text, caret) {
  const word = /(?:^|\s)([@#/][\w.-]*)$/.exec(text.slice(0, caret))?.[1];
  if (word === undefined || (word[0] === '/' && text.slice(0, caret) !== word)) return { word: '', offers: [] };
  const offers = sources[word[0]]().filter(([name]) => name.startsWith(word) && name !== word);
  return { word, offers: offers.slice(0, most) };
}

function optionView([name, about], isChosen, choose) {
  const properties = { class: 'suggestion', role: 'option', 'aria-selected': String(isChosen), onmousedown: () => choose(name) };
  return h('div', properties, h('strong', {}, name), h('span', { class: 'hint' }, about));
}

/** Completes people, groups, channels and commands. `key` answers true when it used the key. */
export function suggestions(area, popup) {
  let current = { word: '', offers: [], at: 0 };
  const isOpen = () => current.offers.length > 0;
  const close = () => {
    current = { word: '', offers: [], at: 0 };
    popup.hidden = true;
  };
  const choose = (name) => {
    const caret = area.selectionStart;
    const start = caret - current.word.length;
    area.setRangeText(`${name} `, start, caret, 'end');
    close();
    area.dispatchEvent(new Event('input'));
    area.focus();
  };
  const draw = () => {
    popup.hidden = !isOpen();
    popup.replaceChildren(...current.offers.map((offer, index) => optionView(offer, index === current.at, choose)));
  };
  const look = () => {
    current = { ...offersFor(area.value, area.selectionStart), at: 0 };
    draw();
  };
  const moves = { ArrowDown: 1, ArrowUp: -1 };
  const key = (event) => {
    if (!isOpen()) return false;
    if (event.key === 'Escape') close();
    else if (event.key === 'Tab' || (event.key === 'Enter' && !event.shiftKey)) choose(current.offers[current.at][0]);
    else if (event.key in moves) {
      current.at = (current.at + moves[event.key] + current.offers.length) % current.offers.length;
      draw();
    } else return false;
    event.preventDefault();
    return true;
  };
  return { look, close, key };
}
