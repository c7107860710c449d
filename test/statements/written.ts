import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';

/** One way in which a text of the source can come out: what it says in the place of one choice, everything else left open. */
export interface Wording {
  /** `file:line`, and the line of the choice where there is one. */
  readonly place: string;
  /** The text, with `…` for what is filled in. */
  readonly text: string;
  readonly pattern: RegExp;
  /** Wordings of one choice: a statement counts for the one that says most of those that fit it. */
  readonly choice: number;
  /** How much of the text is fixed. */
  readonly says: number;
}

/** What an expression may come to: pieces of text, what is not known, and choices. */
type Piece = string | null | { readonly at: number; readonly ways: readonly (readonly Piece[])[] };

const verbs = 'ALTER CANCEL CREATE DELETE DROP GRANT INSERT PAUSE RESET RESUME REVOKE SELECT SET SHOW TRUNCATE UPDATE UPSERT'.split(' ');
/** What clauses begin with that are put behind the rest elsewhere. A text that is no more than such a word counts as well. */
const clauses =
  'BIDIRECTIONAL COMPLETE CURSOR DEFAULT DISCARD EXPIRATION FUNCTION LABEL MODE READ RETENTION SKIP START STOP UNIDIRECTIONAL'.split(' ');
const begins = new RegExp(`^(?:(?:${verbs.join('|')}) \\S|(?:${clauses.join('|')})(?: \\S|$))`);

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
const open = '[\\s\\S]*';

type Scope = ReadonlyMap<string, ts.Expression>;

/** What is declared once in a file and has a value that can be read: constants, and functions by what they return. */
function declaredIn(file: ts.SourceFile): Scope {
  const found = new Map<string, ts.Expression>();
  const twice = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && node.initializer !== undefined && isConstant(node)) {
      if (found.has(node.name.text)) twice.add(node.name.text);
      found.set(node.name.text, node.initializer);
    }
    if (ts.isParameter(node) && ts.isIdentifier(node.name)) twice.add(node.name.text);
    ts.forEachChild(node, visit);
  };
  visit(file);
  for (const name of twice) found.delete(name);
  return found;
}

const isConstant = ({ parent }: ts.VariableDeclaration): boolean => (parent.flags & ts.NodeFlags.Const) !== 0;

/** An expression as pieces. `deep` keeps constants that lead to themselves from going on for ever. */
function piecesOf(node: ts.Expression, scope: Scope, deep = 0): readonly Piece[] {
  const on = (inner: ts.Expression): readonly Piece[] => piecesOf(inner, scope, deep + 1);
  if (deep > 8) return [null];
  if (ts.isStringLiteralLike(node)) return [node.text];
  if (ts.isParenthesizedExpression(node) || ts.isAsExpression(node) || ts.isSatisfiesExpression(node)) return on(node.expression);
  if (ts.isTemplateExpression(node))
    return [node.head.text, ...node.templateSpans.flatMap((span) => [...on(span.expression), span.literal.text])];
  if (ts.isConditionalExpression(node)) return [{ at: node.getStart(), ways: [on(node.whenTrue), on(node.whenFalse)] }];
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken) return [...on(node.left), ...on(node.right)];
  const named = ts.isIdentifier(node) ? scope.get(node.text) : undefined;
  if (named !== undefined && !ts.isFunctionLike(named)) return on(named);
  if (ts.isCallExpression(node) && ts.isIdentifier(node.expression)) {
    const called = scope.get(node.expression.text);
    if (called !== undefined && ts.isArrowFunction(called) && !ts.isBlock(called.body)) return on(called.body);
  }
  return [null];
}

/** A text with what stands in it for something that is known only when it is sent, `<the time that was taken>`. */
const standsOpen = (text: string): string => text.split(placeholder).map(escaped).join(open);
const placeholder = /<[^<>]+>/g;

const wild = (pieces: readonly Piece[]): readonly (string | null)[] => pieces.map((piece) => (typeof piece === 'string' ? piece : null));

/** The text with one way taken at one choice and all else open, for each way of each choice; as it is where there is no choice. */
function* spelled(
  pieces: readonly Piece[],
  outer: number,
): Generator<{ readonly parts: readonly (string | null)[]; readonly choice: number }> {
  if (pieces.every((piece) => piece === null || typeof piece === 'string')) {
    yield { parts: wild(pieces), choice: outer };
    return;
  }
  for (const [place, piece] of pieces.entries()) {
    if (piece === null || typeof piece === 'string') continue;
    for (const way of piece.ways) {
      for (const { parts, choice } of spelled(way, piece.at)) {
        yield { parts: [...wild(pieces.slice(0, place)), ...parts, ...wild(pieces.slice(place + 1))], choice };
      }
    }
  }
}

const isFixed = (part: string | null): part is string => part !== null;
const textOf = (parts: readonly (string | null)[]): string =>
  parts
    .map((part) => part ?? '…')
    .join('')
    .replace(/…{2,}/g, '…');

function wordingsOf(node: ts.Expression, file: ts.SourceFile, scope: Scope, path: string): readonly Wording[] {
  const lineAt = (position: number): number => file.getLineAndCharacterOfPosition(position).line + 1;
  const start = node.getStart();
  return Array.from(spelled(piecesOf(node, scope), start), ({ parts, choice }) => ({
    place: `${path}:${lineAt(start)}`,
    text: textOf(parts),
    pattern: new RegExp(`(?:^|[\\s(])${parts.map((part) => (part === null ? open : standsOpen(part))).join('')}(?:$|[\\s,;)])`),
    choice,
    says: parts.filter(isFixed).join('').replace(placeholder, '').length,
  }));
}

/** Every text of a file that is a statement, or a clause of one. A text that is put into another one of the file counts by itself too. */
export function wordingsIn(path: string, source: string): readonly Wording[] {
  const file = ts.createSourceFile(path, source, ts.ScriptTarget.Latest, true);
  const scope = declaredIn(file);
  const found: Wording[] = [];
  const visit = (node: ts.Node): void => {
    if (
      (ts.isStringLiteralLike(node) || ts.isTemplateExpression(node)) &&
      !ts.isImportDeclaration(node.parent) &&
      begins.test(headOf(node))
    ) {
      found.push(...wordingsOf(node, file, scope, path));
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

const headOf = (node: ts.StringLiteralLike | ts.TemplateExpression): string =>
  ts.isTemplateExpression(node) ? `${node.head.text}${node.head.text.endsWith(' ') ? '…' : ''}` : node.text;

const engines = join(import.meta.dirname, '../../src/engines');

/** Every text of the CockroachDB engines that is a statement, or a clause of one. */
export function wordings(): readonly Wording[] {
  return ['cockroach', 'cockroach-pcr', 'cockroach-ldr'].flatMap((folder) =>
    readdirSync(join(engines, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .flatMap((path) => wordingsIn(relative(engines, path), readFileSync(path, 'utf8'))),
  );
}

/** What of the wordings a statement says. */
export function saidBy(statement: string, all: readonly Wording[]): readonly Wording[] {
  const fitting = all.filter(({ pattern }) => pattern.test(statement));
  return fitting.filter((one) => !fitting.some((other) => isSameChoice(one, other) && other.says > one.says));
}

const isSameChoice = (a: Wording, b: Wording): boolean => a.choice === b.choice && a.place === b.place;

/** Texts that begin like a statement and are sent by nobody here: a file, how the text begins, and what it is for. */
export const forPeople: readonly (readonly [file: string, begins: string, why: string])[] = [
  ['cockroach/make-anew.ts', 'GRANT SYSTEM EXTERNALCONNECTION TO', 'a person grants it'],
  ['cockroach-pcr/plans/reconnect.ts', 'DROP EXTERNAL CONNECTION …; CREATE', 'a person who has the URI replaces the connection'],
  ['cockroach-pcr/setup-ground.ts', 'ALTER VIRTUAL CLUSTER … STOP SERVICE; DROP', 'a refusal says how to make room'],
  ['cockroach-ldr/inspect-dlq.ts', 'DELETE FROM', 'the manual of a queue'],
  ['cockroach-ldr/plans/jobs.ts', 'DROP EXTERNAL CONNECTION … on', 'a sentence says which connection is left'],
  ['cockroach-ldr/plans/jobs.ts', "ALTER EXTERNAL CONNECTION … AS '…'", 'a person who has the URI replaces the connection'],
  ['cockroach-ldr/plans/jobs.ts', 'DROP EXTERNAL CONNECTION …, then', 'a person who has the URI replaces the connection'],
  ['cockroach-ldr/preflights/access.ts', 'ALTER USER', 'a check says what is missing'],
  ['cockroach-ldr/preflights/access.ts', 'GRANT', 'a check says what is missing'],
  ['cockroach-ldr/preflights/missing.ts', 'GRANT', 'a check says what is missing'],
  ['cockroach-ldr/reads/queues.ts', 'SELECT id, dlq_timestamp', 'a person lists the entries of a queue'],
  ['cockroach-ldr/reads/writes.ts', 'SELECT * FROM', 'a person looks at the rows'],
  ['cockroach-ldr/start-words.ts', 'FUNCTION', 'what is read from the statement of a job'],
];

const fits = ({ place, text }: Wording, [file, start]: (typeof forPeople)[number]): boolean =>
  place.startsWith(`${file}:`) && text.startsWith(start);

export const isForPeople = (wording: Wording): boolean => forPeople.some((one) => fits(wording, one));

/** Exceptions to which no text of the source belongs any more. */
export const outdated = (all: readonly Wording[]): readonly string[] =>
  forPeople.filter((one) => !all.some((wording) => fits(wording, one))).map(([file, start]) => `${file}: ${start}`);
