import type { Shell } from './call.ts';
import type { Part, Word } from './lex.ts';

function parameterOf(shell: Shell, name: string): string {
  if (name === '?') return String(shell.lastExit);
  if (name === '$') return shell.variables.get('$') ?? String(shell.process.pid);
  if (/^\d$/.test(name)) return shell.parameters[Number(name)] ?? '';
  return shell.variables.get(name) ?? '';
}

/** What stands for a part; a command has been run by then. */
const textOf = (shell: Shell, part: Part): string => (part.kind === 'parameter' ? parameterOf(shell, part.name) : part.text);

/** The text of a word where no splitting happens: assignments and redirections. */
export const expandText = (shell: Shell, word: Word): string => word.map((part) => textOf(shell, part)).join('');

const globCharacters = /[*?[]/;

/** The arguments that a word stands for: parameters put in and split, patterns replaced by the paths that match. */
export function expandWord(shell: Shell, word: Word): readonly string[] {
  const fields: { text: string; pattern: string; quoted: boolean }[] = [];
  let open = false;
  const add = (text: string, quoted: boolean): void => {
    const last = open ? fields.at(-1) : undefined;
    const pattern = quoted ? text.replace(/[*?[\]\\]/g, '\\$&') : text;
    if (last === undefined) fields.push({ text, pattern, quoted });
    else Object.assign(last, { text: last.text + text, pattern: last.pattern + pattern, quoted: last.quoted || quoted });
    open = true;
  };
  for (const part of word) {
    if (part.kind === 'text') add(part.text, part.quoted);
    else if (part.quoted) add(textOf(shell, part), true);
    else {
      const pieces = textOf(shell, part).split(/[ \t\n]+/);
      pieces.forEach((piece, index) => {
        if (index > 0) open = false;
        if (piece !== '') add(piece, false);
      });
    }
  }
  return fields.filter(({ text, quoted }) => quoted || text !== '').flatMap((field) => globbed(shell, field));
}

function globbed(shell: Shell, { text, pattern }: { readonly text: string; readonly pattern: string }): readonly string[] {
  if (!globCharacters.test(pattern.replace(/\\./gs, ''))) return [text];
  const source = pattern.replace(/\\(.)|\[([^\]]*)\]|([*?])|[.+^${}()|[\]\\]/gs, (all, escaped, set, wild) => {
    if (escaped !== undefined) return escaped.replace(/[.+^${}()|[\]\\*?]/g, '\\$&');
    if (set !== undefined) return `[${set}]`;
    if (wild === '*') return '[^/]*';
    return wild === '?' ? '[^/]' : `\\${all}`;
  });
  const { files, processes } = shell.machine;
  const live = processes.all().map(({ pid }) => `/proc/${pid}/environ`);
  const found = [...files.paths(), ...live].filter((path) => new RegExp(`^${source}$`, 's').test(path)).sort();
  // As a shell does, a pattern that matches nothing stands for itself.
  return found.length === 0 ? [text] : found;
}
