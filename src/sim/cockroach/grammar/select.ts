import { parseCatalogQuery } from '../ldr/grammar/catalog-queries.ts';
import type { Cursor } from './cursor.ts';
import type { Dialect } from './dialect.ts';
import { isReserved, parseExpression, parseName } from './expressions.ts';
import { parseShow } from './show-statements.ts';
import type { Select, SelectItem, Source } from './statement.ts';

function parseItem(cursor: Cursor): SelectItem {
  if (cursor.accept('*')) return { expression: { kind: 'star' }, alias: null };
  const expression = parseExpression(cursor);
  if (cursor.accept('as')) return { expression, alias: parseAlias(cursor) };
  const token = cursor.peek();
  const alias = token.kind === 'quoted' || (token.kind === 'word' && !isReserved(token.value)) ? cursor.next().value : null;
  return { expression, alias };
}

/** After AS, any word may be an alias. */
function parseAlias(cursor: Cursor): string {
  const token = cursor.peek();
  if (token.kind !== 'quoted' && token.kind !== 'word') throw cursor.unexpected();
  return cursor.next().value;
}

function parseSource(cursor: Cursor, dialect: Dialect): Source {
  if (cursor.accept('[')) {
    cursor.expect('show');
    const show = parseShow(cursor, dialect);
    cursor.expect(']');
    return { kind: 'show', show };
  }
  if (cursor.accept('(')) {
    cursor.expect('select');
    const select = parseSelect(cursor, dialect);
    cursor.expect(')');
    return { kind: 'select', select };
  }
  const parts = [parseName(cursor)];
  while (cursor.accept('.')) parts.push(parseName(cursor));
  return { kind: 'relation', parts };
}

function skipSourceAlias(cursor: Cursor): void {
  if (cursor.sees('as', 'of')) return;
  if (cursor.accept('as')) parseAlias(cursor);
  else if (cursor.peek().kind === 'quoted' || (cursor.peek().kind === 'word' && !isReserved(cursor.peek().value))) cursor.next();
}

function parseOrder(cursor: Cursor): Select['orderBy'] {
  if (!cursor.accept('order', 'by')) return [];
  const keys: { expression: SelectItem['expression']; descending: boolean }[] = [];
  do {
    const expression = parseExpression(cursor);
    const descending = cursor.accept('desc');
    if (!descending) cursor.accept('asc');
    keys.push({ expression, descending });
  } while (cursor.accept(','));
  return keys;
}

/** Parses what follows SELECT. */
export function parseSelect(cursor: Cursor, dialect: Dialect): Select {
  cursor.topic('SELECT');
  const catalog = parseCatalogQuery(cursor);
  if (catalog !== null) {
    const items = [{ expression: { kind: 'column' as const, name: catalog.column }, alias: null }];
    return { kind: 'select', items, from: { kind: 'catalog', ...catalog }, asOf: null, where: null, orderBy: [], limit: null };
  }
  const items = [parseItem(cursor)];
  while (cursor.accept(',')) items.push(parseItem(cursor));
  let from: Source | null = null;
  if (cursor.accept('from')) {
    from = parseSource(cursor, dialect);
    skipSourceAlias(cursor);
  }
  const asOf = cursor.accept('as', 'of', 'system', 'time') ? parseExpression(cursor) : null;
  const where = cursor.accept('where') ? parseExpression(cursor) : null;
  const orderBy = parseOrder(cursor);
  const limit = cursor.accept('limit') ? parseExpression(cursor) : null;
  return { kind: 'select', items, from, asOf, where, orderBy, limit };
}
