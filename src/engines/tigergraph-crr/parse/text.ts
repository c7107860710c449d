/** What a terminal takes as a colour or a move: ESC, a bracket, numbers and a letter. */
const escapes = new RegExp(`${String.fromCodePoint(27)}\\[[0-9;?]*[A-Za-z]`, 'g');

/** A command's answer as plain lines: without colours, carriage returns and characters that nobody can see. Pure; never throws. */
export const plain = (raw: string): string =>
  raw
    .replace(escapes, '')
    .replace(/\r\n?/g, '\n')
    .replace(/[^\P{Cc}\n\t]/gu, '')
    .replace(/\uFEFF/g, '');

export const linesOf = (raw: string): readonly string[] =>
  plain(raw)
    .split('\n')
    .map((line) => line.trim());

type Level = 'info' | 'note' | 'warning' | 'error';

export interface Said {
  readonly level: Level;
  readonly text: string;
}

const tagged = /^\[\s*(Info|Note|Warning|Error)\](?:\s*\[[A-Z][a-z]{2} [A-Z][a-z]{2} [^\]]*\])?\s*(.*)$/;

/** Reads `[   Info] [Wed Oct 26 08:51:24 UTC 2022] words`; null for a line of another form. */
export function saidIn(line: string): Said | null {
  const [, level, text] = tagged.exec(line.trim()) ?? [];
  // The pattern has these four only.
  return level === undefined || text === undefined ? null : { level: level.toLowerCase() as Level, text };
}

/** Everything that is no line of gadmin about itself, and those lines apart. */
export function sortLines(raw: string): { readonly own: readonly Said[]; readonly rest: readonly string[] } {
  const own: Said[] = [];
  const rest: string[] = [];
  for (const line of linesOf(raw)) {
    const said = saidIn(line);
    if (said === null) rest.push(line);
    else own.push(said);
  }
  return { own, rest };
}

/** Why a command failed, by its own word: its first error line, or else the last line that it printed. One line; empty when it said nothing. */
export function reasonIn(raw: string): string {
  const { own, rest } = sortLines(raw);
  const error = own.find(({ level }) => level === 'error')?.text ?? rest.find((line) => /^error:/i.test(line));
  return (error ?? rest.filter((line) => line !== '').at(-1) ?? own.at(-1)?.text ?? '').replace(/\s+/g, ' ').slice(0, 300);
}

/** Whether gadmin or its command line says that it failed, whatever its exit code. */
export function complains(raw: string): boolean {
  const { own, rest } = sortLines(raw);
  return own.some(({ level }) => level === 'error') || rest.some((line) => /^Error: /.test(line));
}
