import type { SqlSession } from '../../transports/sql.ts';
import { type CreateLine, createLines } from './create-text.ts';
import { quoteTable, type TableName } from './table-name.ts';

/** What a table says of rows that it deletes by itself. */
export interface TtlMarks {
  readonly expires: boolean;
  /** Whether it keeps these deletes out of changefeeds, so that a job with `discardTtlDeletes` does not bring them. */
  readonly isMarked: boolean;
}

const has = (lines: readonly CreateLine[], what: RegExp): boolean => lines.some(({ words }) => what.test(words));

/** The value may stand in quotes, whose contents are blanked. Pure. */
export const ttlMarksIn = (lines: readonly CreateLine[]): TtlMarks => ({
  expires: has(lines, /\bttl(?:_expire_after|_expiration_expression)?\s*=/u),
  isMarked: has(lines, /\bttl_disable_changefeed_replication\s*=(?!\s*(?:false\b|'·····'))/u),
});

export const marksQuery = (name: TableName): string => `SELECT create_statement FROM [SHOW CREATE TABLE ${quoteTable(name)}]`;

/** Throws a Fault. */
export async function readTtlMarks(session: SqlSession, name: TableName): Promise<TtlMarks> {
  const [row] = await session.read(marksQuery(name));
  return ttlMarksIn(createLines(row?.['create_statement'] ?? ''));
}
