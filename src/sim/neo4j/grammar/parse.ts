import type { CypherVersion } from '../contract.ts';
import { type Cursor, createCursor } from './cursor.ts';
import { alter, create, drop, grant, startOrStop } from './database-statements.ts';
import { call, giveBack, match, show, terminate } from './read-statements.ts';
import type { Parsed, Statement } from './statement.ts';
import { tokenize } from './tokens.ts';

const beginnings: readonly (readonly [string, (cursor: Cursor) => Statement])[] = [
  ['SHOW', show],
  ['TERMINATE', terminate],
  ['CREATE', create],
  ['ALTER', alter],
  ['DROP', drop],
  ['START', (cursor) => startOrStop(cursor, 'start-database')],
  ['STOP', (cursor) => startOrStop(cursor, 'stop-database')],
  ['GRANT', grant],
  ['CALL', call],
  ['MATCH', match],
  ['RETURN', giveBack],
];

function prefix(cursor: Cursor): CypherVersion | null {
  if (!cursor.accept('CYPHER')) return null;
  const { value } = cursor.peek();
  if (value !== '5' && value !== '25') throw cursor.unexpected();
  cursor.next();
  return value;
}

/** Reads one statement; text that the simulator doesn't know is the server's syntax error. */
export function parse(text: string): Parsed {
  const cursor = createCursor(text, tokenize(text));
  const cypher = prefix(cursor);
  const explain = cursor.accept('EXPLAIN');
  const begin = beginnings.find(([word]) => cursor.accept(word));
  if (begin === undefined) throw cursor.unexpected();
  const statement = begin[1](cursor);
  cursor.accept(';');
  if (cursor.peek().kind !== 'end') throw cursor.unexpected();
  return { text, cypher, explain, statement };
}
