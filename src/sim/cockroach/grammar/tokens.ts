import { SqlError } from '../sql-error.ts';

export interface Token {
  readonly kind: 'word' | 'quoted' | 'string' | 'number' | 'parameter' | 'symbol' | 'end';
  /** As it stands in the statement. */
  readonly text: string;
  /** Words in lower case, quoted names and strings without their quotes. */
  readonly value: string;
  /** Offset in the statement. */
  readonly at: number;
}

const lexicalError = (sql: string, message: string): SqlError =>
  new SqlError('42601', `lexical error: ${message}`, { detail: `source SQL:\n${sql}` });

const patterns: readonly (readonly [Token['kind'], RegExp])[] = [
  ['word', /[\p{L}_][\p{L}\p{N}_$]*/uy],
  ['number', /\d+(?:\.\d+)?|\.\d+/y],
  ['parameter', /\$\d+/y],
  ['quoted', /"(?:[^"]|"")*"/y],
  ['string', /'(?:[^']|'')*'/y],
  ['symbol', /->>|::|<=|>=|<>|!=|\|\||[-+*/%()[\],;.=<>:]/y],
];

const blank = /(?:\s+|--[^\n]*|\/\*[\s\S]*?\*\/)+/y;

function unquote(kind: Token['kind'], text: string): string {
  if (kind === 'word') return text.toLowerCase();
  if (kind === 'quoted') return text.slice(1, -1).replaceAll('""', '"');
  if (kind === 'string') return text.slice(1, -1).replaceAll("''", "'");
  return kind === 'parameter' ? text.slice(1) : text;
}

function tokenAt(sql: string, at: number): Token | null {
  for (const [kind, pattern] of patterns) {
    pattern.lastIndex = at;
    const text = pattern.exec(sql)?.[0];
    if (text !== undefined) return { kind, text, value: unquote(kind, text), at };
  }
  return null;
}

/** Splits SQL text into tokens; the last one is always `end`. Throws the server's 42601 on text that no token begins with. */
export function tokenize(sql: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < sql.length) {
    blank.lastIndex = at;
    const gap = blank.exec(sql)?.[0].length ?? 0;
    at += gap;
    if (at >= sql.length) break;
    const token = tokenAt(sql, at);
    if (token === null) {
      const unterminated = sql[at] === "'" ? 'unterminated string' : sql[at] === '"' ? 'unterminated quoted identifier' : null;
      throw lexicalError(sql, unterminated ?? `invalid character ${JSON.stringify(sql[at])}`);
    }
    tokens.push(token);
    at += token.text.length;
  }
  tokens.push({ kind: 'end', text: 'EOF', value: '', at: sql.length });
  return tokens;
}
