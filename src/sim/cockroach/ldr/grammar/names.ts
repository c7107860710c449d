import type { Cursor } from '../../grammar/cursor.ts';
import { parseName } from '../../grammar/expressions.ts';
import type { TableName } from './ldr-statement.ts';

/** A name of one to three parts. */
export function parseTableName(cursor: Cursor): TableName {
  const parts = [parseName(cursor)];
  while (parts.length < 3 && cursor.accept('.')) parts.push(parseName(cursor));
  return parts;
}

export function parseTableNames(cursor: Cursor): readonly TableName[] {
  const names = [parseTableName(cursor)];
  while (cursor.accept(',')) names.push(parseTableName(cursor));
  return names;
}

export function parsePlainNames(cursor: Cursor): readonly string[] {
  const names = [parseName(cursor)];
  while (cursor.accept(',')) names.push(parseName(cursor));
  return names;
}
