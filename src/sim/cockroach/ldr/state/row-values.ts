import type { Pace } from '../../contract.ts';
import type { Us } from '../../state/model.ts';
import { contentAt, rowsOf, updatesOf } from './content.ts';
import type { LdrState } from './model.ts';
import { allColumns, type ColumnSpec, type Epoch, type SimTable, type TableShape } from './table.ts';

type Value = string | null;

/** The first column that clients can write and that is no key. */
export const firstValue = ({ columns, primaryKey }: TableShape): string | undefined =>
  columns.find(({ name, computed }) => computed === undefined && !primaryKey.includes(name))?.name;

/** The epoch that clients wrote under a strand, as long as somebody has it. */
const epochOf = ({ tables, jobs }: LdrState, strand: string): Epoch | undefined =>
  [...tables.map(({ epoch }) => epoch), ...jobs.flatMap(({ pairs }) => pairs.map(({ from }) => from))].find(
    (epoch) => epoch.strand === strand,
  );

/** In which column the update of that number was made. */
function columnOf(epoch: Epoch | undefined, at: number): string | undefined {
  let made = 0;
  for (const { rows, column } of epoch?.updates ?? []) {
    made += rows;
    if (at < made) return column;
  }
  return undefined;
}

/** A default that is the same for all rows; a call makes one for each. */
const sameForAll = ({ default: text }: ColumnSpec): boolean => text === undefined || !text.includes('(');

/** What a column holds in a row that nobody wrote over: equal for equal rows, on whichever side. */
function written({ epoch }: SimTable, column: ColumnSpec, row: string): Value {
  if (epoch.added.has(column.name) && column.computed === undefined && sameForAll(column)) return column.default ?? null;
  return `${column.computed ?? ''}${column.name} of ${row}`;
}

/** What the rows of a table hold at a moment in the columns that are named: texts that stand for values. */
export function rowValuesAt(ldr: LdrState, table: SimTable, atUs: Us, pace: Pace, named: readonly string[]): readonly (readonly Value[])[] {
  const content = contentAt(ldr, table, atUs, pace);
  const rows = [...rowsOf(content)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([strand, spans]) => spans.flatMap(([from, to]) => Array.from({ length: to - from }, (_, at) => `${strand}/${from + at}`)));
  const columns = named.map((name) => allColumns(table.shape).find((column) => column.name === name));
  const values = rows.map((row) => columns.map((column) => (column === undefined ? null : written(table, column, row))));
  for (const { strand, at } of updatesOf(content)) {
    const column = named.indexOf(columnOf(epochOf(ldr, strand), at) ?? firstValue(table.shape) ?? '');
    const row = values[at % Math.max(1, values.length)];
    if (row !== undefined && column >= 0) row[column] = `${row[column] ?? ''}, then ${strand}/${at}`;
  }
  const [first] = values;
  const odd = named.indexOf(firstValue(table.shape) ?? '');
  if (table.epoch.altered && first !== undefined && odd >= 0) first[odd] = `${first[odd] ?? ''}, other on ${table.side}`;
  return values;
}
