import type { GraphError } from '../graph-error.ts';
import { invalidInput, type Token } from './tokens.ts';

/** Walks over the tokens of one statement. Words are compared in upper case. */
export interface Cursor {
  peek(ahead?: number): Token;
  next(): Token;
  /** True, and past them, when exactly these words or symbols come next. */
  accept(...texts: readonly string[]): boolean;
  /** Past the first of these words that comes next; null when none does. */
  acceptOne(...texts: readonly string[]): string | null;
  sees(...texts: readonly string[]): boolean;
  expect(...texts: readonly string[]): void;
  /** A word as it was written, or a name in back-ticks. */
  identifier(): string;
  /** The server's syntax error at the next token. */
  unexpected(): GraphError;
}

const matches = (token: Token, text: string): boolean => (token.kind === 'word' || token.kind === 'symbol') && token.value === text;

export function createCursor(cypher: string, tokens: readonly Token[], from = 0): Cursor {
  let at = from;
  const end: Token = tokens.at(-1) ?? { kind: 'end', text: '', value: '', at: cypher.length };
  const peek = (ahead = 0): Token => tokens[at + ahead] ?? end;
  const sees = (...texts: readonly string[]): boolean => texts.every((text, ahead) => matches(peek(ahead), text));
  const unexpected = (): GraphError => invalidInput(cypher, peek().at, peek().text);
  const accept = (...texts: readonly string[]): boolean => {
    if (!sees(...texts)) return false;
    at += texts.length;
    return true;
  };
  const next = (): Token => {
    const token = peek();
    at += 1;
    return token;
  };
  return {
    peek,
    next,
    sees,
    accept,
    unexpected,
    acceptOne: (...texts) => texts.find((text) => accept(text)) ?? null,
    expect: (...texts) => {
      for (const text of texts) if (!accept(text)) throw unexpected();
    },
    identifier: () => {
      const token = peek();
      if (token.kind !== 'word' && token.kind !== 'name') throw unexpected();
      at += 1;
      return token.kind === 'word' ? token.text : token.value;
    },
  };
}
