/**
 * Quotes a text as one word of a POSIX shell, so that it stands for itself whatever it holds. Single quotes take everything but a single
 * quote literally. Throws TypeError on NUL, which no argument of a process can hold.
 */
export function quoteWord(text: string): string {
  if (text.includes('\u0000')) throw new TypeError('a shell word must not hold a NUL character');
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
