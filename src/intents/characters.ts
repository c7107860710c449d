/** Characters that clients put in place of what was typed, and characters that nobody sees. */

const doubleQuotes = new Set('"\u201C\u201D\u201E\u201F\u00AB\u00BB\u2033\uFF02');
const singleQuotes = new Set("'\u2018\u2019\u201A\u201B\u2032\uFF07");
const dashes = /[\u2010-\u2015\u2212\uFE58\uFE63\uFF0D]/g;
/** Soft hyphen, zero-width space, word joiner, byte order mark, and the marks that turn the direction of writing. */
const unseen = /[\u00AD\u061C\u180E\u200B\u200E\u200F\u202A-\u202E\u2060-\u2064\u2066-\u206F\uFEFF]/g;
/** The zero-width joiners make one emoji out of several, so texts keep them and names do not. */
const joiners = /\u200C|\u200D/g;

export const isDoubleQuote = (character: string): boolean => doubleQuotes.has(character);
export const isSingleQuote = (character: string): boolean => singleQuotes.has(character);
export const isQuote = (character: string): boolean => isDoubleQuote(character) || isSingleQuote(character);

/** The text without characters that hide or reorder others; joiners inside emoji stay. */
export const withoutUnseen = (text: string): string => text.replace(unseen, '');

export const isUnseen = (character: string): boolean => withoutUnseen(character).replace(joiners, '') === '';

/** Only white space that can be seen as such: the byte order mark counts as unseen. */
export const isSpace = (character: string): boolean => /\s/.test(character) && !isUnseen(character);

/** How a name, a flag or a number was meant: nothing unseen, and one kind of dash. */
export const plainOf = (text: string): string => withoutUnseen(text).replace(joiners, '').replace(dashes, '-');

/** A character that no text may hold (a control character but tab and line ends, or half of a character), and what stands before it. */
interface Forbidden {
  /** e.g. `U+0000`. */
  readonly character: string;
  readonly before: string;
}

/** The first forbidden character of a text; null when there is none. */
export function forbiddenIn(text: string): Forbidden | null {
  const found = /(?![\t\n\r])[\p{Cc}\p{Cs}]/u.exec(text);
  if (found === null) return null;
  const code = found[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
  return { character: `U+${code}`, before: text.slice(0, found.index) };
}
