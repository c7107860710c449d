import { h, hidden, icon } from './dom.js';
import { linkView, richTextView } from './text-view.js';

const words = { pending: 'Not started', in_progress: 'In progress', complete: 'Done', error: 'Failed' };

/** Which details somebody has opened or closed; kept over redraws. */
const toggled = new Map();

/** A details element that remembers, by `key`, whether it is open. */
export function remembered(key, properties, openByDefault, ...children) {
  const details = h('details', properties, ...children);
  details.open = toggled.get(key) ?? openByDefault;
  details.addEventListener('toggle', () => toggled.set(key, details.open));
  return details;
}

function statusMark(status) {
  const mark = h('span', { class: `task-mark task-${status}`, title: words[status] });
  if (status === 'complete') mark.append(icon('check'));
  if (status === 'error') mark.append(icon('cross'));
  return mark;
}

const sources = (list) =>
  (list ?? []).length === 0
    ? null
    : h(
        'ul',
        { class: 'task-sources' },
        list.map((source) => h('li', {}, linkView(source.url, source.text))),
      );

/** One task: mark, title, what is being done, what came of it. */
export function taskView(task) {
  const status = words[task.status] ? task.status : 'pending';
  const title = h('div', { class: 'task-title' }, task.title, hidden(` (${words[status]})`));
  const details = task.details ? h('div', { class: 'task-details' }, richTextView(task.details)) : null;
  const output = task.output ? h('div', { class: 'task-output' }, richTextView(task.output)) : null;
  const body = h('div', { class: 'task-body' }, title, details, output, sources(task.sources));
  return h('div', { class: `task task-is-${status}` }, statusMark(status), body);
}

function progressBar(tasks) {
  const done = tasks.filter((task) => task.status === 'complete').length;
  const failed = tasks.some((task) => task.status === 'error');
  const bar = h('span', { class: 'plan-bar-fill' });
  bar.style.width = `${tasks.length === 0 ? 0 : (done / tasks.length) * 100}%`;
  return { done, view: h('span', { class: failed ? 'plan-bar plan-bar-failed' : 'plan-bar', 'aria-hidden': 'true' }, bar) };
}

/** A plan: its title, how far it is, and its tasks in order. */
export function planView(block, key) {
  const tasks = block.tasks ?? [];
  const { done, view } = progressBar(tasks);
  const count = h('span', { class: 'plan-count' }, tasks.length === 0 ? '' : `${done} of ${tasks.length} done`);
  const summary = h(
    'summary',
    { class: 'plan-head', dataset: { focus: `plan ${key}` } },
    icon('chevron', 'plan-chevron'),
    h('span', { class: 'plan-title' }, block.title),
    count,
    view,
  );
  const list = h(
    'ol',
    { class: 'plan-tasks' },
    tasks.map((task) => h('li', {}, taskView(task))),
  );
  return remembered(`plan ${key}`, { class: 'plan' }, true, summary, list);
}
