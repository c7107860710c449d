import type { SqlRow, SqlSession } from '../../transports/sql.ts';
import { quoteIdentifier, quoteLiteral } from '../../transports/sql-quoting.ts';
import { textArrayOf } from './text-array.ts';

/** What a user may do of itself. Roles may give more, so something missing here is a warning and no more. */
export interface Held {
  readonly admin: boolean;
  /** System privileges. */
  readonly system: readonly string[];
}

export const privilegesIn = (rows: readonly SqlRow[]): readonly string[] => rows.map((row) => row['privilege_type'] ?? '');

export async function heldBy(session: SqlSession, user: string): Promise<Held> {
  const admins = await session.read('SHOW GRANTS ON ROLE admin');
  const grants = await session.read(`SHOW SYSTEM GRANTS FOR ${quoteIdentifier(user)}`);
  return { admin: user === 'root' || admins.some((row) => row['member'] === user), system: privilegesIn(grants) };
}

/** Control of jobs is an option of a user or a system privilege; sight of them is a system privilege. */
export async function jobRights(session: SqlSession, user: string, { system }: Held): Promise<readonly string[]> {
  const [row] = await session.read(`SELECT options FROM [SHOW USERS] WHERE username = ${quoteLiteral(user)}`);
  const options = optionsIn(row?.['options'] ?? '');
  return ['CONTROLJOB', 'VIEWJOB'].filter((right) => options.includes(right) || system.includes(right));
}

/** A list in some versions, words after commas in others. */
const optionsIn = (text: string): readonly string[] => textArrayOf(text) ?? text.split(/[\s,]+/);
