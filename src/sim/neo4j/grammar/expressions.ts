import type { Cursor } from './cursor.ts';
import type { Comparison, Condition, Expression, View, YieldItem } from './statement.ts';

const words: Readonly<Record<string, boolean | null>> = { TRUE: true, FALSE: false, NULL: null };

function list(cursor: Cursor): Expression {
  const items: Expression[] = [];
  if (cursor.accept(']')) return { kind: 'list', items };
  do items.push(expression(cursor));
  while (cursor.accept(','));
  cursor.expect(']');
  return { kind: 'list', items };
}

function map(cursor: Cursor): Expression {
  const entries: [string, Expression][] = [];
  if (cursor.accept('}')) return { kind: 'map', entries };
  do {
    const key = cursor.identifier();
    cursor.expect(':');
    entries.push([key, expression(cursor)]);
  } while (cursor.accept(','));
  cursor.expect('}');
  return { kind: 'map', entries };
}

function number(cursor: Cursor): Expression {
  const sign = cursor.accept('-') ? -1 : 1;
  const token = cursor.peek();
  if (token.kind !== 'integer' && token.kind !== 'float') throw cursor.unexpected();
  cursor.next();
  return { kind: 'value', value: token.kind === 'integer' ? BigInt(sign) * BigInt(token.value) : sign * Number(token.value) };
}

/** A literal, a parameter, a list or map of those, or a column. */
export function expression(cursor: Cursor): Expression {
  if (cursor.accept('[')) return list(cursor);
  if (cursor.accept('{')) return map(cursor);
  const token = cursor.peek();
  if (token.kind === 'string') {
    cursor.next();
    return { kind: 'value', value: token.value };
  }
  if (token.kind === 'parameter') {
    cursor.next();
    return { kind: 'parameter', name: token.value };
  }
  if (token.kind === 'word' && token.value in words) {
    cursor.next();
    return { kind: 'value', value: words[token.value] ?? null };
  }
  if (token.kind === 'word' || token.kind === 'name') return { kind: 'column', name: cursor.identifier() };
  return number(cursor);
}

const symbols = ['=', '<>', '<=', '>=', '<', '>'] as const;

function comparison(cursor: Cursor): Comparison | null {
  const symbol = symbols.find((text) => cursor.accept(text));
  if (symbol !== undefined) return symbol;
  if (cursor.accept('STARTS', 'WITH')) return 'STARTS WITH';
  if (cursor.accept('ENDS', 'WITH')) return 'ENDS WITH';
  if (cursor.accept('CONTAINS')) return 'CONTAINS';
  return cursor.accept('IN') ? 'IN' : null;
}

function predicate(cursor: Cursor): Condition {
  if (cursor.accept('NOT')) return { kind: 'not', of: predicate(cursor) };
  if (cursor.accept('(')) {
    const inner = condition(cursor);
    cursor.expect(')');
    return inner;
  }
  const left = expression(cursor);
  if (cursor.accept('IS', 'NOT', 'NULL')) return { kind: 'null', of: left, is: false };
  if (cursor.accept('IS', 'NULL')) return { kind: 'null', of: left, is: true };
  const by = comparison(cursor);
  return by === null ? { kind: 'truth', of: left } : { kind: 'compare', by, left, right: expression(cursor) };
}

function conjunction(cursor: Cursor): Condition {
  let left = predicate(cursor);
  while (cursor.accept('AND')) left = { kind: 'and', left, right: predicate(cursor) };
  return left;
}

/** NOT binds tighter than AND, AND tighter than OR. */
export function condition(cursor: Cursor): Condition {
  let left = conjunction(cursor);
  while (cursor.accept('OR')) left = { kind: 'or', left, right: conjunction(cursor) };
  return left;
}

function yieldItems(cursor: Cursor): readonly YieldItem[] | '*' {
  if (cursor.accept('*')) return '*';
  const items: YieldItem[] = [];
  do {
    const name = cursor.identifier();
    items.push({ name, as: cursor.accept('AS') ? cursor.identifier() : name });
  } while (cursor.accept(','));
  return items;
}

function order(cursor: Cursor): View['orderBy'] {
  const by: { name: string; descending: boolean }[] = [];
  if (!cursor.accept('ORDER', 'BY')) return by;
  do {
    const name = cursor.identifier();
    by.push({ name, descending: cursor.acceptOne('DESC', 'DESCENDING', 'ASC', 'ASCENDING')?.startsWith('D') ?? false });
  } while (cursor.accept(','));
  return by;
}

/** `[YIELD …] [ORDER BY …] [LIMIT n] [WHERE …]`; only a YIELD can be ordered and limited. */
export function view(cursor: Cursor): View {
  const items = cursor.accept('YIELD') ? yieldItems(cursor) : null;
  const orderBy = items === null ? [] : order(cursor);
  const limit = items !== null && cursor.accept('LIMIT') ? number(cursor) : null;
  const where = cursor.accept('WHERE') ? condition(cursor) : null;
  return { items, where, orderBy, limit: limit?.kind === 'value' ? Number(limit.value) : null };
}

/** A name of a database or alias: words with dots between them, or one in back-ticks. */
export function plainName(cursor: Cursor): Expression {
  let name = cursor.identifier();
  while (cursor.accept('.')) name += `.${cursor.identifier()}`;
  return { kind: 'value', value: name };
}

/** Where the manual shows a parameter for a name. */
export function nameOrParameter(cursor: Cursor): Expression {
  const token = cursor.peek();
  if (token.kind !== 'parameter') return plainName(cursor);
  cursor.next();
  return { kind: 'parameter', name: token.value };
}
