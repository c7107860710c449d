import type { Cursor } from './cursor.ts';
import { expression, nameOrParameter, view } from './expressions.ts';
import type { Expression, Statement, TallyPart } from './statement.ts';

function expressions(cursor: Cursor): readonly Expression[] {
  const items: Expression[] = [];
  do items.push(expression(cursor));
  while (cursor.accept(','));
  return items;
}

const beginsView = (cursor: Cursor): boolean => cursor.sees('YIELD') || cursor.sees('WHERE') || cursor.peek().kind === 'end';
const optional = (cursor: Cursor): readonly Expression[] => (beginsView(cursor) || cursor.sees(';') ? [] : expressions(cursor));

function showDatabase(cursor: Cursor): Statement {
  return { kind: 'show-databases', which: nameOrParameter(cursor), view: view(cursor) };
}

function privileges(cursor: Cursor, of: 'all' | 'user' | Expression): Statement {
  const asCommands = cursor.accept('AS', 'COMMANDS') || cursor.accept('AS', 'COMMAND');
  return { kind: 'show-privileges', of, asCommands, view: view(cursor) };
}

const shows: readonly (readonly [readonly string[], (cursor: Cursor) => Statement])[] = [
  [['DATABASES'], (cursor) => ({ kind: 'show-databases', which: 'all', view: view(cursor) })],
  [['DATABASE'], showDatabase],
  [['DEFAULT', 'DATABASE'], (cursor) => ({ kind: 'show-databases', which: 'default', view: view(cursor) })],
  [['HOME', 'DATABASE'], (cursor) => ({ kind: 'show-databases', which: 'home', view: view(cursor) })],
  [['SERVERS'], (cursor) => ({ kind: 'show-servers', view: view(cursor) })],
  [['ALIASES', 'FOR', 'DATABASE'], (cursor) => ({ kind: 'show-aliases', name: null, view: view(cursor) })],
  [['ALIASES', 'FOR', 'DATABASES'], (cursor) => ({ kind: 'show-aliases', name: null, view: view(cursor) })],
  [['SETTINGS'], (cursor) => ({ kind: 'show-settings', names: optional(cursor), view: view(cursor) })],
  [['SETTING'], (cursor) => ({ kind: 'show-settings', names: optional(cursor), view: view(cursor) })],
  [['PROCEDURES'], (cursor) => ({ kind: 'show-procedures', view: view(cursor) })],
  [['TRANSACTIONS'], (cursor) => ({ kind: 'show-transactions', ids: optional(cursor), view: view(cursor) })],
  [['TRANSACTION'], (cursor) => ({ kind: 'show-transactions', ids: optional(cursor), view: view(cursor) })],
  [['CURRENT', 'USER'], (cursor) => ({ kind: 'show-current-user', view: view(cursor) })],
  [['USER', 'PRIVILEGES'], (cursor) => privileges(cursor, 'user')],
  [['PRIVILEGES'], (cursor) => privileges(cursor, 'all')],
  [['ALL', 'PRIVILEGES'], (cursor) => privileges(cursor, 'all')],
];

/** After SHOW. */
export function show(cursor: Cursor): Statement {
  for (const [words, read] of shows) if (cursor.accept(...words)) return read(cursor);
  if (cursor.acceptOne('ROLE', 'ROLES') === null) throw cursor.unexpected();
  const role = nameOrParameter(cursor);
  cursor.expect('PRIVILEGES');
  return privileges(cursor, role);
}

/** After TERMINATE. */
export function terminate(cursor: Cursor): Statement {
  if (cursor.acceptOne('TRANSACTIONS', 'TRANSACTION') === null) throw cursor.unexpected();
  return { kind: 'terminate-transactions', ids: expressions(cursor), view: view(cursor) };
}

/** After CALL. */
export function call(cursor: Cursor): Statement {
  const parts = [cursor.identifier()];
  while (cursor.accept('.')) parts.push(cursor.identifier());
  cursor.expect('(');
  const args = cursor.sees(')') ? [] : expressions(cursor);
  cursor.expect(')');
  return { kind: 'call', procedure: parts.join('.'), args, view: view(cursor) };
}

/** `RETURN expression AS name`. */
export function giveBack(cursor: Cursor): Statement {
  const token = cursor.peek();
  const value = expression(cursor);
  if (value.kind === 'column') throw cursor.unexpected();
  return { kind: 'return', value, as: cursor.accept('AS') ? cursor.identifier() : token.text };
}

interface Pattern {
  readonly what: 'nodes' | 'relationships';
  readonly variable: string;
  readonly label: string | null;
}

function labelled(cursor: Cursor): Omit<Pattern, 'what'> {
  const variable = ['word', 'name'].includes(cursor.peek().kind) ? cursor.identifier() : '';
  return { variable, label: cursor.accept(':') ? cursor.identifier() : null };
}

/** `(n:Label)` or `()-[r:TYPE]->()`. */
function pattern(cursor: Cursor): Pattern {
  cursor.expect('(');
  const node = labelled(cursor);
  cursor.expect(')');
  if (!cursor.accept('-')) return { what: 'nodes', ...node };
  if (node.variable !== '' || node.label !== null) throw cursor.unexpected();
  cursor.expect('[');
  const relationship = labelled(cursor);
  cursor.expect(']', '->', '(', ')');
  return { what: 'relationships', ...relationship };
}

function countOf(cursor: Cursor, variable: string): string {
  const at = cursor.peek();
  if (cursor.identifier().toLowerCase() !== 'count' || at.kind !== 'word') throw cursor.unexpected();
  cursor.expect('(');
  const inner = cursor.accept('*') ? '*' : cursor.identifier();
  if (inner !== '*' && (inner !== variable || variable === '')) throw cursor.unexpected();
  cursor.expect(')');
  return cursor.accept('AS') ? cursor.identifier() : `count(${inner})`;
}

function groupOf(cursor: Cursor, { what, variable }: Pattern): string | null {
  if (what === 'nodes' && cursor.accept('UNWIND', 'LABELS', '(')) {
    if (cursor.identifier() !== variable) throw cursor.unexpected();
    cursor.expect(')', 'AS');
    const name = cursor.identifier();
    cursor.expect('RETURN');
    if (cursor.identifier() !== name) throw cursor.unexpected();
    return cursor.accept('AS') ? cursor.identifier() : name;
  }
  cursor.expect('RETURN');
  if (what !== 'relationships' || !cursor.accept('TYPE', '(')) return null;
  if (cursor.identifier() !== variable) throw cursor.unexpected();
  cursor.expect(')');
  return cursor.accept('AS') ? cursor.identifier() : `type(${variable})`;
}

interface Tallied {
  readonly part: TallyPart;
  readonly nameAs: string;
  readonly as: string;
}

/** `count(n) AS c RETURN 'name' AS name, c`, after WITH. */
function tallied(cursor: Cursor, { what, variable, label }: Pattern): Tallied {
  const as = countOf(cursor, variable);
  cursor.expect('RETURN');
  if (cursor.peek().kind !== 'string') throw cursor.unexpected();
  const name = cursor.next().value;
  cursor.expect('AS');
  const nameAs = cursor.identifier();
  cursor.expect(',');
  if (cursor.identifier() !== as) throw cursor.unexpected();
  return { part: { what, label, name }, nameAs, as };
}

/** Such counts, one after the other, joined by UNION ALL. */
function tally(cursor: Cursor, first: Pattern): Statement {
  const { part, nameAs, as } = tallied(cursor, first);
  const parts = [part];
  while (cursor.accept('UNION', 'ALL')) {
    cursor.expect('MATCH');
    const found = pattern(cursor);
    cursor.expect('WITH');
    const more = tallied(cursor, found);
    if (more.nameAs !== nameAs || more.as !== as) throw cursor.unexpected();
    parts.push(more.part);
  }
  return { kind: 'tally', parts, nameAs, as };
}

/** After MATCH: counting is all that the simulated graphs can answer. */
export function match(cursor: Cursor): Statement {
  const found = pattern(cursor);
  if (cursor.accept('WITH')) return tally(cursor, found);
  const groupAs = groupOf(cursor, found);
  if (groupAs !== null) cursor.expect(',');
  const as = countOf(cursor, found.variable);
  const ordered = cursor.accept('ORDER', 'BY');
  if (ordered && ![groupAs, as].includes(cursor.identifier())) throw cursor.unexpected();
  const descending = ordered ? cursor.acceptOne('DESC', 'ASC') === 'DESC' : null;
  return { kind: 'count', what: found.what, label: found.label, groupAs, as, descending };
}
