import type { Cursor } from './cursor.ts';
import { expression, nameOrParameter, plainName } from './expressions.ts';
import type { CreateDatabase, Expression, Statement, TopologyClause, Wait } from './statement.ts';

/** What WAIT means without a number. */
const defaultWaitSeconds = 300;

function wait(cursor: Cursor): Wait {
  if (cursor.accept('NOWAIT')) return null;
  if (!cursor.accept('WAIT')) return null;
  const token = cursor.peek();
  if (token.kind !== 'integer') return defaultWaitSeconds;
  cursor.next();
  cursor.acceptOne('SECONDS', 'SECOND', 'SEC');
  return Number(token.value);
}

function count(cursor: Cursor): Expression {
  const token = cursor.peek();
  if (token.kind !== 'integer' && token.kind !== 'parameter') throw cursor.unexpected();
  return expression(cursor);
}

function topology(cursor: Cursor): TopologyClause {
  const primaries = count(cursor);
  if (cursor.acceptOne('PRIMARY', 'PRIMARIES') === null) throw cursor.unexpected();
  const more = ['integer', 'parameter'].includes(cursor.peek().kind);
  if (!more) return { primaries, secondaries: null };
  const secondaries = count(cursor);
  if (cursor.acceptOne('SECONDARY', 'SECONDARIES') === null) throw cursor.unexpected();
  return { primaries, secondaries };
}

const ifNotExists = (cursor: Cursor): boolean => cursor.accept('IF', 'NOT', 'EXISTS');
const ifExists = (cursor: Cursor): boolean => cursor.accept('IF', 'EXISTS');

function creation(cursor: Cursor, orReplace: boolean): CreateDatabase {
  const name = nameOrParameter(cursor);
  const lenient = ifNotExists(cursor);
  const hasTopology = cursor.accept('SET', 'TOPOLOGY') || cursor.accept('TOPOLOGY');
  const wanted = hasTopology ? topology(cursor) : null;
  const options = cursor.accept('OPTIONS') ? optionsOf(cursor) : null;
  return { name, ifNotExists: lenient, orReplace, topology: wanted, options, wait: wait(cursor) };
}

function optionsOf(cursor: Cursor): Expression {
  if (!cursor.sees('{') && cursor.peek().kind !== 'parameter') throw cursor.unexpected();
  return expression(cursor);
}

function aliasTarget(cursor: Cursor): Expression {
  cursor.expect('FOR', 'DATABASE');
  return plainName(cursor);
}

/** After CREATE. */
export function create(cursor: Cursor): Statement {
  const orReplace = cursor.accept('OR', 'REPLACE');
  if (cursor.accept('DATABASE')) return { kind: 'create-database', ...creation(cursor, orReplace) };
  if (cursor.accept('ALIAS')) {
    const name = plainName(cursor);
    return { kind: 'create-alias', name, ifNotExists: ifNotExists(cursor), target: aliasTarget(cursor), orReplace };
  }
  if (orReplace) throw cursor.unexpected();
  if (cursor.accept('REPLICA', 'DATABASE')) return { kind: 'create-replica', ...creation(cursor, false) };
  if (cursor.accept('ROLE')) return { kind: 'create-role', name: plainName(cursor), ifNotExists: ifNotExists(cursor) };
  if (!cursor.accept('(')) throw cursor.unexpected();
  return newNode(cursor);
}

/** `(n:Label {…})` and nothing after it. */
function newNode(cursor: Cursor): Statement {
  if (['word', 'name'].includes(cursor.peek().kind)) cursor.identifier();
  const label = cursor.accept(':') ? cursor.identifier() : null;
  if (cursor.sees('{')) expression(cursor);
  cursor.expect(')');
  return { kind: 'write', label };
}

/** After ALTER. */
export function alter(cursor: Cursor): Statement {
  if (cursor.accept('ALIAS')) {
    const name = plainName(cursor);
    const lenient = ifExists(cursor);
    cursor.expect('SET', 'DATABASE', 'TARGET');
    return { kind: 'alter-alias', name, ifExists: lenient, target: plainName(cursor) };
  }
  cursor.expect('DATABASE');
  const name = nameOrParameter(cursor);
  const lenient = ifExists(cursor);
  cursor.expect('SET');
  if (cursor.accept('TOPOLOGY')) {
    return { kind: 'set-topology', name, ifExists: lenient, topology: topology(cursor), wait: wait(cursor) };
  }
  cursor.expect('ACCESS', 'READ');
  const access = cursor.acceptOne('ONLY', 'WRITE');
  if (access === null) throw cursor.unexpected();
  return { kind: 'set-access', name, ifExists: lenient, access: access === 'ONLY' ? 'read-only' : 'read-write', wait: wait(cursor) };
}

/** After DROP. */
export function drop(cursor: Cursor): Statement {
  if (cursor.accept('ALIAS')) {
    const name = plainName(cursor);
    const lenient = ifExists(cursor);
    cursor.expect('FOR', 'DATABASE');
    return { kind: 'drop-alias', name, ifExists: lenient };
  }
  cursor.expect('DATABASE');
  const name = plainName(cursor);
  const lenient = ifExists(cursor);
  const cascade = cursor.accept('CASCADE');
  if (cascade || cursor.accept('RESTRICT')) {
    if (cascade && cursor.acceptOne('ALIASES', 'ALIAS') === null) throw cursor.unexpected();
  }
  const data = cursor.acceptOne('DUMP', 'DESTROY');
  if (data !== null) cursor.expect('DATA');
  return { kind: 'drop-database', name, ifExists: lenient, cascade, dump: data === 'DUMP', wait: wait(cursor) };
}

/** After START or STOP. */
export function startOrStop(cursor: Cursor, kind: 'start-database' | 'stop-database'): Statement {
  cursor.expect('DATABASE');
  return { kind, name: plainName(cursor), wait: wait(cursor) };
}

/** After GRANT. Everything up to TO is kept as it was written: it only comes back in SHOW PRIVILEGES. */
export function grant(cursor: Cursor): Statement {
  const parts: string[] = ['GRANT'];
  let scope: string | null = null;
  while (!cursor.sees('TO')) {
    const token = cursor.next();
    if (token.kind === 'end') throw cursor.unexpected();
    const named = parts.at(-1) === 'DATABASE' || parts.at(-1) === 'GRAPH';
    if (named && (token.kind === 'word' || token.kind === 'name')) scope = (token.kind === 'word' ? token.text : token.value).toLowerCase();
    parts.push(token.kind === 'word' && !named ? token.value : token.text);
  }
  cursor.expect('TO');
  return { kind: 'grant', text: parts.join(' '), scope, role: cursor.identifier() };
}
