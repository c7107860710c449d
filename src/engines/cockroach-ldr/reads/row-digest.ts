import type { SqlRow, SqlSession } from '../../../transports/sql.ts';
import { quoteIdentifier } from '../../../transports/sql-quoting.ts';
import { quoteTable, type TableName } from '../table-name.ts';
import { readPrimaryKey } from '../table-view.ts';

/** What the columns of a table hold, in one number each. */
export interface RowDigest {
  /** Columns by which a row is known. */
  readonly key: readonly string[];
  /** By column: equal numbers stand for the same values in the same rows. */
  readonly columns: Readonly<Record<string, string>>;
}

/** The same of a table that had a digest before. */
export interface LaterDigest extends RowDigest {
  /** Columns that it had then and has no more. */
  readonly gone: readonly string[];
  /** Columns that it had not then. */
  readonly fresh: readonly string[];
  /** Those of them that do not hold one and the same value in every row. */
  readonly varied: readonly string[];
}

/** Columns that a statement is to sum up. */
export interface Digested {
  readonly key: readonly string[];
  readonly columns: readonly string[];
  readonly fresh: readonly string[];
}

const arrayOf = (columns: readonly string[]): string => `json_build_array(${columns.map(quoteIdentifier).join(', ')})::STRING`;

/**
 * What stands in a SELECT for it. The key makes each row's number its own, so that none cancels out another one, and values that
 * change places are seen. No value of a row leaves the cluster.
 */
export const digestItems = ({ key, columns, fresh }: Digested): readonly string[] => [
  ...columns.map((column, place) => `xor_agg(fnv64(${arrayOf([...key, column])})) AS d${place}`),
  ...fresh.map((column, place) => `min(${arrayOf([column])}) = max(${arrayOf([column])}) AS s${place}`),
];

export const columnsQuery = (name: TableName): string =>
  `SELECT column_name, generation_expression FROM [SHOW COLUMNS FROM ${quoteTable(name)}]`;

/** The columns that statements can write, hidden ones too. */
async function readWritable(session: SqlSession, name: TableName): Promise<readonly string[]> {
  const rows = await session.read(columnsQuery(name));
  return rows.flatMap((row) => ((row['generation_expression'] ?? '') === '' ? (row['column_name'] ?? []) : []));
}

/** What is to be summed up of a table, by what it is made of now; null where rows can't be told apart as they could be before. */
export async function readDigested(session: SqlSession, name: TableName, before: RowDigest | null): Promise<Digested | null> {
  const now = await readWritable(session, name);
  const key = before?.key ?? (await readPrimaryKey(session, name));
  if (key.length === 0 || key.some((column) => !now.includes(column))) return null;
  if (before === null) return { key, columns: now, fresh: [] };
  const then = Object.keys(before.columns);
  return { key, columns: then.filter((column) => now.includes(column)), fresh: now.filter((column) => !then.includes(column)) };
}

/** What the answer says. An empty table has no numbers. */
export function digestIn(row: SqlRow, { key, columns, fresh }: Digested, before: RowDigest | null): LaterDigest {
  return {
    key,
    columns: Object.fromEntries(columns.map((column, place) => [column, row[`d${place}`] ?? 'none'])),
    gone: Object.keys(before?.columns ?? {}).filter((column) => !columns.includes(column)),
    fresh,
    varied: fresh.filter((_, place) => row['n'] !== '0' && !['t', 'true'].includes(row[`s${place}`] ?? '')),
  };
}

/** Columns that do not hold what they held; null where nothing can be said of some: a column that has another name may hold anything. */
export function differing(before: RowDigest, now: LaterDigest): readonly string[] | null {
  const unequal = Object.entries(now.columns).flatMap(([column, digest]) => (before.columns[column] === digest ? [] : [column]));
  const found = [...unequal, ...now.varied];
  return found.length === 0 && now.gone.length > 0 && now.fresh.length > 0 ? null : found;
}
