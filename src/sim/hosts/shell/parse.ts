import { lex, type Part, ShellSyntaxError, type Token, type Word } from './lex.ts';

export interface Redirect {
  readonly stream: 0 | 1 | 2;
  readonly how: 'read' | 'write' | 'append' | 'duplicate';
  readonly to: Word;
}

export type Command =
  | {
      readonly kind: 'simple';
      readonly assignments: readonly { readonly name: string; readonly value: Word }[];
      readonly words: readonly Word[];
      readonly redirects: readonly Redirect[];
    }
  | { readonly kind: 'group'; readonly body: Command; readonly subshell: boolean; readonly redirects: readonly Redirect[] }
  | { readonly kind: 'not'; readonly command: Command }
  | { readonly kind: 'pipe'; readonly commands: readonly Command[] }
  | { readonly kind: 'and' | 'or'; readonly left: Command; readonly right: Command }
  | { readonly kind: 'list'; readonly items: readonly { readonly command: Command; readonly background: boolean }[] };

const reserved = new Set(['if', 'then', 'else', 'elif', 'fi', 'for', 'while', 'until', 'do', 'done', 'case', 'esac', 'function', '[[']);

/** Parses a shell text. Throws ShellSyntaxError for what a shell would refuse, and for what is never sent to hosts. */
export function parseShell(text: string): Command {
  const reader = createReader(lex(text));
  const list = parseList(reader, []);
  const left = reader.next();
  if (left !== null) throw unexpected(left);
  return list;
}

function createReader(tokens: readonly Token[]) {
  let at = 0;
  return {
    peek: (): Token | null => tokens[at] ?? null,
    next: (): Token | null => tokens[at++] ?? null,
    take: (...operators: readonly string[]): string | null => {
      const token = tokens[at];
      if (token?.kind !== 'operator' || !operators.includes(token.text)) return null;
      at += 1;
      return token.text;
    },
  };
}
type Reader = ReturnType<typeof createReader>;

const plainText = (word: Word): string | null =>
  word.every((part): part is Extract<Part, { kind: 'text' }> => part.kind === 'text' && !part.quoted)
    ? word.map((part) => ('text' in part ? part.text : '')).join('')
    : null;

const isWord = (token: Token | null, text: string): boolean => token?.kind === 'word' && plainText(token.word) === text;

const endOfText: Token = { kind: 'operator', text: '\n' };

function unexpected(token: Token): ShellSyntaxError {
  const words = token.kind === 'operator' ? (token.text === '\n' ? 'newline' : `"${token.text}"`) : 'word';
  return new ShellSyntaxError(`${words} unexpected`);
}

function parseList(reader: Reader, ends: readonly string[]): Command {
  const items: { command: Command; background: boolean }[] = [];
  const isEnd = (): boolean => {
    const token = reader.peek();
    return token === null || ends.some((end) => (token.kind === 'operator' ? token.text === end : isWord(token, end)));
  };
  while (reader.take('\n') !== null);
  while (!isEnd()) {
    const command = parseAndOr(reader);
    const separator = reader.take(';', '&', '\n');
    items.push({ command, background: separator === '&' });
    if (separator === null && !isEnd()) throw unexpected(reader.peek() ?? endOfText);
    while (reader.take('\n') !== null);
  }
  return { kind: 'list', items };
}

function parseAndOr(reader: Reader): Command {
  let left = parsePipe(reader);
  for (let operator = reader.take('&&', '||'); operator !== null; operator = reader.take('&&', '||')) {
    while (reader.take('\n') !== null);
    left = { kind: operator === '&&' ? 'and' : 'or', left, right: parsePipe(reader) };
  }
  return left;
}

function parsePipe(reader: Reader): Command {
  if (isWord(reader.peek(), '!')) {
    reader.next();
    return { kind: 'not', command: parsePipe(reader) };
  }
  const commands = [parseCommand(reader)];
  while (reader.take('|') !== null) commands.push(parseCommand(reader));
  const [only, ...more] = commands;
  return only !== undefined && more.length === 0 ? only : { kind: 'pipe', commands };
}

function parseCommand(reader: Reader): Command {
  const subshell = reader.take('(') !== null;
  if (!subshell && !isWord(reader.peek(), '{')) return parseSimple(reader);
  if (!subshell) reader.next();
  const end = subshell ? ')' : '}';
  const body = parseList(reader, [end]);
  const closing = reader.next();
  if (closing === null) throw new ShellSyntaxError(`end of file unexpected (expecting "${end}")`);
  return { kind: 'group', body, subshell, redirects: parseRedirects(reader) };
}

function parseRedirects(reader: Reader): readonly Redirect[] {
  const redirects: Redirect[] = [];
  for (let redirect = parseRedirect(reader); redirect !== null; redirect = parseRedirect(reader)) redirects.push(redirect);
  return redirects;
}

const ways = { '<': 'read', '>': 'write', '>>': 'append', '>&': 'duplicate' } as const;

function parseRedirect(reader: Reader): Redirect | null {
  const token = reader.peek();
  const match = token?.kind === 'operator' ? /^([0-2]?)(<|>>|>&|>)$/.exec(token.text) : null;
  if (match === null) return null;
  reader.next();
  const target = reader.next();
  if (target?.kind !== 'word') throw unexpected(target ?? endOfText);
  // The expression lets only these four through.
  const how = ways[match[2] as keyof typeof ways];
  const stream = match[1] === '' ? (how === 'read' ? 0 : 1) : match[1] === '0' ? 0 : match[1] === '1' ? 1 : 2;
  return { stream, how, to: target.word };
}

function parseSimple(reader: Reader): Command {
  const assignments: { name: string; value: Word }[] = [];
  const words: Word[] = [];
  const redirects: Redirect[] = [...parseRedirects(reader)];
  for (let token = reader.peek(); token?.kind === 'word'; token = reader.peek()) {
    if (words.length === 0 && reserved.has(plainText(token.word) ?? '')) throw unexpected(token);
    const assignment = words.length === 0 ? assignmentOf(token.word) : null;
    reader.next();
    if (assignment === null) words.push(token.word);
    else assignments.push(assignment);
    redirects.push(...parseRedirects(reader));
  }
  if (words.length + assignments.length + redirects.length === 0) throw unexpected(reader.peek() ?? endOfText);
  return { kind: 'simple', assignments, words, redirects };
}

function assignmentOf(word: Word): { name: string; value: Word } | null {
  const [first, ...rest] = word;
  if (first?.kind !== 'text' || first.quoted) return null;
  const match = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/s.exec(first.text);
  if (match === null) return null;
  return { name: match[1] ?? '', value: [{ kind: 'text', text: match[2] ?? '', quoted: false }, ...rest] };
}
