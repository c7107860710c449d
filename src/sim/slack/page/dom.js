/** Builds an element: properties that start with `on` are listeners, `dataset` is spread, the rest are attributes; null is left out. */
export function h(tag, properties = {}, ...children) {
  const element = tag.startsWith('svg:')
    ? document.createElementNS('http://www.w3.org/2000/svg', tag.slice(4))
    : document.createElement(tag);
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (name === 'dataset') Object.assign(element.dataset, value);
    else element.setAttribute(name, value === true ? '' : String(value));
  }
  element.append(...children.flat(Number.POSITIVE_INFINITY).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export const hidden = (text) => h('span', { class: 'visually-hidden' }, text);

const paths = {
  hash: 'M9 4 7 20M17 4l-2 16M4 9h17M3 15h17',
  lock: 'M6 11h12v9H6zM9 11V8a3 3 0 0 1 6 0v3',
  link: 'M10 14a4 4 0 0 0 6 0l3-3a4 4 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6 0l-3 3a4 4 0 0 0 6 6l1-1',
  archive: 'M4 7h16v3H4zM6 10v9h12v-9M10 14h4',
  menu: 'M4 7h16M4 12h16M4 17h16',
  close: 'M6 6l12 12M18 6 6 18',
  reply: 'M5 6h14v10H10l-5 4z',
  smile: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M8.5 14a4 4 0 0 0 7 0M9 9.5v.5M15 9.5v.5',
  trash: 'M5 7h14M9 7V5h6v2M7 7l1 13h8l1-13',
  send: 'M4 12 20 5l-5 15-3-6z',
  eye: 'M3 12s3.5-6 9-6 9 6 9 6-3.5 6-9 6-9-6-9-6M12 9.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5',
  pin: 'M9 4h6l-1 6 3 3H7l3-3zM12 13v7',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  cross: 'M7 7l10 10M17 7 7 17',
  people: 'M9 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6M3 19a6 6 0 0 1 12 0M16 6a3 3 0 0 1 0 5M17 14a5 5 0 0 1 4 5',
  more: 'M6 12h.01M12 12h.01M18 12h.01',
  chevron: 'M9 6l6 6-6 6',
};

/** A line icon; decorative, so the words next to it or the label of its button must say the same. */
export function icon(name, className = '') {
  const shape = h('svg:path', { d: paths[name], fill: 'none', stroke: 'currentColor', 'stroke-width': '2' });
  shape.setAttribute('stroke-linecap', 'round');
  shape.setAttribute('stroke-linejoin', 'round');
  return h('svg:svg', { viewBox: '0 0 24 24', class: `icon ${className}`, 'aria-hidden': 'true' }, shape);
}

const known = new WeakMap();

/**
 * Makes the children of `container` those of `items`, touching only what changed, so that focus and open details survive.
 * An item is `{ key, signature, render() }`.
 */
export function reconcile(container, items) {
  const before = known.get(container) ?? new Map();
  const after = new Map();
  for (const item of items) after.set(item.key, { element: current(item, before.get(item.key)), signature: item.signature });
  for (const [key, { element }] of before) if (!after.has(key)) element.remove();
  let cursor = container.firstChild;
  for (const { element } of after.values()) {
    if (element === cursor) cursor = cursor.nextSibling;
    else container.insertBefore(element, cursor);
  }
  known.set(container, after);
}

/** The element that shows the item: the old one when nothing changed, else a new one in its place. */
function current(item, old) {
  if (old?.signature === item.signature) return old.element;
  const element = item.render();
  if (old === undefined) return element;
  const focus = focusWithin(old.element);
  old.element.replaceWith(element);
  restoreFocus(element, focus);
  return element;
}

function focusWithin(element) {
  const active = document.activeElement;
  if (!active || !element.contains(active)) return null;
  return { id: active.dataset.focus ?? null, self: active === element };
}

function restoreFocus(element, focus) {
  if (focus === null) return;
  const same = focus.id === null ? null : element.querySelector(`[data-focus="${CSS.escape(focus.id)}"]`);
  // The message first: its tools can take the focus only while it is within.
  element.focus({ preventScroll: true });
  same?.focus({ preventScroll: true });
}
