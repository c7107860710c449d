import { isFault } from '../../../domain/faults.ts';
import type { Side } from '../../../domain/observation.ts';
import type { SqlRow, SqlSession } from '../../../transports/sql.ts';
import { quoteIdentifier, quoteLiteral } from '../../../transports/sql-quoting.ts';
import { wasRefused } from '../../cockroach/deaf.ts';
import { microsOfTimestamp } from '../../cockroach/times.ts';
import type { LdrSettings } from '../config.ts';
import type { DlqView, ReadSide, Rows } from '../detail.ts';
import { quoteTable, type TableName } from '../table-name.ts';

/** SQLSTATEs of a name that leads nowhere: database, schema, table. */
const absent = ['3D000', '3F000', '42P01'];

/** Whether a Fault says that something that was named does not exist. */
export const isAbsent = (cause: unknown): boolean => isFault(cause) && absent.includes(String(cause.facts['sqlState'] ?? ''));

const databasesOf = (settings: LdrSettings, side: Side): readonly string[] => [
  ...new Set(settings.tables.map((pair) => pair[side].database)),
];

const tablesQuery = (database: string, columns: string, where: string): string =>
  `SELECT ${columns} FROM ${quoteIdentifier(database)}.information_schema.tables WHERE ${where}`;

/** Reads from `db.information_schema`; a database that does not exist has nothing in it. */
const readIn = (session: SqlSession, database: string, columns: string, where: string): Promise<readonly SqlRow[]> =>
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

/** Whether a table holds rows. Throws a Fault. */
export async function readRows(session: SqlSession, name: TableName): Promise<Rows> {
  try {
    const [row] = await session.read(`SELECT count(*) AS n FROM (SELECT 1 FROM ${quoteTable(name)} LIMIT 1)`);
    return row?.['n'] === '0' ? 'empty' : 'filled';
  } catch (cause) {
    if (isAbsent(cause)) return 'absent';
    if (wasRefused(cause)) return 'unknown';
    throw cause;
  }
}

/** A dead letter queue of one table of the link. */
export interface Queue {
  /** Place of the table in the config. */
  readonly pair: number;
  readonly database: string;
  readonly queue: string;
}

/** The queue's table for a statement. */
export const quoteQueue = ({ database, queue }: Queue): string => `${quoteIdentifier(database)}.crdb_replication.${quoteIdentifier(queue)}`;

const ofQueues = String.raw`table_schema = 'crdb_replication' AND table_name LIKE 'dlq\_%'`;
/** Lists all dead letter queues of a database. */
export const queuesQuery = (database: string): string => tablesQuery(database, 'table_name', ofQueues);

/** Counts a dead letter queue, whose name is quoted already. */
export const queueCountQuery = (queue: string): string =>
  `SELECT count(*) AS n, min(dlq_timestamp) AS oldest, max(dlq_timestamp) AS newest FROM ${queue}`;

/** Finds the dead letter queues on a side: a table that was made anew may have several. */
export async function findQueues(session: SqlSession, settings: LdrSettings, side: Side): Promise<readonly Queue[]> {
  const queues: Queue[] = [];
  for (const database of databasesOf(settings, side)) {
    for (const row of await readIn(session, database, 'table_name', ofQueues)) {
      const queue = row['table_name'] ?? '';
      const rest = /^dlq_\d+_(.*)$/su.exec(queue)?.[1] ?? null;
      settings.tables.forEach((pair, place) => {
        const name = pair[side];
        if (name.database === database && `${name.schema}_${name.table}` === rest) queues.push({ pair: place, database, queue });
      });
    }
  }
  return queues;
}

export interface DlqReading {
  readonly dlq: readonly DlqView[];
  /** Why some could not be read; null when all were. */
  readonly problem: string | null;
}

/** Counts what waits in the dead letter queues of a side. A queue that may not be read is an answer. */
export async function readDlq(session: SqlSession, settings: LdrSettings, side: Side): Promise<DlqReading> {
  const dlq: DlqView[] = [];
  let problem: string | null = null;
  for (const queue of await findQueues(session, settings, side)) {
    const { pair, queue: name } = queue;
    try {
      const [row] = await session.read(queueCountQuery(quoteQueue(queue)));
      const entries = Number(row?.['n'] ?? Number.NaN);
      const time = (column: string) => digitsOf(row?.[column] ?? null);
      dlq.push({
        pair,
        queue: name,
        entries: Number.isSafeInteger(entries) ? entries : null,
        oldest: time('oldest'),
        newest: time('newest'),
      });
    } catch (cause) {
      if (!isFault(cause) || !wasRefused(cause)) throw cause;
      problem ??= cause.message;
      dlq.push({ pair, queue: name, entries: null, oldest: null, newest: null });
    }
  }
  return { dlq, problem };
}

function digitsOf(timestamp: string | null): string | null {
  const at = timestamp === null ? null : microsOfTimestamp(timestamp);
  return at === null ? null : String(at);
}
