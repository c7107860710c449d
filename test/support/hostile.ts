import fc from 'fast-check';

const quoted = /'(?:[^']|'')*'|"(?:[^"]|"")*"/gu;

/**
 * A statement without the content of what is quoted, by SQL's own rule for where a quote ends and no other knowledge of the language.
 * It is the same for every name as long as no name gets out of its quotes.
 */
export const skeletonOf = (statement: string): string => statement.replace(quoted, (found) => found.slice(0, 1).repeat(2));

/** What stands in the quotes, with doubled quotes read as one. */
export const quotedIn = (statement: string): readonly string[] =>
  Array.from(statement.matchAll(quoted), ([found]) => found.slice(1, -1).replaceAll(found.slice(0, 1).repeat(2), found.slice(0, 1)));

const nasty = [
  `a"b`,
  `a'b`,
  `"`,
  `'`,
  `''`,
  `""`,
  `"; DROP TABLE t; --`,
  `'; DROP VIRTUAL CLUSTER main; --`,
  `' || (SELECT 1) || '`,
  '--',
  '/*',
  '*/',
  ';',
  'a.b.c',
  '"."',
  'a\nb',
  '\r\n',
  '\t',
  '\\',
  `\\'`,
  '$1',
  '%_',
  '*****',
  'Ünïcödé',
  '日本',
  '\u202e',
  '\u2028',
  '👩‍🚀',
  'SELECT',
  ' ',
];

/** Names that mean something to SQL, to a shell or to a reader. Never empty, no NUL: neither is a name in SQL. */
export const hostileName: fc.Arbitrary<string> = fc
  .oneof(
    fc.constantFrom(...nasty),
    fc.array(fc.constantFrom(...nasty), { minLength: 1, maxLength: 4 }).map((parts) => parts.join('')),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }),
  )
  .filter((name) => !name.includes('\u0000'));
