/** Cypher text has no way to hold a NUL safely, so it is a bug of the caller that let it through. */
function withoutNul(text: string): string {
  if (text.includes('\u0000')) throw new TypeError('Cypher text must not hold a NUL character');
  return text;
}

/**
 * Versions differ in when they read a backslash and `u` with four hexadecimal digits as a character: some before they look for the
 * end of a quotation, whatever stands before the backslash. So a text that holds this is refused rather than written in a way that
 * only some read right. No name or address that Neo4j allows holds a backslash.
 */
function withoutUnicodeEscape(text: string): string {
  if (/\\u/i.test(text)) throw new TypeError('Cypher text must not hold a backslash before a u');
  return withoutNul(text);
}

/**
 * Quotes a name (of a database, an alias, a role), so that it stands for itself whatever it holds. Throws TypeError on NUL, on the
 * empty name, and on a name that a server may read as another one.
 */
export function quoteCypherName(name: string): string {
  if (name === '') throw new TypeError('Cypher has no empty name');
  return `\`${withoutUnicodeEscape(name).replaceAll('`', '``')}\``;
}

const escapes: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  "'": "\\'",
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

/** Quotes a text as a string literal on one line. Throws TypeError on NUL and on a backslash before a `u`. */
export function quoteCypherString(value: string): string {
  return `'${withoutUnicodeEscape(value).replace(/[\\'\n\r\t]/g, (character) => escapes[character] ?? character)}'`;
}

/** Whether a name, and a text that holds it, can be quoted at all. */
export const isQuotableName = (name: string): boolean => name !== '' && !name.includes('\u0000') && !/\\u/i.test(name);

/** A whole number as a literal. Throws TypeError on anything else, since a fraction would be sent as a FLOAT. */
export function cypherInteger(value: number): string {
  if (!Number.isSafeInteger(value)) throw new TypeError('a Cypher INTEGER must be a whole number');
  return String(value);
}
