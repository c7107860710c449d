import type { Cursor } from '../../grammar/cursor.ts';
import type { Dialect } from '../../grammar/dialect.ts';
import { parseOperand } from '../../grammar/expressions.ts';
import { SqlError } from '../../sql-error.ts';
import { ldrDialects } from './ldr-dialect.ts';
import type { CreateLdr, LdrOptions, LdrTarget } from './ldr-statement.ts';
import { parseTableName, parseTableNames } from './names.ts';

type MutableOptions = { -readonly [Name in keyof LdrOptions]: LdrOptions[Name] };

const noOptions: LdrOptions = {
  cursor: null,
  mode: null,
  defaultFunction: null,
  functions: [],
  discard: null,
  skipSchemaCheck: false,
  label: null,
  parent: null,
  unidirectional: false,
  bidirectional: null,
};

function once(cursor: Cursor, name: string, free: boolean): void {
  if (!free) throw new SqlError('42601', `at or near "${cursor.peek().value}": syntax error: ${name} option specified multiple times`);
}

function parseValue(cursor: Cursor): ReturnType<typeof parseOperand> {
  cursor.expect('=');
  return parseOperand(cursor);
}

function parseFunction(cursor: Cursor, options: MutableOptions): void {
  const name = parseTableName(cursor);
  cursor.expect('for', 'table');
  const table = parseTableName(cursor);
  if (options.functions.some((known) => known.table.join('.') === table.join('.'))) {
    throw new SqlError('42601', `multiple user functions specified for table "${table.join('.')}"`);
  }
  options.functions = [...options.functions, { name, table }];
}

const valueOptions = [
  ['mode', ['mode'], 'MODE'],
  ['discard', ['discard'], 'DISCARD'],
  ['label', ['label'], 'LABEL'],
  ['cursor', ['cursor'], 'CURSOR'],
  ['defaultFunction', ['default', 'function'], 'DEFAULT FUNCTION'],
  ['parent', ['parent'], 'PARENT'],
] as const;

const bothForms: ReadonlySet<string> = new Set(['mode', 'discard', 'label']);

/** An option with a value; false when the next words are none. */
function parseValueOption(cursor: Cursor, options: MutableOptions, creates: boolean): boolean {
  for (const [key, words, name] of valueOptions) {
    if ((creates && !bothForms.has(key)) || !cursor.accept(...words)) continue;
    once(cursor, name, options[key] === null);
    options[key] = parseValue(cursor);
    return true;
  }
  return false;
}

function parseStreamOption(cursor: Cursor, options: MutableOptions): void {
  if (cursor.accept('function')) {
    parseFunction(cursor, options);
    return;
  }
  if (!cursor.accept('skip', 'schema', 'check')) throw cursor.unexpected();
  once(cursor, 'SKIP SCHEMA CHECK', !options.skipSchemaCheck);
  options.skipSchemaCheck = true;
}

function parseDirection(cursor: Cursor, options: MutableOptions): void {
  if (cursor.accept('unidirectional')) {
    once(cursor, 'UNIDIRECTIONAL', !options.unidirectional);
    options.unidirectional = true;
    return;
  }
  cursor.expect('bidirectional', 'on');
  once(cursor, 'BIDIRECTIONAL', options.bidirectional === null);
  options.bidirectional = parseOperand(cursor);
}

function parseOptions(cursor: Cursor, creates: boolean): LdrOptions {
  const options: MutableOptions = { ...noOptions };
  if (!cursor.accept('with')) return options;
  const bracketed = cursor.accept('options', '(');
  do {
    if (parseValueOption(cursor, options, creates)) continue;
    if (creates) parseDirection(cursor, options);
    else parseStreamOption(cursor, options);
  } while (cursor.accept(','));
  if (bracketed) cursor.expect(')');
  return options;
}

/** `TABLE a` or `TABLES (a, b)`; a list needs the plural. */
function parseTarget(cursor: Cursor): LdrTarget {
  if (cursor.accept('database')) return { tables: [parseTableName(cursor)], database: true, plural: false };
  if (cursor.accept('table')) return { tables: [parseTableName(cursor)], database: false, plural: false };
  cursor.expect('tables', '(');
  const tables = parseTableNames(cursor);
  cursor.expect(')');
  return { tables, database: false, plural: true };
}

/** Parses what follows CREATE when LOGICAL or LOGICALLY comes next. */
export function parseCreateLdr(cursor: Cursor, dialect: Dialect): CreateLdr {
  const ldr = ldrDialects[dialect.version];
  if (ldr === null) throw cursor.unexpected();
  const creates = ldr.creates && cursor.accept('logically');
  cursor.topic(creates ? 'CREATE LOGICALLY REPLICATED' : 'CREATE LOGICAL REPLICATION STREAM');
  if (creates) {
    cursor.expect('replicated');
    const into = parseTarget(cursor);
    cursor.expect('from');
    const from = parseTarget(cursor);
    cursor.expect('on');
    const uri = parseOperand(cursor);
    return { kind: 'create-logically-replicated', from, into, uri, options: parseOptions(cursor, true) };
  }
  cursor.expect('logical', 'replication', 'stream', 'from');
  const from = parseTarget(cursor);
  cursor.expect('on');
  const uri = parseOperand(cursor);
  cursor.expect('into');
  const into = parseTarget(cursor);
  return { kind: 'create-logical-replication-stream', from, into, uri, options: parseOptions(cursor, false) };
}
