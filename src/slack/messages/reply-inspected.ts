import type { InspectionName } from '../../domain/operation.ts';
import type { Reply } from '../../domain/reply.ts';
import { type Block, context, header, type Message, type Mode, message, section, table } from './message.ts';
import { code, join, md } from './mrkdwn.ts';
import { chunks } from './reply-links.ts';

const titles: Readonly<Record<InspectionName, string>> = {
  backups: 'Backups',
  dlq: 'Dead letter queue',
  topology: 'Topology',
};

/** A table on a phone shows so many rows before it tires; the rest is counted. */
const shownRows = 40;

/** `/repl dlq LINK` and its like: the verdict first, then the table, then what to do. */
export function renderInspected({ what, link, inspection }: Extract<Reply, { kind: 'inspected' }>, mode: Mode): Message {
  const { headline, columns, rows, notes } = inspection;
  const shown = rows.slice(0, shownRows);
  const more = rows.length > shown.length ? md`${rows.length - shown.length} more rows are not shown. ` : md``;
  return message(md`${titles[what]} of ${link}: ${headline.slice(0, 600)}`, [
    header(`${titles[what]} of ${link}`),
    section(md`${headline.slice(0, 1_000)}`),
    ...(shown.length === 0 ? [] : mode === 'native' ? [table(columns, shown)] : plainRows(columns, shown)),
    notes.length === 0 ? null : section(join(notes.slice(0, 8).map((note) => md`• ${note.slice(0, 300)}`))),
    context(md`${more}${code(`/repl describe ${link}`)} shows the whole state of the link.`),
  ]);
}

/** Where tables can't be shown: a line for each row, with its columns named. */
const plainRows = (columns: readonly string[], rows: readonly (readonly string[])[]): readonly Block[] =>
  chunks(
    rows.map((row) => md`• ${row.map((cell, index) => `${columns[index] ?? ''}: ${cell.slice(0, 120)}`).join(', ')}`),
    10,
  ).map((some) => section(join(some)));
