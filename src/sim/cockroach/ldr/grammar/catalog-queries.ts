import type { Cursor } from '../../grammar/cursor.ts';
import { type Token, tokenize } from '../../grammar/tokens.ts';
import type { CatalogQuery } from './ldr-statement.ts';

interface Shape {
  /** What follows SELECT. Words in angle brackets in a name or a string stand for any. */
  readonly text: string;
  /** The one column that comes back. */
  readonly column: string;
  query(holes: ReadonlyMap<string, string>): CatalogQuery;
}

const hole = (holes: ReadonlyMap<string, string>, name: string): string => holes.get(name) ?? '';

const shapes: readonly Shape[] = [
  {
    text: `i.relname FROM "<db>".pg_catalog.pg_index x JOIN "<db>".pg_catalog.pg_class i ON i.oid = x.indexrelid
      JOIN "<db>".pg_catalog.pg_class t ON t.oid = x.indrelid JOIN "<db>".pg_catalog.pg_namespace n ON n.oid = t.relnamespace
      WHERE n.nspname = '<schema>' AND t.relname = '<table>' AND x.indpred IS NOT NULL`,
    column: 'relname',
    query: (holes) => ({
      kind: 'partial-indexes',
      database: hole(holes, '<db>'),
      schema: hole(holes, '<schema>'),
      table: hole(holes, '<table>'),
    }),
  },
  {
    text: `conname FROM "<db>".pg_catalog.pg_constraint WHERE contype = 'f' AND confrelid = '<table>'::REGCLASS`,
    column: 'conname',
    query: (holes) => ({ kind: 'inbound-foreign-keys', database: hole(holes, '<db>'), table: hole(holes, '<table>') }),
  },
];

const tokenized = shapes.map((shape) => ({ shape, tokens: tokenize(shape.text).filter(({ kind }) => kind !== 'end') }));

const isHole = ({ kind, value }: Token): boolean => (kind === 'quoted' || kind === 'string') && /^<\w+>$/.test(value);

/** A name may stand with or without quotes. */
const sameKind = (wanted: Token, given: Token): boolean =>
  wanted.kind === given.kind || (wanted.kind === 'quoted' && given.kind === 'word');

function holesIn(cursor: Cursor, tokens: readonly Token[]): ReadonlyMap<string, string> | null {
  const holes = new Map<string, string>();
  for (const [ahead, wanted] of tokens.entries()) {
    const given = cursor.peek(ahead);
    if (!sameKind(wanted, given)) return null;
    if (!isHole(wanted)) {
      if (wanted.value !== given.value) return null;
    } else if ((holes.get(wanted.value) ?? given.value) !== given.value) return null;
    else holes.set(wanted.value, given.value);
  }
  return holes;
}

/** Recognises one of the exact catalog queries after SELECT and moves past it; null when it is another statement. */
export function parseCatalogQuery(cursor: Cursor): { readonly query: CatalogQuery; readonly column: string } | null {
  for (const { shape, tokens } of tokenized) {
    const holes = holesIn(cursor, tokens);
    if (holes === null) continue;
    for (const _ of tokens) cursor.next();
    return { query: shape.query(holes), column: shape.column };
  }
  return null;
}
