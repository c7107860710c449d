import type { Comparison, Condition, Expression, View, YieldItem } from '../grammar/statement.ts';
import { syntaxError } from '../graph-error.ts';
import { type Cell, isList } from '../wire/packstream.ts';
import { type Call, evaluate, type Outcome, rowsOf } from './call.ts';

export type Row = Readonly<Record<string, Cell>>;

/** Columns in their order; those marked are there without a YIELD. */
export type Columns = readonly (readonly [name: string, shown: boolean])[];

/** Three-valued: null is unknown, as in Cypher. */
type Truth = boolean | null;

type Scope = Readonly<Record<string, Cell>>;

function cellOf(call: Call, scope: Scope, expression: Expression): Cell {
  if (expression.kind === 'column') return scope[expression.name] ?? null;
  if (expression.kind === 'list') return expression.items.map((item) => cellOf(call, scope, item));
  return evaluate(call, expression);
}

const texts: Readonly<Partial<Record<Comparison, (left: string, right: string) => boolean>>> = {
  'STARTS WITH': (left, right) => left.startsWith(right),
  'ENDS WITH': (left, right) => left.endsWith(right),
  CONTAINS: (left, right) => left.includes(right),
};

const same = (left: Cell, right: Cell): boolean => {
  const numeric = (cell: Cell): boolean => typeof cell === 'bigint' || typeof cell === 'number';
  // A loose comparison is how an INTEGER equals a FLOAT of the same value.
  return left === right || (numeric(left) && numeric(right) && Number(left) === Number(right));
};

function ordered(left: Cell, right: Cell): number | null {
  if (typeof left === 'string' && typeof right === 'string') return left < right ? -1 : left > right ? 1 : 0;
  const numeric = (cell: Cell): cell is bigint | number => typeof cell === 'bigint' || typeof cell === 'number';
  if (!numeric(left) || !numeric(right)) return null;
  return left < right ? -1 : left > right ? 1 : 0;
}

const byNumber: Readonly<Partial<Record<Comparison, (order: number) => boolean>>> = {
  '<': (order) => order < 0,
  '>': (order) => order > 0,
  '<=': (order) => order <= 0,
  '>=': (order) => order >= 0,
};

function compare(by: Comparison, left: Cell, right: Cell): Truth {
  if (left === null || right === null) return null;
  if (by === '=') return same(left, right);
  if (by === '<>') return !same(left, right);
  if (by === 'IN') return isList(right) && right.some((item) => same(left, item));
  const match = texts[by];
  if (match !== undefined) return typeof left === 'string' && typeof right === 'string' ? match(left, right) : null;
  const order = ordered(left, right);
  return order === null ? null : (byNumber[by]?.(order) ?? null);
}

const both = (left: Truth, right: Truth): Truth =>
  left === false || right === false ? false : left === null || right === null ? null : true;
const either = (left: Truth, right: Truth): Truth =>
  left === true || right === true ? true : left === null || right === null ? null : false;

function holds(call: Call, scope: Scope, condition: Condition): Truth {
  if (condition.kind === 'not') {
    const inner = holds(call, scope, condition.of);
    return inner === null ? null : !inner;
  }
  if (condition.kind === 'null') return (cellOf(call, scope, condition.of) === null) === condition.is;
  if (condition.kind === 'compare') return compare(condition.by, cellOf(call, scope, condition.left), cellOf(call, scope, condition.right));
  if (condition.kind === 'truth') return cellOf(call, scope, condition.of) === true;
  const [left, right] = [holds(call, scope, condition.left), holds(call, scope, condition.right)];
  return condition.kind === 'and' ? both(left, right) : either(left, right);
}

const columnsIn = (expression: Expression): readonly string[] =>
  expression.kind === 'column' ? [expression.name] : expression.kind === 'list' ? expression.items.flatMap(columnsIn) : [];

function columnsOf(condition: Condition): readonly string[] {
  if (condition.kind === 'and' || condition.kind === 'or') return [...columnsOf(condition.left), ...columnsOf(condition.right)];
  if (condition.kind === 'not') return columnsOf(condition.of);
  if (condition.kind === 'compare') return [...columnsIn(condition.left), ...columnsIn(condition.right)];
  return columnsIn(condition.of);
}

const undefinedVariable = (name: string) => syntaxError(`Variable \`${name}\` not defined`);

function itemsOf(columns: Columns, { items }: View): readonly YieldItem[] {
  if (items === '*') return columns.map(([name]) => ({ name, as: name }));
  if (items === null) return columns.filter(([, shown]) => shown).map(([name]) => ({ name, as: name }));
  const strange = items.find(({ name }) => !columns.some(([known]) => known === name));
  if (strange !== undefined) throw syntaxError(`Trying to YIELD non-existing column: \`${strange.name}\``);
  return items;
}

/** Checks what is asked for before anything runs; the rows come later. */
export function viewed(call: Call, columns: Columns, view: View, rows: () => readonly Row[], type: Outcome['type'] = 'r'): Outcome {
  const items = itemsOf(columns, view);
  const known = new Set([...(view.items === null ? columns.map(([name]) => name) : []), ...items.map(({ as }) => as)]);
  const asked = [...(view.where === null ? [] : columnsOf(view.where)), ...view.orderBy.map(({ name }) => name)];
  const strange = asked.find((name) => !known.has(name));
  if (strange !== undefined) throw undefinedVariable(strange);
  const read = (): readonly (readonly Cell[])[] => {
    const { where } = view;
    const scopes = rows().map((row) => ({
      ...(view.items === null ? row : {}),
      ...Object.fromEntries(items.map(({ name, as }) => [as, row[name] ?? null])),
    }));
    const kept = where === null ? scopes : scopes.filter((scope) => holds(call, scope, where) === true);
    const sorted = [...kept].sort((a, b) => byOrder(view, a, b));
    return sorted.slice(0, view.limit ?? sorted.length).map((scope) => items.map(({ as }) => scope[as] ?? null));
  };
  return rowsOf(
    items.map(({ as }) => as),
    read,
    type,
  );
}

function byOrder({ orderBy }: View, a: Scope, b: Scope): number {
  for (const { name, descending } of orderBy) {
    const order = ordered(a[name] ?? null, b[name] ?? null) ?? 0;
    if (order !== 0) return descending ? -order : order;
  }
  return 0;
}
