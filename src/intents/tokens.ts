import type { UserId } from '../domain/ids.ts';
import { isDoubleQuote, isQuote, isSingleQuote, isSpace, isUnseen, plainOf } from './characters.ts';
import { type Piece, pieceAt } from './markup.ts';
import { type Problem, problem } from './problem.ts';
import { show } from './show.ts';

/** A word or a quoted text. */
export interface Word {
  readonly kind: 'word';
  /** As the person sees it. */
  readonly text: string;
  /** Without unseen characters and with one kind of dash: how a name or a number was meant. */
  readonly plain: string;
  /** Set when the whole word is the mention of a person. */
  readonly person: UserId | null;
  readonly quoted: boolean;
}

/** `--name`, `--name=value`, or the same with the dashes of a phone. */
export interface FlagToken {
  readonly kind: 'flag';
  /** Lower case, without dashes. */
  readonly name: string;
  /** What stood behind `=`. */
  readonly value: Word | null;
}

export type Token = Word | FlagToken;

/** All tokens up to the end or up to the first thing that cannot be read. */
interface Tokens {
  readonly tokens: readonly Token[];
  readonly broken: Problem | null;
}

interface Cursor {
  readonly source: string;
  at: number;
}

const flagStart = /^-+(\p{L}[^=]*)$/u;
const quoteHint = 'Put a closing quote at the end of the text, and write \\" for a quote inside it.';

/** Splits a text into words and flags, forgiving what chat clients do to quotes, dashes, spaces, names and hosts. */
export function tokenize(source: string): Tokens {
  const cursor: Cursor = { source, at: 0 };
  const tokens: Token[] = [];
  for (skip(cursor, (piece) => isSpace(piece) || isUnseen(piece)); cursor.at < source.length; ) {
    const token = readToken(cursor);
    if (token.kind === 'problem') return { tokens, broken: token };
    tokens.push(token);
    skip(cursor, (piece) => isSpace(piece) || isUnseen(piece));
  }
  return { tokens, broken: null };
}

/** Words joined to one, as when a reason was not put in quotes. */
export function joinWords(words: readonly Word[]): Word {
  const [first] = words;
  if (first !== undefined && words.length === 1) return first;
  return wordOf(words.map((word) => word.text).join(' '), null, false);
}

function wordOf(text: string, person: UserId | null, quoted: boolean): Word {
  return { kind: 'word', text, plain: plainOf(text), person, quoted };
}

function skip(cursor: Cursor, unwanted: (character: string) => boolean): void {
  while (cursor.at < cursor.source.length) {
    const piece = pieceAt(cursor.source, cursor.at);
    if (piece.kind !== 'plain' || !unwanted(piece.text)) return;
    cursor.at += piece.length;
  }
}

const opensQuote = (cursor: Cursor): boolean => isQuote(cursor.source.charAt(cursor.at));

function readToken(cursor: Cursor): Token | Problem {
  if (opensQuote(cursor)) return readQuoted(cursor);
  const pieces = readBare(cursor, (piece, before) => isEqualsSign(piece) && flagNameOf(before) !== null);
  const name = flagNameOf(pieces);
  if (name === null) return bareWord(pieces);
  return cursor.source[cursor.at] === '=' ? readFlagValue(cursor, name) : { kind: 'flag', name, value: null };
}

const isEqualsSign = (piece: Piece): boolean => piece.kind === 'plain' && piece.text === '=';

/** Pieces up to a space, the end, or where `isEnd` says so. */
function readBare(cursor: Cursor, isEnd: (piece: Piece, before: readonly Piece[]) => boolean): readonly Piece[] {
  const pieces: Piece[] = [];
  while (cursor.at < cursor.source.length) {
    const piece = pieceAt(cursor.source, cursor.at);
    if ((piece.kind === 'plain' && isSpace(piece.text)) || isEnd(piece, pieces)) break;
    cursor.at += piece.length;
    pieces.push(piece);
  }
  return pieces;
}

function flagNameOf(pieces: readonly Piece[]): string | null {
  return flagStart.exec(plainOf(textOf(pieces)))?.[1]?.toLowerCase() ?? null;
}

const textOf = (pieces: readonly Piece[]): string => pieces.map((piece) => piece.text).join('');

function bareWord(pieces: readonly Piece[]): Word {
  return wordOf(textOf(pieces), onlyPerson(pieces), false);
}

/** The cursor stands on the equals sign. */
function readFlagValue(cursor: Cursor, name: string): FlagToken | Problem {
  cursor.at += 1;
  skip(cursor, isUnseen);
  const value = opensQuote(cursor) ? readQuoted(cursor) : bareWord(readBare(cursor, () => false));
  return value.kind === 'problem' ? value : { kind: 'flag', name, value };
}

/**
 * Any double quote ends a text that a double quote began, since clients turn only some of them. A single quote
 * ends one only before a space, since it is also an apostrophe.
 */
function readQuoted(cursor: Cursor): Word | Problem {
  const opening = cursor.source.charAt(cursor.at);
  const pieces: Piece[] = [];
  cursor.at += 1;
  const begins = cursor.at;
  while (cursor.at < cursor.source.length) {
    const piece = pieceAt(cursor.source, cursor.at);
    cursor.at += piece.length;
    if (piece.kind === 'plain' && piece.text === '\\' && isEscapable(cursor)) {
      pieces.push(pieceAt(cursor.source, cursor.at));
      cursor.at += 1;
    } else if (piece.kind === 'plain' && isClosing(opening, piece.text, cursor)) {
      return afterQuote(cursor, wordOf(textOf(pieces), onlyPerson(pieces), true));
    } else pieces.push(piece);
  }
  return problem(`The text ${show(cursor.source.slice(begins))} begins with a quote that is never closed.`, quoteHint);
}

const isEscapable = (cursor: Cursor): boolean => {
  const next = cursor.source.charAt(cursor.at);
  return next === '\\' || isQuote(next);
};

function isClosing(opening: string, character: string, cursor: Cursor): boolean {
  return isDoubleQuote(opening) ? isDoubleQuote(character) : isSingleQuote(character) && endsHere(cursor);
}

function onlyPerson(pieces: readonly Piece[]): UserId | null {
  const [only, ...others] = pieces.filter((piece) => piece.kind !== 'plain' || !isUnseen(piece.text));
  return only !== undefined && others.length === 0 ? only.person : null;
}

function endsHere(cursor: Cursor): boolean {
  const ahead: Cursor = { source: cursor.source, at: cursor.at };
  skip(ahead, isUnseen);
  const next = cursor.source[ahead.at];
  return next === undefined || isSpace(next);
}

function afterQuote(cursor: Cursor, word: Word): Word | Problem {
  if (endsHere(cursor)) return word;
  const rest = cursor.source.slice(cursor.at).replace(/\s.*$/s, '');
  return problem(
    `The quoted text ${show(word.text)} is followed by ${show(rest)} without a space.`,
    'Write \\" for a quote inside quotes.',
  );
}
