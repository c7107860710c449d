import type { SqlRow, SqlSession } from '../../../transports/sql.ts';
import { notUnderstood, wasRefused } from '../../cockroach/deaf.ts';
import { type Micros, microsOfHlc } from '../../cockroach/times.ts';
import type { Place } from '../place.ts';
import { quoteTable, type TableName } from '../table-name.ts';
import { type Digested, digestIn, digestItems, type LaterDigest, type RowDigest, readDigested } from './row-digest.ts';
import { isAbsent } from './tables.ts';
import { lastLookMs, readEach, type Untold, untoldBy } from './writes.ts';

/** Longest time for all tables, ms. */
const allMs = 2 * 3_600_000;

/** How many rows a table has, and when the oldest and the newest of them were written here, by whomever; null of an empty table. */
export interface RowStock {
  readonly kind: 'told';
  readonly rows: number;
  readonly oldest: Micros | null;
  readonly newest: Micros | null;
  /** What its columns hold; null where that could not be told. */
  readonly digest: LaterDigest | null;
}

/** One statement, so that all of it is of one moment. No index holds the time, so the whole table is read. `items`: more to sum up. */
export const rowStockQuery = (table: TableName, items: readonly string[] = []): string =>
  `SELECT ${['count(*) AS n', 'min(crdb_internal_mvcc_timestamp) AS oldest', 'max(crdb_internal_mvcc_timestamp) AS newest', ...items].join(', ')} FROM ${quoteTable(table)}`;

/** How many rows no job brought that were written after a time (ns in digits). No index holds either time, so the whole table is read. */
export const rowsSinceQuery = (table: TableName, since: string): string =>
  `SELECT count(*) AS n FROM ${quoteTable(table)} WHERE crdb_internal_origin_timestamp IS NULL AND crdb_internal_mvcc_timestamp > ${since}`;

/** Rows of a table; null where they could not be counted. */
export type Counted = number | null;

/** `asOf`: empty for now, or the clause of a time. */
export const rowCountQuery = (table: TableName, asOf: string): string => `SELECT count(*) AS n FROM ${quoteTable(table)}${asOf}`;

/** Counts the rows of every table of the side. As of a time before now, writers need not wait for it. Throws only when the caller itself gave up. */
export async function readRowCounts(
  { connect, settings, side, here, io }: Place,
  asOf: string,
  tell: (done: number) => void,
): Promise<readonly Counted[]> {
  const reading = { connect, settings, side, options: { tableMs: lastLookMs, allMs }, io, tell };
  const counts = await readEach(reading, (session, name) => countOne(session, here, name, asOf));
  return counts.map((count) => (typeof count === 'number' ? count : null));
}

async function countOne(session: SqlSession, cluster: string, name: TableName, asOf: string): Promise<number | Untold> {
  try {
    const [row] = await session.read(rowCountQuery(name, asOf));
    const rows = Number(row?.['n'] ?? '');
    if (!/^\d+$/.test(row?.['n'] ?? '') || !Number.isSafeInteger(rows)) throw notUnderstood(cluster, 'number of rows', row?.['n'] ?? '');
    return rows;
  } catch (cause) {
    // A table that was made or emptied only now has no past.
    if (isAbsent(cause)) return asOf === '' ? 0 : countOne(session, cluster, name, '');
    return untoldBy(cause);
  }
}

/** What the tables held before; null for those of which that is not known. */
export type EarlierDigests = readonly (RowDigest | null)[];

/** So many columns are summed up, tables in order: what is recorded of each stands in a journal. */
const mostDigested = 1_000;

/** Reads every table of the side. Throws only when the caller itself gave up. `before`: null when nothing was read yet. */
export function readRowStocks(
  { connect, settings, side, here, io }: Place,
  before: EarlierDigests | null,
  tell: (done: number) => void,
): Promise<readonly (RowStock | Untold)[]> {
  let left = mostDigested;
  const digested = async (session: SqlSession, name: TableName, pair: number) => {
    const known = before?.[pair] ?? null;
    if (before !== null && known === null) return null;
    const wanted = await readDigested(session, name, known);
    const many = wanted === null ? 0 : wanted.columns.length + wanted.fresh.length;
    if (wanted === null || many > left) return null;
    left -= many;
    return { wanted, known };
  };
  return readEach({ connect, settings, side, options: { tableMs: lastLookMs, allMs }, io, tell }, async (session, name, pair) => {
    try {
      return await readWhole(session, here, name, () => digested(session, name, pair));
    } catch (cause) {
      return isAbsent(cause) ? { kind: 'told', rows: 0, oldest: null, newest: null, digest: null } : untoldBy(cause);
    }
  });
}

/** With what its columns hold where the server tells it: a value that it can't sum up must not hide the rest. */
async function readWhole(
  session: SqlSession,
  cluster: string,
  name: TableName,
  digested: () => Promise<{ readonly wanted: Digested; readonly known: RowDigest | null } | null>,
): Promise<RowStock> {
  try {
    const found = await digested();
    if (found !== null) {
      const row = await firstOf(session, rowStockQuery(name, digestItems(found.wanted)));
      return { ...stockIn(row, cluster), digest: digestIn(row, found.wanted, found.known) };
    }
  } catch (cause) {
    if (isAbsent(cause) || !wasRefused(cause)) throw cause;
  }
  return { ...stockIn(await firstOf(session, rowStockQuery(name)), cluster), digest: null };
}

const firstOf = async (session: SqlSession, query: string): Promise<SqlRow> => (await session.read(query))[0] ?? {};

function stockIn(row: SqlRow, cluster: string): Omit<RowStock, 'digest'> {
  const digits = row['n'] ?? '';
  const rows = Number(digits);
  if (!/^\d+$/.test(digits) || !Number.isSafeInteger(rows)) throw notUnderstood(cluster, 'number of rows', digits);
  const time = (text: string | null): Micros | null => {
    const at = text === null ? null : microsOfHlc(text);
    if (at === null && rows > 0) throw notUnderstood(cluster, 'time of a write', text ?? 'none');
    return at;
  };
  return { kind: 'told', rows, oldest: time(row['oldest'] ?? null), newest: time(row['newest'] ?? null) };
}
