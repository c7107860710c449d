/**
 * Names that Neo4j allows for a database or an alias of it, in the lower case in which it keeps them: 3 to 63 letters of ASCII,
 * digits, dots and hyphens, with a letter or digit at both ends, and without the prefix `system`.
 */
const allowed = /^(?!system)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

export const isDatabaseName = (name: string): boolean => allowed.test(name);

export const databaseNameRule =
  'must be a database name that Neo4j allows: 3 to 63 small letters, digits, dots and hyphens, with a letter or digit at both ends, not beginning with system';
