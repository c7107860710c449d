/** NUL cannot be written in SQL text at all, so it is a bug of the caller that let it through. */
function withoutNul(text: string): string {
  if (text.includes('\u0000')) throw new TypeError('SQL text must not hold a NUL character');
  return text;
}

/** Quotes a name, so that it stands for itself whatever it holds. Throws TypeError on NUL and on the empty name. */
export function quoteIdentifier(name: string): string {
  if (name === '') throw new TypeError('SQL has no empty name');
  return `"${withoutNul(name).replaceAll('"', '""')}"`;
}

/**
 * Quotes a value as a string literal. Backslashes stand for themselves, since `standard_conforming_strings` is always on in
 * CockroachDB. Throws TypeError on NUL.
 */
export function quoteLiteral(value: string): string {
  return `'${withoutNul(value).replaceAll("'", "''")}'`;
}

/** Quotes a text for use inside a LIKE pattern, so that `%`, `_` and `\` stand for themselves. Still needs `quoteLiteral`. */
export const escapeLike = (text: string): string => text.replace(/[\\%_]/g, (character) => `\\${character}`);
