/** One line of SHOW CREATE TABLE: a column, an index, a constraint, a family or a storage setting. */
export interface CreateLine {
  /** The column, index or constraint that the line is about; empty when it names none. */
  readonly name: string;
  /** The line without what stands in quotes, so that no name and no text can pass for a word of SQL. */
  readonly words: string;
}

const quoted = /'(?:[^'\\]|\\[\s\S]|'')*'|"(?:[^"]|"")*"/gu;

/** Takes the contents out of every pair of quotes and keeps the length, so that places stay what they are. */
const blank = (text: string): string => text.replace(quoted, (found) => `${found[0]}${'·'.repeat(found.length - 2)}${found[0]}`);

/** Parts the text of SHOW CREATE TABLE into lines, whatever names and texts it holds. */
export function createLines(create: string): readonly CreateLine[] {
  const words = blank(create);
  const lines: CreateLine[] = [];
  let at = 0;
  for (const line of words.split('\n')) {
    lines.push({ name: nameIn(create.slice(at, at + line.length)), words: line });
    at += line.length + 1;
  }
  return lines;
}

const introduced = /^\s*(?:CONSTRAINT|(?:UNIQUE |INVERTED |VECTOR )?INDEX|FAMILY)\s+/;
const identifier = /^(?:"((?:[^"]|"")*)"|([^\s"(),]+))/u;

function nameIn(line: string): string {
  const found = identifier.exec(line.replace(introduced, '').trimStart());
  return found?.[1]?.replaceAll('""', '"') ?? found?.[2] ?? '';
}
