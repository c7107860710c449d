import { quoteIdentifier } from '../../transports/sql-quoting.ts';

/** A table by its full name. Every part is the name itself, without quotes, whatever it holds. */
export interface TableName {
  readonly database: string;
  readonly schema: string;
  readonly table: string;
}

/** A name that had to be quoted, or one that stands for itself since it holds nothing that would fold or end it. */
const part = /"(?:[^"]|"")+"|[\p{Ll}\p{Lo}_][\p{Ll}\p{Lo}\p{N}_$]*/uy;

/**
 * Reads `db.schema.table` as SQL would, with parts quoted where they need it; null when it is none. Capitals outside quotes are no
 * name here, since CockroachDB would fold them and another table would be meant than the one that was written.
 */
export function tableNameOf(text: string): TableName | null {
  const parts: string[] = [];
  let at = 0;
  for (;;) {
    part.lastIndex = at;
    const found = part.exec(text)?.[0];
    if (found === undefined) return null;
    parts.push(found.startsWith('"') ? found.slice(1, -1).replaceAll('""', '"') : found);
    at += found.length;
    if (at === text.length) break;
    if (text[at] !== '.') return null;
    at += 1;
  }
  const [database, schema, table, ...more] = parts;
  return database === undefined || schema === undefined || table === undefined || more.length > 0 ? null : { database, schema, table };
}

/** The name for a statement: every part quoted. */
export const quoteTable = ({ database, schema, table }: TableName): string => [database, schema, table].map(quoteIdentifier).join('.');

const plain = /^[a-z_][a-z0-9_]*$/;
export const showName = (name: string): string => (plain.test(name) ? name : quoteIdentifier(name));

/** The name for people: parts are quoted only where they need it. `tableNameOf` reads it back. */
export const showTable = ({ database, schema, table }: TableName): string => [database, schema, table].map(showName).join('.');

export const isSameTable = (a: TableName, b: TableName): boolean =>
  a.database === b.database && a.schema === b.schema && a.table === b.table;

/** Whether the server means this table: it quotes the parts where they need it, or, in some versions, prints them as they are. */
export function namesTable(text: string, name: TableName): boolean {
  const read = tableNameOf(text);
  return read === null ? text === [name.database, name.schema, name.table].join('.') : isSameTable(read, name);
}
