import type { SqlSession } from '../../../transports/sql.ts';
import { wasRefused } from '../../cockroach/deaf.ts';
import { quoteTable, type TableName } from '../table-name.ts';
import { isAbsent } from './tables.ts';

/** How long the database keeps what is overwritten in a table, s; null when it does not say. Throws a Fault. */
export async function readKeptSeconds(session: SqlSession, name: TableName): Promise<number | null> {
  const rows = await session.read(`SHOW ZONE CONFIGURATION FROM TABLE ${quoteTable(name)}`).catch((cause: unknown) => {
    if (isAbsent(cause) || wasRefused(cause)) return [];
    throw cause;
  });
  return ttlSecondsIn(Object.values(rows[0] ?? {}).join('\n'));
}

/** `gc.ttlseconds = 14400` in the text of a zone configuration; null when it says nothing of it. */
export function ttlSecondsIn(text: string): number | null {
  const digits = /\bgc\.ttlseconds\s*=\s*(\d{1,15})/u.exec(text)?.[1];
  return digits === undefined ? null : Number(digits);
}
