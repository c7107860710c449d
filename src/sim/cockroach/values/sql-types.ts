import { formatInterval, formatTimestamp } from './time-text.ts';

/** SQL types that the simulated statements return. */
export type SqlType = 'INT8' | 'STRING' | 'BOOL' | 'FLOAT8' | 'STRING[]' | 'TIMESTAMPTZ' | 'INTERVAL' | 'DECIMAL' | 'JSONB';

/**
 * A value before it is put on the wire. INT8 is a bigint, DECIMAL a string of digits, TIMESTAMPTZ and INTERVAL numbers of
 * microseconds, JSONB its text.
 */
export type SqlValue = string | number | bigint | boolean | readonly string[] | null;

export interface Column {
  readonly name: string;
  readonly type: SqlType;
}

export interface Table {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly SqlValue[])[];
}

/** A table as it goes over the wire: every value as text. */
export interface WireTable {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly (string | null)[])[];
}

/** Type object ids, and sizes in bytes (-1 for varying ones), as CockroachDB describes them. */
export const wireTypes: Readonly<Record<SqlType, { readonly oid: number; readonly size: number }>> = {
  INT8: { oid: 20, size: 8 },
  STRING: { oid: 25, size: -1 },
  BOOL: { oid: 16, size: 1 },
  FLOAT8: { oid: 701, size: 8 },
  'STRING[]': { oid: 1009, size: -1 },
  TIMESTAMPTZ: { oid: 1184, size: 8 },
  INTERVAL: { oid: 1186, size: 24 },
  DECIMAL: { oid: 1700, size: -1 },
  JSONB: { oid: 3802, size: -1 },
};

const quoteElement = (text: string): string =>
  text === '' || /[\s{}",\\]/.test(text) || /^null$/i.test(text) ? `"${text.replace(/["\\]/g, '\\$&')}"` : text;

/** A value in the text format of the wire; null stays null. */
export function toWireText(type: SqlType, value: SqlValue): string | null {
  if (value === null) return null;
  if (type === 'TIMESTAMPTZ') return formatTimestamp(Number(value));
  if (type === 'INTERVAL') return formatInterval(Number(value));
  if (type === 'BOOL') return value === true ? 't' : 'f';
  if (Array.isArray(value)) return `{${value.map(quoteElement).join(',')}}`;
  return String(value);
}

/** A value as `::STRING` shows it, which differs from the wire only for BOOL. */
export const toCastText = (type: SqlType, value: SqlValue): string | null =>
  type === 'BOOL' && value !== null ? String(value) : toWireText(type, value);

/** Encodes a whole table for the wire. */
export const toWireTable = (table: Table): WireTable => ({
  columns: table.columns,
  rows: table.rows.map((row) => table.columns.map((column, at) => toWireText(column.type, row[at] ?? null))),
});
