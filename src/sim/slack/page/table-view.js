import { h } from './dom.js';
import { richTextView } from './text-view.js';

const cellView = (cell) => (cell?.type === 'rich_text' ? richTextView(cell) : (cell?.text ?? ''));

const classOf = (settings, index) => {
  const { align = 'left', is_wrapped: wrapped = false } = settings?.[index] ?? {};
  return `align-${align}${wrapped ? ' wraps' : ''}`;
};

function rowView(row, settings, isHeader, headerColumn) {
  return h(
    'tr',
    {},
    row.map((cell, index) => {
      const rowHeader = !isHeader && index === headerColumn;
      const scope = isHeader ? 'col' : rowHeader ? 'row' : null;
      return h(scope === null ? 'td' : 'th', { class: classOf(settings, index), scope }, cellView(cell));
    }),
  );
}

/** A table or data_table: the first row is the header. It scrolls sideways by itself, also with the keyboard. */
export function tableView(block) {
  const [head = [], ...rows] = block.rows;
  const numbers = head.map((_, index) => rows.every((row) => row[index]?.type === 'raw_number'));
  const settings = block.column_settings ?? numbers.map((isNumber) => ({ align: isNumber && rows.length > 0 ? 'right' : 'left' }));
  const caption = block.caption ? h('caption', {}, block.caption) : null;
  const header = h('thead', {}, rowView(head, settings, true, -1));
  const body = h(
    'tbody',
    {},
    rows.map((row) => rowView(row, settings, false, block.row_header_column_index ?? -1)),
  );
  const label = block.caption ?? `Table with ${rows.length} rows`;
  return h('div', { class: 'table-scroll', tabindex: '0', role: 'group', 'aria-label': label }, h('table', {}, caption, header, body));
}
