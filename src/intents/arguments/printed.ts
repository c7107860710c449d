import { isQuote } from '../characters.ts';
import { withEntities } from '../markup.ts';

/** Reads as one word, whatever client it goes through, and never as a flag. */
const bare = /^[A-Za-z0-9_@][A-Za-z0-9_.:/-]*$/;

/** The text in quotes, such that reading it gives the same text again. */
export function printQuoted(text: string): string {
  const escaped = [...text].map((character) => (character === '\\' || isQuote(character) ? `\\${character}` : character)).join('');
  return `"${withEntities(escaped)}"`;
}

/** The word as it is when that reads the same, else in quotes. */
export const printWord = (word: string): string => (bare.test(word) ? word : printQuoted(word));
