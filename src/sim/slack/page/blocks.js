import { chartView } from './chart-view.js';
import { h } from './dom.js';
import { elementView } from './elements.js';
import { markdownView } from './markdown-view.js';
import { planView, remembered, taskView } from './plan-view.js';
import { tableView } from './table-view.js';
import { richTextView, textView } from './text-view.js';

const views = {
  header: (block) => h('p', { class: 'block-header', role: 'heading', 'aria-level': '3' }, textView(block.text)),
  divider: () => h('hr'),
  section: sectionView,
  context: (block) =>
    h(
      'div',
      { class: 'block-context' },
      block.elements.map((element) => (element.type === 'image' ? imageView(element, 'context-image') : textView(element))),
    ),
  actions: (block, site) =>
    h(
      'div',
      { class: 'block-actions' },
      block.elements.map((element) => elementView(element, site)),
    ),
  image: (block) =>
    h('figure', { class: 'block-image' }, block.title ? h('figcaption', {}, textView(block.title)) : null, imageView(block, '')),
  rich_text: richTextView,
  markdown: (block) => markdownView(block.text),
  table: tableView,
  data_table: tableView,
  data_visualization: chartView,
  plan: (block, site) => planView(block, `${site.key} ${block.block_id}`),
  task_card: (block) => h('div', { class: 'task-card' }, taskView(block)),
  container: containerView,
  alert: (block) => h('div', { class: `alert alert-${block.level ?? 'default'}`, role: 'note' }, textView(block.text)),
  card: cardView,
  file: (block) => h('p', { class: 'hint' }, `File ${block.external_id}`),
};

const imageView = (image, className) =>
  h('img', { class: className || null, src: image.image_url ?? '', alt: image.alt_text, loading: 'lazy' });

function sectionView(block, site) {
  const text = block.text ? h('div', { class: 'section-text' }, textView(block.text)) : null;
  const fields = block.fields
    ? h(
        'div',
        { class: 'fields' },
        block.fields.map((field) => h('div', { class: 'field' }, textView(field))),
      )
    : null;
  const accessory = block.accessory ? h('div', { class: 'accessory' }, elementView(block.accessory, site)) : null;
  return h('div', { class: 'block-section' }, h('div', { class: 'section-main' }, text, fields), accessory);
}

function containerView(block, site) {
  const title = block.rich_text_title ? richTextView(block.rich_text_title) : textView(block.title);
  const subtitle = block.subtitle ? h('span', { class: 'container-subtitle' }, textView(block.subtitle)) : null;
  const body = h('div', { class: 'container-body' }, blocksView(block.child_blocks, site));
  if (!block.is_collapsible) {
    return h(
      'section',
      { class: `container width-${block.width ?? 'standard'}` },
      h('div', { class: 'container-head' }, h('span', { class: 'container-title' }, title), subtitle),
      body,
    );
  }
  const key = `container ${site.key} ${block.block_id}`;
  const summary = h(
    'summary',
    { class: 'container-head', dataset: { focus: key } },
    h('span', { class: 'container-title' }, title),
    subtitle,
  );
  return remembered(key, { class: `container width-${block.width ?? 'standard'}` }, block.default_collapsed !== true, summary, body);
}

function cardView(block, site) {
  const actions = block.actions
    ? h(
        'div',
        { class: 'block-actions' },
        block.actions.map((element) => elementView(element, site)),
      )
    : null;
  const lines = [block.title, block.subtitle, block.body].filter(Boolean).map((text) => textView(text));
  return h('div', { class: 'container' }, h('div', { class: 'container-body' }, lines, actions));
}

/** Blocks as elements. `site` is `{ key, act(actionId, value) }`; a type that is not known is named, not hidden. */
export const blocksView = (blocks, site) =>
  blocks.map((block) =>
    h(
      'div',
      { class: `block block-of-${block.type}` },
      views[block.type]?.(block, site) ?? h('p', { class: 'unsupported' }, `Block of type ${block.type}`),
    ),
  );
