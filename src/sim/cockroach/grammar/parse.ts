import { parseCreateLdr } from '../ldr/grammar/create-ldr.ts';
import { parseAlterTable, parseDelete, parseDropTable, parseTruncate } from '../ldr/grammar/table-statements.ts';
import { SqlError } from '../sql-error.ts';
import { type Cursor, createCursor } from './cursor.ts';
import type { Dialect } from './dialect.ts';
import { parseControl, parseDropUser, parseExternalConnection, parseGrant, parseReset, parseSet, parseUser } from './other-statements.ts';
import { parseSelect } from './select.ts';
import { parseShow } from './show-statements.ts';
import type { Statement } from './statement.ts';
import { type Token, tokenize } from './tokens.ts';
import { parseAlterVirtualCluster, parseCreateVirtualCluster, parseDropVirtualCluster } from './virtual-cluster-statements.ts';

/** One statement of a message, with the text it was parsed from. */
export interface Parsed {
  readonly statement: Statement;
  readonly text: string;
  /** Highest placeholder number used. */
  readonly parameters: number;
}

const seesUser = (cursor: Cursor): boolean => cursor.sees('user') || cursor.sees('role');

function parseBegin(cursor: Cursor): Statement {
  cursor.accept('transaction');
  let readOnly = false;
  for (;;) {
    if (cursor.accept('read', 'only')) readOnly = true;
    else if (!cursor.accept('read', 'write') && !cursor.accept('isolation', 'level', 'serializable') && !cursor.accept(',')) break;
  }
  return { kind: 'begin', readOnly };
}

const endTransaction =
  (kind: 'commit' | 'rollback') =>
  (cursor: Cursor): Statement => {
    cursor.accept('transaction');
    return { kind };
  };

type Beginning = (cursor: Cursor, dialect: Dialect) => Statement;

const beginnings: Readonly<Record<string, Beginning>> = {
  select: parseSelect,
  show: parseShow,
  begin: parseBegin,
  start: (cursor) => {
    cursor.expect('transaction');
    return parseBegin(cursor);
  },
  commit: endTransaction('commit'),
  end: endTransaction('commit'),
  rollback: endTransaction('rollback'),
  abort: endTransaction('rollback'),
  set: parseSet,
  reset: parseReset,
  pause: (cursor, dialect) => parseControl(cursor, 'pause', dialect),
  resume: (cursor, dialect) => parseControl(cursor, 'resume', dialect),
  cancel: (cursor, dialect) => parseControl(cursor, 'cancel', dialect),
  create: (cursor, dialect) => {
    if (cursor.sees('external')) return parseExternalConnection(cursor, 'create', dialect);
    if (cursor.sees('logical') || cursor.sees('logically')) return parseCreateLdr(cursor, dialect);
    return seesUser(cursor) ? parseUser(cursor, 'create') : parseCreateVirtualCluster(cursor, dialect);
  },
  alter: (cursor, dialect) => {
    if (cursor.sees('external')) return parseExternalConnection(cursor, 'alter', dialect);
    if (cursor.sees('table')) return parseAlterTable(cursor);
    return seesUser(cursor) ? parseUser(cursor, 'alter') : parseAlterVirtualCluster(cursor, dialect);
  },
  drop: (cursor, dialect) => {
    if (cursor.sees('external')) return parseExternalConnection(cursor, 'drop', dialect);
    if (cursor.sees('table')) return parseDropTable(cursor);
    return seesUser(cursor) ? parseDropUser(cursor) : parseDropVirtualCluster(cursor);
  },
  truncate: parseTruncate,
  delete: parseDelete,
  grant: (cursor, dialect) => parseGrant(cursor, true, dialect),
  revoke: (cursor, dialect) => parseGrant(cursor, false, dialect),
};

function parseOne(cursor: Cursor, dialect: Dialect): Statement {
  const token = cursor.peek();
  if (token.kind === 'end' || cursor.sees(';')) return { kind: 'empty' };
  const begin = token.kind === 'word' && Object.hasOwn(beginnings, token.value) ? beginnings[token.value] : undefined;
  if (begin === undefined) throw cursor.unexpected();
  cursor.next();
  return begin(cursor, dialect);
}

const highestParameter = (tokens: readonly Token[]): number =>
  Math.max(0, ...tokens.filter((token) => token.kind === 'parameter').map((token) => Number(token.value)));

const nesting = new Set(['(', '-', '+', '*', '/', '%', '||', '=', '<', '>', '<=', '>=', '<>', '!=', '::', 'not', 'and', 'or']);
/** More operators than this would be deeper than the stack. */
const mostOperators = 400;

function checkSize(tokens: readonly Token[]): void {
  if (tokens.filter(({ kind, value }) => (kind === 'symbol' || kind === 'word') && nesting.has(value)).length <= mostOperators) return;
  throw new SqlError('54001', 'statement is too large: maximum expression depth exceeded');
}

/** Parses a message of one or more statements. Throws the server's syntax error, before anything has run. */
export function parse(sql: string, dialect: Dialect): readonly Parsed[] {
  const tokens = tokenize(sql);
  checkSize(tokens);
  const found: Parsed[] = [];
  let from = 0;
  while (from < tokens.length) {
    const cursor = createCursor(sql, tokens, from);
    const statement = parseOne(cursor, dialect);
    const last = cursor.peek();
    if (last.kind !== 'end' && !cursor.accept(';')) throw cursor.unexpected();
    const used = tokens.slice(from, cursor.position());
    const text = sql.slice(tokens[from]?.at ?? 0, last.at).trim();
    if (statement.kind !== 'empty') found.push({ statement, text, parameters: highestParameter(used) });
    if (last.kind === 'end') break;
    from = cursor.position();
  }
  return found.length === 0 ? [{ statement: { kind: 'empty' }, text: '', parameters: 0 }] : found;
}
