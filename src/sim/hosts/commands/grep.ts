import { type Call, print, type Tool, ToolError } from '../shell/call.ts';
import { bytesOf } from './file-tools.ts';

/** Options of one letter up to the pattern; those that take a number have it in the next word. */
function optionsOf(argv: readonly string[]): { readonly options: ReadonlyMap<string, number>; readonly rest: readonly string[] } {
  const options = new Map<string, number>();
  const words = [...argv];
  while (words[0]?.startsWith('-') === true && words[0].length > 1) {
    const word = words.shift() ?? '';
    if (word === '--') break;
    for (const letter of word.slice(1)) {
      if (!'sqazoxEFvinBA'.includes(letter)) throw new ToolError(`grep: invalid option -- '${letter}'`, 2);
      options.set(letter, 'AB'.includes(letter) ? Number(words.shift()) : 1);
    }
  }
  return { options, rest: words };
}

interface Search {
  readonly bytes: Buffer;
  readonly prefix: string;
  readonly expression: RegExp;
  readonly options: ReadonlyMap<string, number>;
}

export const grep: Tool = async (call) => {
  const { options, rest } = optionsOf(call.argv);
  const [pattern, ...paths] = rest;
  if (pattern === undefined) throw new ToolError('Usage: grep [OPTION]... PATTERNS [FILE]...', 2);
  const source = options.has('F') ? pattern.replace(/[.*+?^${}()|[\]\\]/g, '\\$&') : pattern;
  const expression = new RegExp(options.has('x') ? `^(?:${source})$` : source, options.has('i') ? 'gsi' : 'gs');
  const search = (bytes: Buffer, prefix: string): boolean => searchIn(call, { bytes, prefix, expression, options });
  if (paths.length === 0) return search(await call.streams.stdin.all(), '') ? 0 : 1;
  const found = paths.map((path) => {
    const bytes = orNull(call, path, options.has('s'));
    return bytes === null ? null : search(bytes, paths.length > 1 ? `${path}:` : '');
  });
  const hit = found.includes(true);
  if (hit && (options.has('q') || !found.includes(null))) return 0;
  return found.includes(null) ? 2 : 1;
};

/** Lines that match, as their matches; null for the others. */
function matchesIn(lines: readonly string[], { expression, options }: Search): readonly (readonly string[] | null)[] {
  const hits = lines.map((line) => line.match(expression));
  return options.has('v') ? hits.map((hit, at) => (hit === null ? [lines[at] ?? ''] : null)) : hits;
}

/** Prints what matches, with the lines around it; `-o` prints every match by itself. */
function searchIn(call: Call, search: Search): boolean {
  const { bytes, prefix, options } = search;
  const ending = options.has('z') ? '\0' : '\n';
  const text = bytes.toString('utf8');
  const lines = text === '' ? [] : (text.endsWith(ending) ? text.slice(0, -1) : text).split(ending);
  const matches = matchesIn(lines, search);
  const any = matches.some((match) => match !== null);
  if (options.has('q') || !any) return any;
  const [before, after] = [options.get('B') ?? 0, options.get('A') ?? 0];
  for (const [at, line] of lines.entries()) {
    if (!matches.slice(Math.max(0, at - after), at + before + 1).some((match) => match !== null)) continue;
    const shown = options.has('o') ? (matches[at] ?? []) : [line];
    print(call, shown.map((each) => `${prefix}${options.has('n') ? `${at + 1}:` : ''}${each}${ending}`).join(''));
  }
  return true;
}

function orNull(call: Call, path: string, quiet: boolean): Buffer | null {
  try {
    return bytesOf(call, path);
  } catch (cause) {
    if (!(cause instanceof ToolError)) throw cause;
    if (!quiet) call.streams.stderr(Buffer.from(`${cause.message}\n`));
    return null;
  }
}
