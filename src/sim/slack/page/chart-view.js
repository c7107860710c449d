import { h } from './dom.js';
import { tableView } from './table-view.js';

const box = { width: 640, height: 268, left: 58, right: 18, top: 14, bottom: 54 };
const plot = { width: box.width - box.left - box.right, height: box.height - box.top - box.bottom };
const round = (value) => Math.round(value * 10) / 10;

/** Steps of 1, 2 or 5 times a power of ten: about four lines across. */
function ticksOf(least, most) {
  const rough = (most - least || 1) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((times) => times * power).find((size) => size >= rough);
  const first = Math.floor(least / step);
  const last = Math.max(first + 1, Math.ceil(most / step));
  return Array.from({ length: last - first + 1 }, (_, index) => Number(((first + index) * step).toPrecision(12)));
}

const words = (value) => value.toLocaleString('en', { maximumFractionDigits: 3 });

const text = (x, y, anchor, content, className = 'chart-text') =>
  h('svg:text', { x: round(x), y: round(y), 'text-anchor': anchor, class: className }, content);

function grid(ticks, yOf) {
  return ticks.map((tick) =>
    h(
      'svg:g',
      {},
      h('svg:line', { x1: box.left, x2: box.width - box.right, y1: round(yOf(tick)), y2: round(yOf(tick)), class: 'chart-grid' }),
      text(box.left - 8, yOf(tick) + 4, 'end', words(tick)),
    ),
  );
}

/** As many labels as fit beside each other; the last one always. */
function labels(categories, xOf) {
  const widest = Math.max(...categories.map((label) => label.length)) * 6.6 + 14;
  const every = Math.max(1, Math.ceil((widest * (categories.length - 1)) / plot.width));
  const last = categories.length - 1;
  return categories.flatMap((label, index) => {
    if ((last - index) % every !== 0) return [];
    const anchor = index === last && last > 0 ? 'end' : index === 0 ? 'start' : 'middle';
    const shift = anchor === 'end' ? box.right - 4 : anchor === 'start' ? -8 : 0;
    return [text(xOf(index) + shift, box.height - box.bottom + 20, anchor, label)];
  });
}

function line({ name, data }, place, categories, xOf, yOf) {
  const values = new Map(data.map(({ label, value }) => [label, value]));
  const spots = categories.map((label, index) => ({
    label,
    value: values.get(label),
    x: round(xOf(index)),
    y: round(yOf(values.get(label))),
  }));
  return h(
    'svg:g',
    { class: `chart-series chart-series-${place}` },
    h('svg:polyline', { points: spots.map(({ x, y }) => `${x},${y}`).join(' '), class: 'chart-line' }),
    spots.map(({ label, value, x, y }) =>
      h('svg:circle', { cx: x, cy: y, r: 3.5, class: 'chart-spot' }, h('svg:title', {}, `${name}, ${label}: ${words(value)}`)),
    ),
  );
}

function lineView({ series, axis_config: axis }) {
  const { categories } = axis;
  const values = series.flatMap(({ data }) => data.map(({ value }) => value));
  const least = Math.min(0, ...values);
  // A line that lies on the ground has some height above it all the same.
  const ticks = ticksOf(least, Math.max(...values) > least ? Math.max(...values) : least + 1);
  const [low, high] = [ticks[0], ticks.at(-1)];
  const xOf = (index) => box.left + 10 + (categories.length < 2 ? 0.5 : index / (categories.length - 1)) * (plot.width - 20);
  const yOf = (value) => box.top + (1 - (value - low) / (high - low)) * plot.height;
  const middle = box.top + plot.height / 2;
  const turned = text(14, middle, 'middle', axis.y_label ?? '', 'chart-axis');
  turned.setAttribute('transform', `rotate(-90 14 ${round(middle)})`);
  return h(
    'svg:svg',
    { viewBox: `0 0 ${box.width} ${box.height}`, class: 'chart-picture', 'aria-hidden': 'true' },
    grid(ticks, yOf),
    labels(categories, xOf),
    series.map((one, place) => line(one, place, categories, xOf, yOf)),
    turned,
    text(box.left + plot.width / 2, box.height - 8, 'middle', axis.x_label ?? '', 'chart-axis'),
  );
}

/** What is drawn, for those who can't see it. */
const spoken = ({ title, chart }) =>
  `${title}: line chart. ${chart.series
    .map(({ name, data }) => `${name}: ${data.map(({ label, value }) => `${label} ${words(value)}`).join(', ')}`)
    .join('. ')}`;

const legend = (series) =>
  h(
    'ul',
    { class: 'chart-legend' },
    series.map(({ name }, place) => h('li', {}, h('span', { class: `chart-swatch chart-series-${place}`, 'aria-hidden': 'true' }), name)),
  );

const cell = (content) => ({ type: 'raw_text', text: String(content) });

/** Pies, bars and areas in numbers: nothing here draws them. */
function numbersView({ title, chart }) {
  const points =
    chart.segments ?? chart.series.flatMap(({ name, data }) => data.map(({ label, value }) => ({ label: `${name}, ${label}`, value })));
  return tableView({
    caption: title,
    rows: [[cell('What'), cell('Value')], ...points.map(({ label, value }) => [cell(label), cell(value)])],
  });
}

/** A data_visualization: its title, the picture, and what its colours stand for. */
export function chartView(block) {
  const { title, chart } = block;
  if (chart.type !== 'line') return numbersView(block);
  return h(
    'figure',
    { class: 'chart', role: 'img', 'aria-label': spoken(block) },
    h('figcaption', { class: 'chart-title' }, title),
    lineView(chart),
    chart.series.length > 1 ? legend(chart.series) : null,
  );
}
