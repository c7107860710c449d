import type { SqlSession } from '../../transports/sql.ts';
import { firstValue } from './session.ts';
import { isAtLeast, releaseOf } from './version.ts';

/** An external connection that the session's user may see. */
interface SeenConnection {
  readonly name: string;
  /** Redacted by the database. Empty where the release does not tell it. */
  readonly uri: string;
}

/** From v24.2 on. */
const list = 'SHOW EXTERNAL CONNECTIONS';
/** Before, they are told only by the statements that make them, secrets and all: of those nothing but the names leaves the database. */
const names = 'SELECT connection_name FROM [SHOW CREATE ALL EXTERNAL CONNECTIONS]';

/** What is asked, for people. */
export const connectionQuestions: readonly string[] = ['SELECT version()', `${list} -- from v24.2 on`, `${names} -- before that`];

/** One's own connections, and all for an admin: a missing one may still be there. */
export async function readConnections(session: SqlSession): Promise<readonly SeenConnection[]> {
  const release = releaseOf(firstValue(await session.read('SELECT version()')) ?? '');
  const isOld = release !== null && !isAtLeast(release, 24, 2);
  const rows = await session.read(isOld ? names : list);
  return rows.map((row) => ({ name: row['connection_name'] ?? '', uri: row['connection_uri'] ?? '' }));
}
