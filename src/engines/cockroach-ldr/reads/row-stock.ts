import type { SqlSession } from '../../../transports/sql.ts';
import { notUnderstood } from '../../cockroach/deaf.ts';
import { type Micros, microsOfHlc } from '../../cockroach/times.ts';
import type { Place } from '../place.ts';
import { quoteTable, type TableName } from '../table-name.ts';
import { isAbsent } from './tables.ts';
import { lastLookMs, readEach, shortlyAgo, type Untold, untoldBy } from './writes.ts';

/** Longest time for all tables, ms. */
const allMs = 2 * 3_600_000;

/** How many rows a table has, and when the oldest and the newest of them were written here, by whomever; null of an empty table. */
export interface RowStock {
  readonly kind: 'told';
  readonly rows: number;
  readonly oldest: Micros | null;
  readonly newest: Micros | null;
}

/** One statement, so that all three are of one moment. No index holds the time, so the whole table is read. */
export const rowStockQuery = (table: TableName): string =>
  `SELECT count(*) AS n, min(crdb_internal_mvcc_timestamp) AS oldest, max(crdb_internal_mvcc_timestamp) AS newest FROM ${quoteTable(table)}`;

/** Rows of a table; null where they could not be counted. */
export type Counted = number | null;

/** `gently`: as of a moment ago, so that writers need not wait for the count. */
export const rowCountQuery = (table: TableName, gently: boolean): string =>
  `SELECT count(*) AS n FROM ${quoteTable(table)}${gently ? shortlyAgo : ''}`;

/** Counts the rows of every table of the side. Throws only when the caller itself gave up. */
export async function readRowCounts(
  { connect, settings, side, here, io }: Place,
  gently: boolean,
  tell: (done: number) => void,
): Promise<readonly Counted[]> {
  const reading = { connect, settings, side, options: { tableMs: lastLookMs, allMs }, io, tell };
  const counts = await readEach(reading, (session, name) => countOne(session, here, name, gently));
  return counts.map((count) => (typeof count === 'number' ? count : null));
}

async function countOne(session: SqlSession, cluster: string, name: TableName, gently: boolean): Promise<number | Untold> {
  try {
    const [row] = await session.read(rowCountQuery(name, gently));
    const rows = Number(row?.['n'] ?? '');
    if (!/^\d+$/.test(row?.['n'] ?? '') || !Number.isSafeInteger(rows)) throw notUnderstood(cluster, 'number of rows', row?.['n'] ?? '');
    return rows;
  } catch (cause) {
    // A table that was made or emptied only now has no past.
    if (isAbsent(cause)) return gently ? countOne(session, cluster, name, false) : 0;
    return untoldBy(cause);
  }
}

/** Reads every table of the side. Throws only when the caller itself gave up. */
export const readRowStocks = (
  { connect, settings, side, here, io }: Place,
  tell: (done: number) => void,
): Promise<readonly (RowStock | Untold)[]> =>
  readEach({ connect, settings, side, options: { tableMs: lastLookMs, allMs }, io, tell }, (session, name) => readOne(session, here, name));

async function readOne(session: SqlSession, cluster: string, name: TableName): Promise<RowStock | Untold> {
  try {
    const [row] = await session.read(rowStockQuery(name));
    const digits = row?.['n'] ?? '';
    const rows = Number(digits);
    if (!/^\d+$/.test(digits) || !Number.isSafeInteger(rows)) throw notUnderstood(cluster, 'number of rows', digits);
    const time = (text: string | null): Micros | null => {
      const at = text === null ? null : microsOfHlc(text);
      if (at === null && rows > 0) throw notUnderstood(cluster, 'time of a write', text ?? 'none');
      return at;
    };
    return { kind: 'told', rows, oldest: time(row?.['oldest'] ?? null), newest: time(row?.['newest'] ?? null) };
  } catch (cause) {
    return isAbsent(cause) ? { kind: 'told', rows: 0, oldest: null, newest: null } : untoldBy(cause);
  }
}
