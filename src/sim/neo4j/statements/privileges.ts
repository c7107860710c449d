import type { Statement } from '../grammar/statement.ts';
import { forbidden } from '../graph-error.ts';
import type { Cluster, Database, User } from '../state/model.ts';
import type { Call } from './call.ts';

/** Any one of these grants is enough. */
const needs: Readonly<Partial<Record<Statement['kind'], readonly string[]>>> = {
  'show-servers': ['SHOW SERVERS', 'SERVER MANAGEMENT'],
  'show-aliases': ['SHOW ALIAS', 'ALIAS MANAGEMENT'],
  'create-database': ['CREATE DATABASE', 'DATABASE MANAGEMENT'],
  'create-replica': ['CREATE DATABASE', 'DATABASE MANAGEMENT'],
  'set-access': ['SET DATABASE ACCESS', 'ALTER DATABASE', 'DATABASE MANAGEMENT'],
  'set-topology': ['ALTER DATABASE', 'DATABASE MANAGEMENT'],
  'drop-database': ['DROP DATABASE', 'DATABASE MANAGEMENT'],
  'start-database': ['START'],
  'stop-database': ['STOP'],
  'create-alias': ['CREATE ALIAS', 'ALIAS MANAGEMENT'],
  'alter-alias': ['ALTER ALIAS', 'ALIAS MANAGEMENT'],
  'drop-alias': ['DROP ALIAS', 'ALIAS MANAGEMENT'],
  'create-role': ['CREATE ROLE', 'ROLE MANAGEMENT'],
  grant: ['ASSIGN PRIVILEGE', 'PRIVILEGE MANAGEMENT'],
};

export const adminProcedures = ['EXECUTE ADMIN PROCEDURES'];

const userOf = ({ cluster, session }: Call): User | null => cluster.users.get(session.user ?? '') ?? null;

const grantsOf = (cluster: Cluster, user: User): readonly string[] =>
  cluster.grants.filter(({ role }) => role === 'PUBLIC' || user.roles.includes(role)).map(({ text }) => text.replace(/^GRANT /, ''));

/** True when the user of the call has one of those grants, or is an administrator. */
export function may(call: Call, privileges: readonly string[]): boolean {
  const user = userOf(call);
  if (user === null) return false;
  if (user.roles.includes('admin')) return true;
  const held = grantsOf(call.cluster, user);
  return privileges.some((privilege) => held.some((text) => text === privilege || text.startsWith(`${privilege} `)));
}

export function demand(call: Call, privileges: readonly string[]): void {
  if (may(call, privileges)) return;
  throw forbidden(
    `Permission denied for ${privileges.join(', or ')}. The current user '${call.session.user ?? ''}' needs that privilege, see SHOW USER PRIVILEGES.`,
  );
}

export function checkPrivileges(call: Call, statement: Statement): void {
  const privileges = needs[statement.kind];
  if (privileges !== undefined) demand(call, privileges);
}

/** Which databases SHOW DATABASES tells the user of: those that are hidden look as if they were not there. */
export function canSee(call: Call, database: Database | 'system'): boolean {
  if (database === 'system' || may(call, ['DATABASE MANAGEMENT'])) return true;
  return database.type === 'standard' && may(call, ['ACCESS', 'CREATE DATABASE', 'DROP DATABASE', 'ALTER DATABASE']);
}
