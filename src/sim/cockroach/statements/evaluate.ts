import type { Expression } from '../grammar/statement.ts';
import { SqlError } from '../sql-error.ts';
import { hlcDecimal, hlcOfUs } from '../values/hlc.ts';
import { type Column, type SqlType, type SqlValue, toCastText } from '../values/sql-types.ts';
import { parseInterval, parseTimestamp } from '../values/time-text.ts';
import { type Call, hasPrivilege, parameter, usersOf } from './call.ts';
import { aggregates, typeOf } from './typing.ts';

/** What an expression is evaluated against: one row, and all rows for aggregates. */
export interface Scope {
  readonly call: Call;
  readonly columns: readonly Column[];
  readonly row: readonly SqlValue[];
  readonly rows: readonly (readonly SqlValue[])[];
}

const typeIn = (scope: Scope, expression: Expression): SqlType => typeOf(expression, scope.columns, scope.call.cluster.dialect);

const notParsable = (text: string, type: SqlType): SqlError =>
  new SqlError('22P02', `could not parse "${text}" as type ${type.toLowerCase()}`);

const parsers: Readonly<Partial<Record<SqlType, (text: string) => SqlValue>>> = {
  INT8: (text) => (/^\s*[+-]?\d{1,19}\s*$/.test(text) ? BigInt(text.trim()) : null),
  DECIMAL: (text) => (/^\s*[+-]?\d+(\.\d+)?\s*$/.test(text) ? text.trim() : null),
  FLOAT8: (text) => (text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : null),
  TIMESTAMPTZ: parseTimestamp,
  INTERVAL: parseInterval,
  BOOL: (text) => (/^(t|true|on|yes)$/i.test(text) ? true : /^(f|false|off|no)$/i.test(text) ? false : null),
};

/** Converts a value to another type as `::` does. */
export function castTo(to: SqlType, from: SqlType, value: SqlValue): SqlValue {
  if (value === null || from === to) return value;
  const text = toCastText(from, value) ?? '';
  if (to === 'STRING') return text;
  if (to === 'INT8' && (from === 'FLOAT8' || from === 'DECIMAL')) return BigInt(Math.round(Number(text)));
  const parsed = parsers[to]?.(text) ?? null;
  if (parsed === null) throw notParsable(text, to);
  return parsed;
}

const numeric: ReadonlySet<SqlType> = new Set(['INT8', 'DECIMAL', 'FLOAT8']);

const order = (a: string | bigint, b: string | bigint): number => (a === b ? 0 : a < b ? -1 : 1);

/** Negative, zero or positive. A string meets the type of the other side. */
function compare(leftType: SqlType, left: SqlValue, rightType: SqlType, right: SqlValue): number {
  if (leftType === 'STRING' && rightType !== 'STRING') return compare(rightType, castTo(rightType, 'STRING', left), rightType, right);
  if (rightType === 'STRING' && leftType !== 'STRING') return compare(leftType, left, leftType, castTo(leftType, 'STRING', right));
  if (leftType === 'INT8' && rightType === 'INT8') return order(BigInt(String(left)), BigInt(String(right)));
  if (numeric.has(leftType) || typeof left === 'number') return Number(left) - Number(right);
  return order(String(left), String(right));
}

function likePattern(pattern: string, ignoreCase: boolean): RegExp {
  const source = pattern.replace(/\\(.)|[%_]|[.*+?^${}()|[\]\\]/gs, (found: string, escaped: string | undefined) => {
    if (escaped !== undefined) return escaped.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    return found === '%' ? '.*' : found === '_' ? '.' : `\\${found}`;
  });
  return new RegExp(`^${source}$`, ignoreCase ? 'isu' : 'su');
}

const comparisons: Readonly<Record<string, (order: number) => boolean>> = {
  '=': (order) => order === 0,
  '<>': (order) => order !== 0,
  '!=': (order) => order !== 0,
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
};

function asNumber(type: SqlType, result: number): SqlValue {
  if (type === 'INT8') return BigInt(Math.trunc(result));
  return type === 'DECIMAL' ? String(result) : result;
}

function calculate(operator: string, left: number, right: number): number {
  if (operator === '+') return left + right;
  if (operator === '-') return left - right;
  if (operator === '*') return left * right;
  if (right === 0) throw new SqlError('22012', 'division by zero');
  return operator === '/' ? left / right : left % right;
}

/** AND and OR over three values: `decided` is the one that settles it alone. */
function logical(scope: Scope, expression: Expression & { kind: 'binary' }, decided: boolean): SqlValue {
  const left = evaluate(expression.left, scope);
  if (left === decided) return decided;
  const right = evaluate(expression.right, scope);
  if (right === decided) return decided;
  return left === null || right === null ? null : !decided;
}

/** The field of a JSON object as text; null when there is none. */
function jsonField(json: string, name: string): string | null {
  const object: unknown = JSON.parse(json);
  const value = typeof object === 'object' && object !== null ? Object.entries(object).find(([key]) => key === name)?.[1] : null;
  return value == null ? null : typeof value === 'string' ? value : JSON.stringify(value);
}

function binary(scope: Scope, expression: Expression & { kind: 'binary' }): SqlValue {
  const { operator } = expression;
  if (operator === 'and' || operator === 'or') return logical(scope, expression, operator === 'or');
  const left = evaluate(expression.left, scope);
  const right = evaluate(expression.right, scope);
  if (left === null || right === null) return null;
  if (operator === '||') return `${left}${right}`;
  if (operator === '->>') return jsonField(String(left), String(right));
  if (operator === 'like' || operator === 'ilike') return likePattern(String(right), operator === 'ilike').test(String(left));
  const [leftType, rightType] = [typeIn(scope, expression.left), typeIn(scope, expression.right)];
  const test = comparisons[operator];
  if (test !== undefined) return test(compare(leftType, left, rightType, right));
  return asNumber(typeIn(scope, expression), calculate(operator, Number(left), Number(right)));
}

function aggregate(name: string, args: readonly Expression[], scope: Scope): SqlValue {
  const [arg] = args;
  if (arg === undefined || arg.kind === 'star') return BigInt(scope.rows.length);
  const values = scope.rows.map((row) => evaluate(arg, { ...scope, row })).filter((value) => value !== null);
  if (name === 'count') return BigInt(values.length);
  if (name === 'xor_agg') return values.length === 0 ? null : values.reduce((all: bigint, value) => all ^ BigInt(String(value)), 0n);
  const type = typeIn(scope, arg);
  const sorted = values.sort((a, b) => compare(type, a, type, b));
  return (name === 'max' ? sorted.at(-1) : sorted[0]) ?? null;
}

function systemPrivilege(call: Call, args: readonly SqlValue[]): boolean {
  const [name, privilege] = args.length > 1 ? [String(args[0]), args[1]] : [call.session.user, args[0]];
  const user = usersOf(call.cluster, call.session.vcId).get(name);
  if (user === undefined) throw new SqlError('42704', `role/user "${name}" does not exist`);
  return hasPrivilege(user, [String(privilege).toUpperCase()]);
}

/** FNV-1 of 64 bits, as a signed number. */
function fnv64(text: string): bigint {
  const bytes = Buffer.from(text, 'utf8');
  return BigInt.asIntN(
    64,
    bytes.reduce((hash, byte) => BigInt.asUintN(64, hash * 0x100000001b3n) ^ BigInt(byte), 0xcbf29ce484222325n),
  );
}

const functions: Readonly<Record<string, (call: Call, args: readonly SqlValue[]) => SqlValue>> = {
  version: (call) => call.cluster.dialect.build,
  current_user: (call) => call.session.user,
  cluster_logical_timestamp: (call) => hlcDecimal(hlcOfUs(call.nowUs())),
  length: (_, [text]) => (text == null ? null : BigInt([...String(text)].length)),
  lower: (_, [text]) => (text == null ? null : String(text).toLowerCase()),
  upper: (_, [text]) => (text == null ? null : String(text).toUpperCase()),
  coalesce: (_, args) => args.find((arg) => arg !== null) ?? null,
  has_system_privilege: systemPrivilege,
  json_build_array: (_, args) => `[${args.map((arg) => JSON.stringify(typeof arg === 'bigint' ? String(arg) : arg)).join(', ')}]`,
  fnv64: (_, args) => fnv64(args.filter((arg) => arg !== null).join('')),
};

function callFunction(expression: Expression & { kind: 'call' }, scope: Scope): SqlValue {
  const { name, args } = expression;
  if (aggregates.has(name)) return aggregate(name, args, scope);
  const run = functions[name];
  // What is left are the names of now().
  return run === undefined
    ? scope.call.nowUs()
    : run(
        scope.call,
        args.map((arg) => evaluate(arg, scope)),
      );
}

function extract(part: string, value: SqlValue): SqlValue {
  if (part !== 'epoch') throw new SqlError('22023', `unsupported timespan: ${part}`);
  return value === null ? null : Number(value) / 1_000_000;
}

/** Evaluates an expression that `typeOf` has accepted. */
export function evaluate(expression: Expression, scope: Scope): SqlValue {
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'parameter':
      return parameter(scope.call, expression.index);
    case 'column':
      return scope.row[scope.columns.findIndex(({ name }) => name === expression.name)] ?? null;
    case 'call':
      return callFunction(expression, scope);
    case 'extract':
      return extract(expression.part, evaluate(expression.of, scope));
    case 'cast':
      return castTo(expression.to, typeIn(scope, expression.of), evaluate(expression.of, scope));
    case 'binary':
      return binary(scope, expression);
    case 'not': {
      const value = evaluate(expression.of, scope);
      return value === null ? null : value !== true;
    }
    case 'is-null':
      return (evaluate(expression.of, scope) === null) !== expression.negated;
    case 'in': {
      const value = evaluate(expression.of, scope);
      if (value === null) return null;
      const type = typeIn(scope, expression.of);
      const found = expression.list.some((member) => {
        const candidate = evaluate(member, scope);
        return candidate !== null && compare(type, value, typeIn(scope, member), candidate) === 0;
      });
      return found !== expression.negated;
    }
    case 'star':
      throw new SqlError('42601', 'cannot use "*" in this context');
  }
}

/** Evaluates an expression that stands on its own, without a row. */
export function evaluateAlone(call: Call, expression: Expression): { readonly type: SqlType; readonly value: SqlValue } {
  const scope: Scope = { call, columns: [], row: [], rows: [] };
  return { type: typeIn(scope, expression), value: evaluate(expression, scope) };
}
