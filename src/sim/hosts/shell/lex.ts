/** What the shell would say about text it can't read: exit code 2 and these words. */
export class ShellSyntaxError extends Error {
  override readonly name = 'ShellSyntaxError';
}

/** A piece of a word. A quoted one is neither split nor globbed. */
export type Part =
  | { readonly kind: 'text'; readonly text: string; readonly quoted: boolean }
  | { readonly kind: 'parameter'; readonly name: string; readonly quoted: boolean }
  /** `$( … )`: its text is a command. */
  | { readonly kind: 'command'; readonly text: string; readonly quoted: boolean }
  /** What such a command has printed. */
  | { readonly kind: 'result'; readonly text: string; readonly quoted: boolean };
export type Word = readonly Part[];

export type Token = { readonly kind: 'word'; readonly word: Word } | { readonly kind: 'operator'; readonly text: string };

const operators = ['&&', '||', '>>', '>&', ';', '&', '|', '>', '<', '(', ')', '\n'] as const;
const notHere = /^(\$\(\(|\$\{|`|<<|;;)/;

/** Reads a shell text into tokens. It knows the part of POSIX that is sent to hosts and refuses the rest. */
export function lex(text: string): readonly Token[] {
  const tokens = createTokens();
  let at = 0;
  while (at < text.length) at += lexOne(tokens, text.slice(at));
  tokens.endWord();
  return tokens.list;
}

function createTokens() {
  const list: Token[] = [];
  let word: Part[] | null = null;
  const endWord = (): void => {
    if (word !== null) list.push({ kind: 'word', word });
    word = null;
  };
  return {
    list,
    endWord,
    inWord: () => word !== null,
    add: (parts: readonly Part[]): void => {
      word = [...(word ?? []), ...parts];
    },
    operator: (text: string): void => {
      // A digit right before a redirection is the number of a stream, not an argument.
      const stream = /[<>]/.test(text) ? streamOf(word) : null;
      if (stream !== null) word = null;
      endWord();
      list.push({ kind: 'operator', text: `${stream ?? ''}${text}` });
    },
  };
}

/** Takes the next piece; returns its length. */
function lexOne(tokens: ReturnType<typeof createTokens>, rest: string): number {
  const char = rest[0] ?? '';
  if (notHere.test(rest)) throw new ShellSyntaxError(`"${rest.slice(0, 2)}" unexpected`);
  if (char === ' ' || char === '\t') {
    tokens.endWord();
    return 1;
  }
  if (char === '#' && !tokens.inWord()) return rest.includes('\n') ? rest.indexOf('\n') : rest.length;
  const operator = operators.find((each) => rest.startsWith(each));
  if (operator !== undefined) {
    tokens.operator(operator);
    return operator.length;
  }
  const { parts, length } = readPiece(rest);
  tokens.add(parts);
  return length;
}

function streamOf(word: readonly Part[] | null): string | null {
  const [only, ...more] = word ?? [];
  return only?.kind === 'text' && !only.quoted && more.length === 0 && /^[0-2]$/.test(only.text) ? only.text : null;
}

interface Piece {
  readonly parts: readonly Part[];
  /** Characters that it takes in the source. */
  readonly length: number;
}

const textPiece = (text: string, quoted: boolean, length: number): Piece => ({ parts: [{ kind: 'text', text, quoted }], length });

function readPiece(rest: string): Piece {
  const char = rest[0] ?? '';
  if (char === "'") {
    const end = rest.indexOf("'", 1);
    if (end < 0) throw new ShellSyntaxError('Unterminated quoted string');
    return textPiece(rest.slice(1, end), true, end + 1);
  }
  if (char === '"') return readDoubleQuoted(rest);
  if (char === '\\') return rest[1] === '\n' ? { parts: [], length: 2 } : textPiece(rest[1] ?? '\\', true, 2);
  if (char === '$') return readParameter(rest, false);
  const plain = /^[^\s'"\\$`;&|<>()]+/.exec(rest)?.[0] ?? char;
  return textPiece(plain, false, plain.length);
}

/** Where the bracket after `$` is closed, past what is quoted in between. */
function closingOf(rest: string): number {
  let depth = 0;
  for (let at = 1; at < rest.length; at += 1) {
    const char = rest[at] ?? '';
    if (char === '(') depth += 1;
    if (char === ')') depth -= 1;
    if (depth === 0) return at;
    if (char === "'" || char === '"' || char === '\\') at += readPiece(rest.slice(at)).length - 1;
  }
  throw new ShellSyntaxError('end of file unexpected (expecting ")")');
}

function readParameter(rest: string, quoted: boolean): Piece {
  if (rest.startsWith('$(')) {
    const end = closingOf(rest);
    return { parts: [{ kind: 'command', text: rest.slice(2, end), quoted }], length: end + 1 };
  }
  const name = /^\$([A-Za-z_][A-Za-z0-9_]*|[0-9?$@!])/.exec(rest)?.[1];
  if (name === '@' || name === '!') throw new ShellSyntaxError(`"$${name}" unexpected`);
  if (name === undefined) return textPiece('$', quoted, 1);
  return { parts: [{ kind: 'parameter', name, quoted }], length: name.length + 1 };
}

function readDoubleQuoted(rest: string): Piece {
  const parts: Part[] = [{ kind: 'text', text: '', quoted: true }];
  let at = 1;
  while (at < rest.length) {
    const here = rest.slice(at);
    if (here[0] === '"') return { parts, length: at + 1 };
    if (here[0] === '`' || here.startsWith('$((') || here.startsWith('${')) throw new ShellSyntaxError(`"${here.slice(0, 2)}" unexpected`);
    const piece: Piece = pieceInQuotes(here);
    parts.push(...piece.parts);
    at += piece.length;
  }
  throw new ShellSyntaxError('Unterminated quoted string');
}

function pieceInQuotes(here: string): Piece {
  if (here[0] === '$') return readParameter(here, true);
  if (here[0] === '\\' && /^\\[$`"\\\n]/.test(here)) return textPiece(here[1] === '\n' ? '' : (here[1] ?? ''), true, 2);
  if (here[0] === '\\') return textPiece('\\', true, 1);
  const plain = /^[^"\\$`]+/.exec(here)?.[0] ?? '';
  return textPiece(plain, true, plain.length);
}
