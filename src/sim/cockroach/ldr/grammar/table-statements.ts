import type { Cursor } from '../../grammar/cursor.ts';
import type { Dialect } from '../../grammar/dialect.ts';
import { parseExpression, parseName } from '../../grammar/expressions.ts';
import { SqlError } from '../../sql-error.ts';
import { ldrDialects } from './ldr-dialect.ts';
import type { LdrStatement, TableName } from './ldr-statement.ts';
import { parsePlainNames, parseTableName, parseTableNames } from './names.ts';

/** Parses what follows TRUNCATE. */
export function parseTruncate(cursor: Cursor): LdrStatement {
  cursor.topic('TRUNCATE');
  cursor.accept('table');
  const tables = parseTableNames(cursor);
  if (!cursor.accept('cascade')) cursor.accept('restrict');
  return { kind: 'truncate-tables', tables };
}

/** Parses what follows DROP when TABLE comes next. */
export function parseDropTable(cursor: Cursor): LdrStatement {
  cursor.topic('DROP TABLE');
  cursor.expect('table');
  const ifExists = cursor.accept('if', 'exists');
  const tables = parseTableNames(cursor);
  if (!cursor.accept('cascade')) cursor.accept('restrict');
  return { kind: 'drop-tables', tables, ifExists };
}

/** Parses what follows DELETE. */
export function parseDelete(cursor: Cursor): LdrStatement {
  cursor.topic('DELETE');
  cursor.expect('from');
  const table = parseTableName(cursor);
  return { kind: 'delete-rows', table, where: cursor.accept('where') ? parseExpression(cursor) : null };
}

function parseParameterValue(cursor: Cursor): string {
  const token = cursor.next();
  if (!['string', 'word', 'number'].includes(token.kind)) throw cursor.unexpected();
  return token.value;
}

/** Parses what follows ALTER when TABLE comes next: storage parameters only. */
export function parseAlterTable(cursor: Cursor): LdrStatement {
  cursor.topic('ALTER TABLE');
  cursor.expect('table');
  const table = parseTableName(cursor);
  const reset = cursor.accept('reset', '(');
  if (!reset) cursor.expect('set', '(');
  const parameters: (readonly [string, string | null])[] = [];
  do {
    const name = parseName(cursor);
    if (!reset) cursor.expect('=');
    parameters.push([name, reset ? null : parseParameterValue(cursor)]);
  } while (cursor.accept(','));
  cursor.expect(')');
  return { kind: 'alter-table-storage', table, parameters };
}

const tablePrivileges = ['BACKUP', 'CHANGEFEED', 'CREATE', 'DELETE', 'DROP', 'INSERT', 'SELECT', 'TRIGGER', 'UPDATE', 'ZONECONFIG'];
const databasePrivileges = ['BACKUP', 'CONNECT', 'CREATE', 'DROP', 'RESTORE', 'ZONECONFIG'];

function known(on: 'table' | 'database', dialect: Dialect): readonly string[] {
  if (on === 'database') return databasePrivileges;
  const replicates = ldrDialects[dialect.version]?.tablePrivileges === true;
  return replicates ? [...tablePrivileges, 'REPLICATIONDEST', 'REPLICATIONSOURCE'] : tablePrivileges;
}

/** What follows the first names of a GRANT when it is about tables or databases; null when it is not. */
export function parseObjectGrant(cursor: Cursor, grant: boolean, named: readonly string[], dialect: Dialect): LdrStatement | null {
  if (!cursor.accept('on')) return null;
  const on = cursor.accept('database') ? 'database' : 'table';
  if (on === 'table') cursor.accept('table');
  const upper = named.map((name) => name.toUpperCase());
  const list = known(on, dialect);
  const unknown = upper.find((name) => name !== 'ALL' && !list.includes(name));
  if (unknown !== undefined) throw new SqlError('22023', `invalid privilege type ${unknown} for ${on}`);
  const objects: readonly TableName[] = parseTableNames(cursor);
  cursor.expect(grant ? 'to' : 'from');
  return { kind: 'grant-objects', grant, on, privileges: upper.includes('ALL') ? list : upper, objects, users: parsePlainNames(cursor) };
}
