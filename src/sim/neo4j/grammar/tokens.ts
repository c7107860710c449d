import { syntaxError } from '../graph-error.ts';

export interface Token {
  /** A `name` is a word in back-ticks. */
  readonly kind: 'word' | 'name' | 'string' | 'integer' | 'float' | 'parameter' | 'symbol' | 'end';
  readonly text: string;
  /** Words in upper case; names, strings and parameters as they are meant. */
  readonly value: string;
  readonly at: number;
}

const blank = /(?:\s|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*/y;
const patterns: readonly (readonly [Token['kind'], RegExp])[] = [
  ['name', /`(?:[^`]|``)*`/y],
  ['string', /'(?:[^'\\]|\\[\s\S])*'|"(?:[^"\\]|\\[\s\S])*"/y],
  ['parameter', /\$(?:[\p{L}_][\p{L}\p{N}_]*|`(?:[^`]|``)*`)/uy],
  ['float', /\d+\.\d+/y],
  ['integer', /\d+/y],
  ['word', /[\p{L}_][\p{L}\p{N}_]*/uy],
  ['symbol', /<>|<=|>=|->|<-|[()[\]{},.:=<>*;\-+]/y],
];

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f' };

const unescaped = (text: string): string =>
  text.replace(/\\(?:u([0-9a-fA-F]{4})|([\s\S]))/g, (_, code: string | undefined, letter: string | undefined) =>
    code === undefined ? (escapes[letter ?? ''] ?? letter ?? '') : String.fromCharCode(Number.parseInt(code, 16)),
  );

const unticked = (text: string): string => (text.startsWith('`') ? text.slice(1, -1).replaceAll('``', '`') : text);

function meaningOf(kind: Token['kind'], text: string): string {
  if (kind === 'word') return text.toUpperCase();
  if (kind === 'name') return unticked(text);
  if (kind === 'string') return unescaped(text.slice(1, -1));
  return kind === 'parameter' ? unticked(text.slice(1)) : text;
}

function tokenAt(cypher: string, at: number): Token | null {
  for (const [kind, pattern] of patterns) {
    pattern.lastIndex = at;
    const text = pattern.exec(cypher)?.[0];
    if (text !== undefined) return { kind, text, value: meaningOf(kind, text), at };
  }
  return null;
}

/** Splits a statement into tokens; the last one is always `end`. */
export function tokenize(cypher: string): readonly Token[] {
  const tokens: Token[] = [];
  for (let at = 0; ; ) {
    blank.lastIndex = at;
    at += blank.exec(cypher)?.[0].length ?? 0;
    if (at >= cypher.length) return [...tokens, { kind: 'end', text: '', value: '', at }];
    const token = tokenAt(cypher, at);
    if (token === null) throw invalidInput(cypher, at, cypher[at] ?? '');
    tokens.push(token);
    at += token.text.length;
  }
}

/** The server's wording of a syntax error. */
export function invalidInput(cypher: string, at: number, found: string): ReturnType<typeof syntaxError> {
  const before = cypher.slice(0, at);
  const line = before.split('\n').length;
  const column = at - (before.lastIndexOf('\n') + 1) + 1;
  return syntaxError(`Invalid input '${found}': (line ${line}, column ${column} (offset: ${at}))\n"${cypher}"\n ${' '.repeat(column)}^`);
}
