/** What a statement that starts replication says beside its source. */
export interface StartWords {
  /** Each table of the source and the one that it is brought into; null where the statement is worded in another way. */
  readonly pairs: readonly TablePair[] | null;
  /** By keyword, e.g. `CURSOR`; what takes no value has an empty one. */
  readonly options: ReadonlyMap<string, string>;
  /** The statement is not told to its end. */
  readonly cut: boolean;
}

/** What stands for a value that a server does not tell. */
const hidden = '_';

/** Whether an option's value is told. A client may have bound it: the server keeps such apart from the statement. */
export const isTold = (value: string): boolean => value !== hidden && !/^\$\d+$/.test(value);

type Name = readonly string[];
interface TablePair {
  readonly from: Name;
  readonly into: Name;
}

const literal = String.raw`e'(?:\\[\s\S]|[^'\\])*'|'(?:[^']|'')*'|"(?:[^"]|"")*"`;
/** A literal, one without an end, or a word. */
const token = new RegExp(String.raw`${literal}|e?'[\s\S]*|"[\s\S]*|[(),=.]|[^\s'"(),=.]+`, 'giu');
const whole = new RegExp(`^(?:${literal})$`, 'iu');

/** Without the type that a server may print behind a value, such as `:::STRING`. */
const parted = (text: string): readonly string[] =>
  [...text.matchAll(token)].map(([found]) => found).filter((one) => !/^:{2,3}\w+(?:\[\])?$/u.test(one));

const endless = (one: string): boolean => /^(?:e?'|")/iu.test(one) && !whole.test(one);
const isCut = (tokens: readonly string[]): boolean =>
  tokens.some(endless) || tokens.filter((one) => one === '(').length !== tokens.filter((one) => one === ')').length;
const isWord = (given: string | undefined, ...words: readonly string[]): boolean => words.includes(given?.toUpperCase() ?? '');

/** Reads the statement of a start, as it is sent or as a server prints it; null where a version words its jobs in another way. */
export function startWords(statement: string): StartWords | null {
  const tokens = parted(statement);
  if (!isWord(tokens[0], 'CREATE')) return null;
  const at = tokens.findIndex((one) => isWord(one, 'WITH'));
  const [head, tail] = at < 0 ? [tokens, []] : [tokens.slice(0, at), tokens.slice(at + 1)];
  const said = tail.filter((one, place) => one !== '(' && one !== ')' && !(place === 0 && isWord(one, 'OPTIONS')));
  return { pairs: isCut(head) ? null : pairsIn(head), options: new Map(splitAt(said, ',').map(optionOf)), cut: isCut(tokens) };
}

function splitAt(tokens: readonly string[], mark: string): readonly (readonly string[])[] {
  const parts: string[][] = [[]];
  for (const one of tokens) {
    if (one === mark) parts.push([]);
    else parts.at(-1)?.push(one);
  }
  return parts.filter((part) => part.length > 0);
}

function optionOf(tokens: readonly string[]): readonly [string, string] {
  const equals = tokens.indexOf('=');
  if (equals >= 0) return [tokens.slice(0, equals).join(' ').toUpperCase(), textOf(tokens.slice(equals + 1))];
  const table = tokens.findIndex((one) => isWord(one, 'TABLE'));
  if (isWord(tokens[0], 'FUNCTION') && table > 1) {
    const name = nameOf(tokens.slice(table + 1)).at(-1) ?? '';
    return [`FUNCTION FOR TABLE ${name}`, nameOf(tokens.slice(1, table - 1)).at(-1) ?? ''];
  }
  if (isWord(tokens[0], 'BIDIRECTIONAL')) return ['BIDIRECTIONAL', textOf(tokens.slice(2))];
  return [tokens.join(' ').toUpperCase(), ''];
}

/** A literal without its quotes; anything else as it stands. */
function textOf(tokens: readonly string[]): string {
  const [only = '', ...more] = tokens;
  if (tokens.some(endless)) return hidden;
  if (more.length > 0 || !/^e?'/iu.test(only)) return tokens.join('');
  return only.startsWith("'") ? only.slice(1, -1).replaceAll("''", "'") : unescaped(only.slice(2, -1));
}

const bytes = String.raw`(?:\\x[\da-fA-F]{1,2}|\\[0-7]{1,3})+`;
const signs = String.raw`\\u([\da-fA-F]{4})|\\U([\da-fA-F]{8})`;
const coded = new RegExp(String.raw`(${bytes})|${signs}|\\([\s\S])`, 'gu');
const letters: Readonly<Record<string, string>> = { a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

/** What an `e''` literal holds. A server prints letters beyond ASCII by their number, and bytes that are no letter each by its own. */
const unescaped = (text: string): string =>
  text.replace(coded, (all, run?: string, short?: string, long?: string, sign?: string) => {
    if (run !== undefined) return Buffer.from(run.split('\\').slice(1).map(byteOf)).toString();
    const point = Number.parseInt(short ?? long ?? '', 16);
    if (point <= 0x10ffff) return String.fromCodePoint(point);
    return sign === undefined ? all : (letters[sign] ?? sign);
  });

const byteOf = (text: string): number => (text.startsWith('x') ? Number.parseInt(text.slice(1), 16) : Number.parseInt(text, 8) % 256);

const nameOf = (tokens: readonly string[]): Name =>
  tokens.filter((one) => one !== '.').map((one) => (one.startsWith('"') ? one.slice(1, -1).replaceAll('""', '"') : one.toLowerCase()));

function pairsIn(head: readonly string[]): StartWords['pairs'] {
  const at = (word: string): number => head.findIndex((one) => isWord(one, word));
  const [from, on, into] = [at('FROM'), at('ON'), at('INTO')];
  const isStream = isWord(head[1], 'LOGICAL') && into > on;
  if (from < 0 || on < from || (!isStream && !isWord(head[2], 'REPLICATED'))) return null;
  const sources = namesIn(head.slice(from + 1, on));
  const targets = namesIn(isStream ? head.slice(into + 1) : head.slice(3, from));
  const pairs = sources.flatMap((name, place) => (targets[place] === undefined ? [] : [{ from: name, into: targets[place] }]));
  return pairs.length === 0 || sources.length !== targets.length ? null : pairs;
}

const namesIn = (tokens: readonly string[]): readonly Name[] =>
  splitAt(
    tokens.filter((one, place) => one !== '(' && one !== ')' && !(place === 0 && isWord(one, 'TABLE', 'TABLES'))),
    ',',
  ).map(nameOf);

/** A name may be told without its database or schema. */
const isSame = (a: Name, b: Name): boolean => {
  const parts = Math.min(a.length, b.length);
  return JSON.stringify(a.slice(-parts)) === JSON.stringify(b.slice(-parts));
};

/** Tables that are brought into others than was asked for. */
export const crossedIn = (asked: StartWords, told: StartWords): readonly string[] =>
  (asked.pairs ?? []).flatMap(({ from, into }) => {
    const found = told.pairs?.find((pair) => isSame(pair.into, into));
    return found === undefined || isSame(found.from, from) ? [] : [`${into.join('.')} is filled from ${found.from.join('.')}`];
  });
