import { SqlError } from '../sql-error.ts';
import type { Token } from './tokens.ts';

/** Walks over the tokens of one statement. Words are compared in lower case. */
export interface Cursor {
  readonly sql: string;
  peek(ahead?: number): Token;
  next(): Token;
  /** True, and past them, when exactly these words or symbols come next. */
  accept(...texts: readonly string[]): boolean;
  /** Like accept, without moving. */
  sees(...texts: readonly string[]): boolean;
  /** Throws the server's syntax error when these words or symbols don't come next. */
  expect(...texts: readonly string[]): void;
  /** The server's syntax error at the next token. */
  unexpected(): SqlError;
  /** Sets what the HINT of a syntax error points at, e.g. `ALTER VIRTUAL CLUSTER`. */
  topic(name: string): void;
  /** Number of the token that comes next. */
  position(): number;
}

/** The server's wording of a syntax error. */
export function syntaxErrorAt(sql: string, token: Token, topic: string | null): SqlError {
  const before = sql.slice(0, token.at);
  const line = sql.slice(0, sql.indexOf('\n', token.at) === -1 ? sql.length : sql.indexOf('\n', token.at));
  const column = token.at - (before.lastIndexOf('\n') + 1);
  return new SqlError('42601', `at or near "${token.kind === 'word' ? token.value : token.text}": syntax error`, {
    detail: `source SQL:\n${line}\n${' '.repeat(column)}^`,
    ...(topic === null ? {} : { hint: `try \\h ${topic}` }),
  });
}

const matches = (token: Token, text: string): boolean => (token.kind === 'word' || token.kind === 'symbol') && token.value === text;

/** Starts at the token number `from`. */
export function createCursor(sql: string, tokens: readonly Token[], from = 0): Cursor {
  let at = from;
  let topic: string | null = null;
  const end: Token = tokens.at(-1) ?? { kind: 'end', text: 'EOF', value: '', at: sql.length };
  const peek = (ahead = 0): Token => tokens[at + ahead] ?? end;
  const sees = (...texts: readonly string[]): boolean => texts.every((text, ahead) => matches(peek(ahead), text));
  const accept = (...texts: readonly string[]): boolean => {
    if (!sees(...texts)) return false;
    at += texts.length;
    return true;
  };
  const unexpected = (): SqlError => syntaxErrorAt(sql, peek(), topic);
  return {
    sql,
    peek,
    sees,
    accept,
    unexpected,
    next: () => {
      const token = peek();
      at += 1;
      return token;
    },
    expect: (...texts) => {
      for (const text of texts) if (!accept(text)) throw unexpected();
    },
    topic: (name) => {
      topic = name;
    },
    position: () => at,
  };
}
