import type { SqlType } from '../values/sql-types.ts';
import type { Cursor } from './cursor.ts';
import type { Expression, Operand } from './statement.ts';
import type { Token } from './tokens.ts';

const castTypes: Readonly<Record<string, SqlType>> = {
  string: 'STRING',
  text: 'STRING',
  varchar: 'STRING',
  int8: 'INT8',
  int: 'INT8',
  bigint: 'INT8',
  integer: 'INT8',
  decimal: 'DECIMAL',
  numeric: 'DECIMAL',
  bool: 'BOOL',
  boolean: 'BOOL',
  float8: 'FLOAT8',
  float: 'FLOAT8',
  timestamptz: 'TIMESTAMPTZ',
  interval: 'INTERVAL',
};

/** Words that end an expression or begin a clause; none of them can be a column or an alias without quotes. */
const reserved = new Set(
  'and or not in is like ilike null true false from where order by limit as select with desc asc end case when then else between for on to union having group offset fetch'.split(
    ' ',
  ),
);

export const isReserved = (word: string): boolean => reserved.has(word);

function parseType(cursor: Cursor): SqlType {
  const token = cursor.peek();
  const type = token.kind === 'word' && Object.hasOwn(castTypes, token.value) ? castTypes[token.value] : undefined;
  if (type === undefined) throw cursor.unexpected();
  cursor.next();
  return type;
}

function parseArguments(cursor: Cursor): readonly Expression[] {
  if (cursor.accept(')')) return [];
  if (cursor.accept('*')) {
    cursor.expect(')');
    return [{ kind: 'star' }];
  }
  const args = [parseExpression(cursor)];
  while (cursor.accept(',')) args.push(parseExpression(cursor));
  cursor.expect(')');
  return args;
}

function parseNamed(cursor: Cursor): Expression {
  const token = cursor.next();
  if (cursor.accept('(')) {
    if (token.value === 'extract' && token.kind === 'word') {
      const part = cursor.next();
      cursor.expect('from');
      const of = parseExpression(cursor);
      cursor.expect(')');
      return { kind: 'extract', part: part.value, of };
    }
    return { kind: 'call', name: token.value, args: parseArguments(cursor) };
  }
  if (!cursor.accept('.')) return { kind: 'column', name: token.value };
  if (cursor.accept('*')) return { kind: 'star' };
  return { kind: 'column', name: parseName(cursor) };
}

const constants: Readonly<Record<string, boolean | null>> = { null: null, true: true, false: false };

/** The token's own value, when it has one. */
function constantOf(token: Token): Expression | null {
  if (token.kind === 'parameter') return { kind: 'parameter', index: Number(token.value) };
  if (token.kind === 'string') return { kind: 'literal', type: 'STRING', value: token.value };
  if (token.kind === 'number') {
    return token.value.includes('.')
      ? { kind: 'literal', type: 'DECIMAL', value: token.value }
      : { kind: 'literal', type: 'INT8', value: BigInt(token.value) };
  }
  if (token.kind !== 'word' || !Object.hasOwn(constants, token.value)) return null;
  return { kind: 'literal', type: token.value === 'null' ? 'STRING' : 'BOOL', value: constants[token.value] ?? null };
}

function parsePrimary(cursor: Cursor): Expression {
  const token = cursor.peek();
  if (cursor.accept('(')) {
    const inner = parseExpression(cursor);
    cursor.expect(')');
    return inner;
  }
  if (cursor.sees('interval') && cursor.peek(1).kind === 'string') {
    cursor.next();
    return { kind: 'cast', to: 'INTERVAL', of: { kind: 'literal', type: 'STRING', value: cursor.next().value } };
  }
  const constant = constantOf(token);
  if (constant !== null) {
    cursor.next();
    return constant;
  }
  if (token.kind === 'quoted' || (token.kind === 'word' && !isReserved(token.value))) return parseNamed(cursor);
  throw cursor.unexpected();
}

function parseUnary(cursor: Cursor): Expression {
  if (cursor.accept('-')) {
    return { kind: 'binary', operator: '-', left: { kind: 'literal', type: 'INT8', value: 0n }, right: parseUnary(cursor) };
  }
  let expression = parsePrimary(cursor);
  for (;;) {
    if (cursor.accept('::')) expression = { kind: 'cast', to: parseType(cursor), of: expression };
    else if (cursor.accept('->>')) expression = { kind: 'binary', operator: '->>', left: expression, right: parsePrimary(cursor) };
    else return expression;
  }
}

type Parse = (cursor: Cursor) => Expression;

const leftAssociative =
  (operand: Parse, operators: readonly string[]): Parse =>
  (cursor) => {
    let left = operand(cursor);
    for (;;) {
      const operator = operators.find((candidate) => cursor.accept(candidate));
      if (operator === undefined) return left;
      left = { kind: 'binary', operator, left, right: operand(cursor) };
    }
  };

const parseProduct = leftAssociative(parseUnary, ['*', '/', '%']);
const parseSum = leftAssociative(parseProduct, ['+', '-', '||']);

function parseMembership(cursor: Cursor, of: Expression, negated: boolean): Expression | null {
  if (cursor.accept('in')) {
    cursor.expect('(');
    return { kind: 'in', of, list: parseArguments(cursor), negated };
  }
  const like = ['like', 'ilike'].find((operator) => cursor.accept(operator));
  if (like === undefined) return null;
  const matched: Expression = { kind: 'binary', operator: like, left: of, right: parseSum(cursor) };
  return negated ? { kind: 'not', of: matched } : matched;
}

function parseComparison(cursor: Cursor): Expression {
  const left = parseSum(cursor);
  if (cursor.accept('is')) {
    const negated = cursor.accept('not');
    cursor.expect('null');
    return { kind: 'is-null', of: left, negated };
  }
  const negated = cursor.sees('not', 'in') || cursor.sees('not', 'like') || cursor.sees('not', 'ilike');
  if (negated) cursor.next();
  const member = parseMembership(cursor, left, negated);
  if (member !== null) return member;
  const operator = ['=', '<>', '!=', '<=', '>=', '<', '>'].find((candidate) => cursor.accept(candidate));
  return operator === undefined ? left : { kind: 'binary', operator, left, right: parseSum(cursor) };
}

const parseNegation: Parse = (cursor) => (cursor.accept('not') ? { kind: 'not', of: parseNegation(cursor) } : parseComparison(cursor));
const parseConjunction = leftAssociative(parseNegation, ['and']);

/** Parses an expression of the forms that an operator tool uses. */
export const parseExpression: Parse = (cursor) => leftAssociative(parseConjunction, ['or'])(cursor);

/** A name: a word that is not reserved, or a quoted identifier. */
export function parseName(cursor: Cursor): string {
  const token = cursor.peek();
  if (token.kind !== 'quoted' && (token.kind !== 'word' || isReserved(token.value))) throw cursor.unexpected();
  return cursor.next().value;
}

/** A name, a string or a placeholder. */
export function parseOperand(cursor: Cursor): Operand {
  const token = cursor.peek();
  if (token.kind === 'parameter') return { kind: 'parameter', index: Number(cursor.next().value) };
  if (token.kind === 'string') return { kind: 'text', text: cursor.next().value };
  return { kind: 'text', text: parseName(cursor) };
}
