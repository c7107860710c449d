/** What a constraint is called in the server's texts, and what people read. The name of the constraint follows. */
const known: readonly (readonly [RegExp, string])[] = [
  [/unique constraint "((?:[^"]|"")*)"/iu, 'breaks unique constraint'],
  [/foreign key constraint "((?:[^"]|"")*)"/iu, 'breaks foreign key'],
  [/check constraint \(?"?((?:[^")]|"")*)/iu, 'breaks check'],
  [/null value in column "((?:[^"]|"")*)"/iu, 'has no value for column'],
];

const limits = /\((age limit|size limit|not retryable)\)\s*$/u;

/** Reason of an entry, for people. The server's own text may hold values of the row, so only what names the schema is taken from it. */
export function reasonWords(reason: string): string {
  const limit = limits.exec(reason)?.[1];
  const found = known.flatMap(([pattern, words]) => {
    const name = pattern.exec(reason)?.[1];
    return name === undefined ? [] : [`${words} ${name.length > 60 ? `${name.slice(0, 59)}…` : name}`];
  })[0];
  const what = found ?? 'could not be applied';
  return limit === undefined ? what : `${what} (${limit})`;
}
