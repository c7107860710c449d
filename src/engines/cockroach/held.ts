import type { SqlRow, SqlSession } from '../../transports/sql.ts';
import { quoteIdentifier, quoteLiteral } from '../../transports/sql-quoting.ts';
import { wasRefused } from './deaf.ts';
import { textArrayOf } from './text-array.ts';

/** What a user may do. Where it is asked of another user than the session's, roles may give more, so something missing is a warning and no more. */
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

/** Of the session's own user: its name and every role that it has, by itself or by another role. Everybody may ask this. */
const enabledRoles = 'SELECT role_name FROM "".information_schema.enabled_roles';
/** Everything that somebody has to send who wants to know what the bot may do, unless it is an admin. */
export const rightsStatements: readonly string[] = [enabledRoles, 'SHOW SYSTEM GRANTS'];

/** Every role that the session's own user has, by itself or by another role. */
export const ownRoles = async (session: SqlSession): Promise<readonly string[]> =>
  (await session.read(enabledRoles)).map((row) => row['role_name'] ?? '');

/** What the bot may do, by itself or by a role; of jobs, which of the two rights that show them all. */
export async function ownRights(session: SqlSession, user: string): Promise<Held & { readonly jobs: readonly string[] }> {
  const roles = await ownRoles(session);
  if (user === 'root' || roles.includes('admin')) return { admin: true, system: [], jobs: [] };
  const grantees = [...roles, user, 'public'];
  const rows = (await session.read('SHOW SYSTEM GRANTS')).filter((row) => grantees.includes(row['grantee'] ?? ''));
  const held: Held = { admin: false, system: [...new Set(privilegesIn(rows))] };
  const jobs = jobPrivileges.filter((right) => held.system.includes(right) || held.system.includes('ALL'));
  return { ...held, jobs: jobs.length > 0 ? jobs : await jobRights(session, user, held).catch(noneIfRefused) };
}

/** Options of users are shown to those only who may read the system's own tables. */
function noneIfRefused(cause: unknown): readonly string[] {
  if (wasRefused(cause)) return [];
  throw cause;
}

const jobPrivileges = ['CONTROLJOB', 'VIEWJOB'];

/** Control of jobs is an option of a user or a system privilege; sight of them is a system privilege. */
export async function jobRights(session: SqlSession, user: string, { system }: Held): Promise<readonly string[]> {
  const [row] = await session.read(`SELECT options FROM [SHOW USERS] WHERE username = ${quoteLiteral(user)}`);
  const options = optionsIn(row?.['options'] ?? '');
  return jobPrivileges.filter((right) => options.includes(right) || system.includes(right));
}

/** A list in some versions, words after commas in others. */
const optionsIn = (text: string): readonly string[] => textArrayOf(text) ?? text.split(/[\s,]+/);
