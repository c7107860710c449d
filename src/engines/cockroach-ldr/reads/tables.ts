import { isFault } from '../../../domain/faults.ts';
import type { Side } from '../../../domain/observation.ts';
import type { SqlRow, SqlSession } from '../../../transports/sql.ts';
import { quoteIdentifier, quoteLiteral } from '../../../transports/sql-quoting.ts';
import { wasRefused } from '../../cockroach/deaf.ts';
import type { LdrSettings } from '../config.ts';
import type { ReadSide, Rows } from '../detail.ts';
import { quoteTable, type TableName } from '../table-name.ts';

/** SQLSTATEs of a name that leads nowhere: database, schema, table. */
const absent = ['3D000', '3F000', '42P01'];

/** Whether a Fault says that something that was named does not exist. */
export const isAbsent = (cause: unknown): boolean => isFault(cause) && absent.includes(String(cause.facts['sqlState'] ?? ''));

/** The databases of the link's tables on a side. */
export const databasesOf = (settings: LdrSettings, side: Side): readonly string[] => [
  ...new Set(settings.tables.map((pair) => pair[side].database)),
];

export const tablesQuery = (database: string, columns: string, where: string): string =>
  `SELECT ${columns} FROM ${quoteIdentifier(database)}.information_schema.tables WHERE ${where}`;

/** Reads from `db.information_schema`; a database that does not exist has nothing in it. */
export const readIn = (session: SqlSession, database: string, columns: string, where: string): Promise<readonly SqlRow[]> =>
  session.read(tablesQuery(database, columns, where)).catch((cause: unknown) => {
    if (isAbsent(cause)) return [];
    throw cause;
  });

/** Whether each table of the link is on this side, in the order of the config. A table that is not published yet is not there. */
export async function readTables(session: SqlSession, settings: LdrSettings, side: Side): Promise<ReadSide['tables']> {
  const found = new Set<string>();
  const key = (name: TableName) => JSON.stringify([name.database, name.schema, name.table]);
  for (const database of databasesOf(settings, side)) {
    const wanted = settings.tables.map((pair) => pair[side]).filter((name) => name.database === database);
    const list = (part: 'schema' | 'table') => [...new Set(wanted.map((name) => quoteLiteral(name[part])))].join(', ');
    const where = `table_schema IN (${list('schema')}) AND table_name IN (${list('table')})`;
    for (const row of await readIn(session, database, 'table_schema, table_name', where)) {
      found.add(key({ database, schema: row['table_schema'] ?? '', table: row['table_name'] ?? '' }));
    }
  }
  return settings.tables.map((pair) => (found.has(key(pair[side])) ? 'there' : 'absent'));
}

export const anyRowQuery = (name: TableName): string => `SELECT count(*) AS n FROM (SELECT 1 FROM ${quoteTable(name)} LIMIT 1)`;

/** Reads what was there at a time of the own cluster. */
export const asOfTime = (at: string): string => ` AS OF SYSTEM TIME ${quoteLiteral(at)}`;

/** A time may stand at the end of a whole statement only. */
export const anyRowThenQuery = (name: TableName, at: string): string => `SELECT 1 AS n FROM ${quoteTable(name)}${asOfTime(at)} LIMIT 1`;

/** Whether a table holds rows. Throws a Fault. */
export const readRows = (session: SqlSession, name: TableName): Promise<Rows> =>
  judged(async () => ((await session.read(anyRowQuery(name)))[0]?.['n'] === '0' ? 'empty' : 'filled'));

/** Whether it held any at a time of its own cluster. Throws a Fault. */
export const readRowsAt = (session: SqlSession, name: TableName, at: string): Promise<Rows> =>
  judged(async () => ((await session.read(anyRowThenQuery(name, at))).length === 0 ? 'empty' : 'filled'));

async function judged(read: () => Promise<Rows>): Promise<Rows> {
  try {
    return await read();
  } catch (cause) {
    if (isAbsent(cause)) return 'absent';
    if (wasRefused(cause)) return 'unknown';
    throw cause;
  }
}
