import { h } from './dom.js';
import { emojiView, linkView } from './text-view.js';

/*
 * Standard Markdown as far as Slack's markdown block takes it: headings, lists, quotes, fences, tables, rules and inline styles.
 */

const inlineRules = [
  [/`([^`\n]+)`/, (found) => h('code', {}, found[1])],
  [/\[([^\]\n]+)\]\((\S+?)\)/, (found) => linkView(found[2], found[1])],
  [/\*\*(\S(?:[^\n]*?\S)?)\*\*/, (found) => h('strong', {}, inlineView(found[1]))],
  [/~~(\S(?:[^\n]*?\S)?)~~/, (found) => h('s', {}, inlineView(found[1]))],
  [/(?<![\w*])[*_](\S(?:[^\n]*?\S)?)[*_](?![\w*])/, (found) => h('em', {}, inlineView(found[1]))],
  [/:([a-z0-9_+'-]+):/, (found) => emojiView(found[1])],
  [/https?:\/\/[^\s)]+/, (found) => linkView(found[0], found[0])],
];

/** The rule that matches first; the earlier one when two match at the same place. */
function firstMatch(text) {
  let best = null;
  for (const [pattern, view] of inlineRules) {
    const found = pattern.exec(text);
    if (found !== null && (best === null || found.index < best.found.index)) best = { found, view };
  }
  return best;
}

function inlineView(text) {
  const parts = [];
  let rest = text;
  for (let best = firstMatch(rest); best !== null; best = firstMatch(rest)) {
    parts.push(rest.slice(0, best.found.index), best.view(best.found));
    rest = rest.slice(best.found.index + best.found[0].length);
  }
  return [...parts, rest];
}

const cells = (line) =>
  line
    .replace(/^\s*\|/, '')
    .replace(/\|\s*$/, '')
    .split('|')
    .map((cell) => cell.trim());

function tableView(lines) {
  const [head, , ...rows] = lines.map(cells);
  const header = h(
    'tr',
    {},
    head.map((cell) => h('th', { scope: 'col' }, inlineView(cell))),
  );
  const body = rows.map((row) =>
    h(
      'tr',
      {},
      row.map((cell) => h('td', {}, inlineView(cell))),
    ),
  );
  return h(
    'div',
    { class: 'table-scroll', tabindex: '0', role: 'group', 'aria-label': 'Table' },
    h('table', {}, h('thead', {}, header), h('tbody', {}, body)),
  );
}

const listView = (tag) => (lines) =>
  h(
    tag,
    {},
    lines.map((line) => h('li', {}, inlineView(line.replace(/^\s*(?:[-*+]|\d+[.)])\s+/, '')))),
  );

const kinds = [
  ['heading', /^#{1,6}\s/, (lines) => lines.map((line) => h('p', { class: 'markdown-heading' }, inlineView(line.replace(/^#+\s+/, ''))))],
  ['rule', /^(?:---+|\*\*\*+)\s*$/, () => h('hr')],
  ['table', /^\s*\|/, (lines) => (lines.length > 1 ? tableView(lines) : h('p', {}, inlineView(lines[0])))],
  ['bullets', /^\s*[-*+]\s/, listView('ul')],
  ['numbers', /^\s*\d+[.)]\s/, listView('ol')],
  [
    'quote',
    /^>/,
    (lines) =>
      h(
        'blockquote',
        {},
        lines.flatMap((line) => [...inlineView(line.replace(/^>\s?/, '')), h('br')]),
      ),
  ],
  ['blank', /^\s*$/, () => null],
  [
    'paragraph',
    /^/,
    (lines) =>
      h(
        'p',
        {},
        lines.flatMap((line, index) => (index === 0 ? inlineView(line) : [h('br'), ...inlineView(line)])),
      ),
  ],
];

function groupLines(text) {
  const groups = [];
  for (const line of text.split('\n')) {
    const kind = kinds.find(([, pattern]) => pattern.test(line));
    const last = groups.at(-1);
    if (last?.kind === kind) last.lines.push(line);
    else groups.push({ kind, lines: [line] });
  }
  return groups;
}

/** Standard Markdown as elements. */
export function markdownView(text) {
  const parts = text.split(/^```[^\n]*\n?/m);
  const views = parts.map((part, index) =>
    index % 2 === 1 ? h('pre', {}, part.replace(/\n$/, '')) : groupLines(part).map(({ kind, lines }) => kind[2](lines)),
  );
  return h('div', { class: 'markdown' }, views);
}
