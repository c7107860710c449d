import type { SqlRow, SqlSession } from '../../../transports/sql.ts';
import { quoteIdentifier } from '../../../transports/sql-quoting.ts';
import { privilegesIn } from '../../cockroach/held.ts';
import { isAbsent } from '../reads/tables.ts';
import { quoteTable, type TableName } from '../table-name.ts';

/** A statement by which somebody with the right to do so gives a user what it is not seen to hold; so are all that are returned below. */
export const grantSystem = (privilege: string, user: string): string => `GRANT SYSTEM ${privilege} TO ${quoteIdentifier(user)}`;

/** A connection of somebody else's may be listed, and still not be the bot's to use. Its own ones are its to use without a grant. */
export async function missingToUse(session: SqlSession, user: string, connections: readonly string[]): Promise<readonly string[]> {
  const missing: string[] = [];
  for (const connection of connections) {
    const quoted = quoteIdentifier(connection);
    const rows = await session.read(`SHOW GRANTS ON EXTERNAL CONNECTION ${quoted}`).catch(noneIfAbsent);
    const held = privilegesIn(rows.filter((row) => [user, 'public'].includes(row['grantee'] ?? '')));
    const lacks = !held.includes('USAGE') && !held.includes('ALL');
    if (lacks) missing.push(`GRANT USAGE ON EXTERNAL CONNECTION ${quoted} TO ${quoteIdentifier(user)} (unless ${user} made it)`);
  }
  return missing;
}

export async function missingOnDatabases(session: SqlSession, user: string, tables: readonly TableName[]): Promise<readonly string[]> {
  const missing: string[] = [];
  for (const database of new Set(tables.map((name) => name.database))) {
    const quoted = quoteIdentifier(database);
    const held = privilegesIn(await session.read(`SHOW GRANTS ON DATABASE ${quoted} FOR ${quoteIdentifier(user)}`).catch(noneIfAbsent));
    if (!held.includes('CREATE') && !held.includes('ALL')) missing.push(`GRANT CREATE ON DATABASE ${quoted} TO ${quoteIdentifier(user)}`);
  }
  return missing;
}

/** One statement for all tables, so that none of them is left out. */
export async function missingOnTables(
  session: SqlSession,
  user: string,
  tables: readonly TableName[],
  privilege: string,
  roles: readonly string[] = [],
): Promise<readonly string[]> {
  const missing: TableName[] = [];
  const grantees = [...new Set([user, ...roles])].map(quoteIdentifier).join(', ');
  for (const name of tables) {
    const held = privilegesIn(await session.read(`SHOW GRANTS ON TABLE ${quoteTable(name)} FOR ${grantees}`).catch(noneIfAbsent));
    if (!held.includes(privilege) && !held.includes('ALL')) missing.push(name);
  }
  return missing.length === 0 ? [] : [`GRANT ${privilege} ON TABLE ${missing.map(quoteTable).join(', ')} TO ${quoteIdentifier(user)}`];
}

function noneIfAbsent(cause: unknown): readonly SqlRow[] {
  if (isAbsent(cause)) return [];
  throw cause;
}
