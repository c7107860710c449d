import { plain } from './text.ts';

/** A table as gadmin draws it. Rows are by the name of the column in capitals. */
export interface Table {
  readonly rows: readonly Readonly<Record<string, string>>[];
  /** Lines outside of the table, in order. */
  readonly around: readonly string[];
  /** False when it breaks off, or when a row does not fit the header. */
  readonly whole: boolean;
}

const isBorder = (line: string): boolean => /^\+[-+=\s]*\+$/.test(line);

/** A row that does not end in a bar has lost its end. */
const isRow = (line: string): boolean => line.startsWith('|');

const cellsOf = (line: string): readonly string[] =>
  line
    .replace(/^\|/, '')
    .replace(/\|$/, '')
    .split('|')
    .map((cell) => cell.trim());

const titleOf = (cell: string): string => cell.replace(/\s+/g, ' ').toUpperCase();

/** Reads the first table that has all these columns, wherever they stand; null when there is none. Pure; never throws. */
export function readTable(raw: string, columns: readonly string[]): Table | null {
  const lines = plain(raw)
    .split('\n')
    .map((line) => line.trim());
  const at = lines.findIndex((line) => isRow(line) && columns.every((column) => cellsOf(line).map(titleOf).includes(column)));
  const header = lines[at];
  if (at < 0 || header === undefined) return null;
  const titles = cellsOf(header).map(titleOf);
  const begin = at > 0 && isBorder(lines[at - 1] ?? '') ? at - 1 : at;
  const length = lines.slice(at).findIndex((line) => line !== '' && !isRow(line) && !isBorder(line));
  const end = length < 0 ? lines.length : at + length;
  const body = lines.slice(at + 1, end).filter((line) => line !== '');
  const bordered = body.some(isBorder) || begin < at;
  const drawn = body.filter(isRow);
  const fits = drawn.every((line) => line.length > 1 && line.endsWith('|') && cellsOf(line).length === titles.length);
  const closed =
    !bordered ||
    (body.filter(isBorder).length > 1 && (body.at(-1) ?? '').split('+').length === titles.length + 2 && isBorder(body.at(-1) ?? '')) ||
    (drawn.length === 0 && body.some(isBorder));
  return {
    rows: drawn.map((line) => Object.fromEntries(cellsOf(line).map((cell, index) => [titles[index] ?? '', cell]))),
    around: [...lines.slice(0, begin), ...lines.slice(end)].filter((line) => line !== ''),
    whole: fits && closed && header.endsWith('|') && new Set(titles).size === titles.length,
  };
}
