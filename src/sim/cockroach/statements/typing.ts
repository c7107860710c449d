import type { Dialect } from '../grammar/dialect.ts';
import type { Expression } from '../grammar/statement.ts';
import { SqlError } from '../sql-error.ts';
import type { Column, SqlType } from '../values/sql-types.ts';

const functionTypes: Readonly<Record<string, SqlType | 'argument'>> = {
  version: 'STRING',
  now: 'TIMESTAMPTZ',
  current_timestamp: 'TIMESTAMPTZ',
  transaction_timestamp: 'TIMESTAMPTZ',
  statement_timestamp: 'TIMESTAMPTZ',
  clock_timestamp: 'TIMESTAMPTZ',
  cluster_logical_timestamp: 'DECIMAL',
  current_user: 'STRING',
  length: 'INT8',
  lower: 'STRING',
  upper: 'STRING',
  count: 'INT8',
  max: 'argument',
  min: 'argument',
  coalesce: 'argument',
  has_system_privilege: 'BOOL',
  json_build_array: 'JSONB',
  fnv64: 'INT8',
  xor_agg: 'argument',
};

export const aggregates: ReadonlySet<string> = new Set(['count', 'max', 'min', 'xor_agg']);

/** Functions that take nothing but one type. */
const argumentTypes: Readonly<Record<string, SqlType>> = { fnv64: 'STRING', xor_agg: 'INT8' };

function functionType(name: string, args: readonly Expression[], columns: readonly Column[], dialect: Dialect): SqlType {
  const type = Object.hasOwn(functionTypes, name) ? functionTypes[name] : undefined;
  if (type === undefined || (name === 'has_system_privilege' && !dialect.hasSystemPrivilege)) {
    throw new SqlError('42883', `unknown function: ${name}()`);
  }
  const types = args.filter((arg) => arg.kind !== 'star').map((arg) => typeOf(arg, columns, dialect));
  const wanted = argumentTypes[name];
  const other = wanted === undefined ? undefined : types.find((given) => given !== wanted);
  if (other !== undefined) throw new SqlError('42883', `unknown signature: ${name}(${other.toLowerCase()})`);
  return type === 'argument' ? (types[0] ?? 'STRING') : type;
}

function arithmeticType(operator: string, left: SqlType, right: SqlType): SqlType {
  if (operator === '||' || operator === '->>') return 'STRING';
  if (left === 'TIMESTAMPTZ') return right === 'TIMESTAMPTZ' ? 'INTERVAL' : 'TIMESTAMPTZ';
  if (left === 'INTERVAL' || right === 'INTERVAL') return right === 'TIMESTAMPTZ' ? 'TIMESTAMPTZ' : 'INTERVAL';
  if (left === 'FLOAT8' || right === 'FLOAT8') return 'FLOAT8';
  return operator === '/' || left === 'DECIMAL' || right === 'DECIMAL' ? 'DECIMAL' : 'INT8';
}

const arithmetic: ReadonlySet<string> = new Set(['+', '-', '*', '/', '%', '||', '->>']);

/** The type of an expression. Throws 42703 for a column and 42883 for a function that is not there. */
export function typeOf(expression: Expression, columns: readonly Column[], dialect: Dialect): SqlType {
  switch (expression.kind) {
    case 'literal':
      return expression.type;
    case 'parameter':
      return 'STRING';
    case 'column': {
      const column = columns.find(({ name }) => name === expression.name);
      if (column === undefined) throw new SqlError('42703', `column "${expression.name}" does not exist`);
      return column.type;
    }
    case 'star':
      throw new SqlError('42601', 'cannot use "*" in this context');
    case 'call':
      return functionType(expression.name, expression.args, columns, dialect);
    case 'extract':
      typeOf(expression.of, columns, dialect);
      return 'FLOAT8';
    case 'cast':
      typeOf(expression.of, columns, dialect);
      return expression.to;
    case 'binary': {
      const left = typeOf(expression.left, columns, dialect);
      const right = typeOf(expression.right, columns, dialect);
      return arithmetic.has(expression.operator) ? arithmeticType(expression.operator, left, right) : 'BOOL';
    }
    case 'not':
    case 'is-null':
      typeOf(expression.of, columns, dialect);
      return 'BOOL';
    case 'in':
      for (const member of [expression.of, ...expression.list]) typeOf(member, columns, dialect);
      return 'BOOL';
  }
}

/** The name of a column that has no alias. */
export function nameOf(expression: Expression): string {
  if (expression.kind === 'column') return expression.name;
  if (expression.kind === 'call') return expression.name;
  if (expression.kind === 'cast') return nameOf(expression.of);
  return expression.kind === 'extract' ? 'extract' : '?column?';
}

/** True when the expression needs all rows at once. */
export function isAggregate(expression: Expression): boolean {
  if (expression.kind === 'call') return aggregates.has(expression.name) || expression.args.some(isAggregate);
  if (expression.kind === 'binary') return isAggregate(expression.left) || isAggregate(expression.right);
  return 'of' in expression && isAggregate(expression.of);
}
