/** Tells of one line whether it must not be lost, wherever in a log it stands. */
export type Mark = (line: string) => boolean;

/**
 * What was heard of a log that is read on from byte to byte, in bounded memory however long it is: its first part, its last part, and of
 * what lies between them the lines that matter. Up to the size of both parts it is the log as it is.
 */
export interface HeardLog {
  /** Bytes heard so far, which is where to read on. */
  readonly bytes: number;
  /** The last bytes heard. A log that has others there is another log. */
  readonly anchor: Buffer;
  /** Bytes since the last end of a line. */
  readonly partial: Buffer;
  /** The beginning of the present line was taken already, since it is too long to wait for its end. */
  readonly isContinued: boolean;
  readonly first: Part;
  /** In order; each with the marks that it was kept for. */
  readonly marked: readonly { readonly line: string; readonly marks: readonly number[] }[];
  readonly last: Part;
}

interface Part {
  /** With their ends. */
  readonly lines: readonly string[];
  readonly length: number;
}

/** Of the first and of the last part, characters. */
const mostInPart = 32_768;
/** A line that is longer is heard in pieces of this many bytes. */
const mostInLine = 4_096;
/** So many bytes of a piece stand at the beginning of the next one again, so that nothing that matters is cut in two. */
const overlap = 256;
/** Lines between the parts that are kept for each mark: the first ones. */
const mostOfMark = 4;
const anchorBytes = 16;

const nothing: Part = { lines: [], length: 0 };
const none = Buffer.alloc(0);

export const nothingHeard: HeardLog = {
  ...{ bytes: 0, anchor: none, partial: none, isContinued: false },
  ...{ first: nothing, marked: [], last: nothing },
};

/** Listens to the bytes that come next. Pure; never throws, whatever they are, and however they are cut. */
export function hear(heard: HeardLog, chunk: Buffer, marks: readonly Mark[] = []): HeardLog {
  if (chunk.length === 0) return heard;
  const { lines, partial, isContinued } = linesIn(heard, chunk);
  return {
    ...keep(heard, lines, marks),
    bytes: heard.bytes + chunk.length,
    anchor: Buffer.from(Buffer.concat([heard.anchor, chunk.subarray(-anchorBytes)]).subarray(-anchorBytes)),
    partial: Buffer.from(partial),
    isContinued,
  };
}

/** What was heard as one text, in order, without what was let go. */
export const textOf = ({ first, marked, last, partial, isContinued }: HeardLog): string =>
  [...first.lines, ...marked.map(({ line }) => line), ...last.lines, textIn(partial, isContinued)].join('');

/** Nothing that is looked for at the beginning of a line may be found in the middle of one. */
const textIn = (bytes: Buffer, isContinued: boolean): string =>
  isContinued && bytes.length > 0 ? `…${bytes.toString('utf8')}` : bytes.toString('utf8');

const isEnd = (byte: number | undefined): boolean => byte === 0x0a || byte === 0x0d;

/** A carriage return ends a line as well: bars of progress are drawn with it. Both are never a part of another character in UTF-8. */
function linesIn(heard: HeardLog, chunk: Buffer) {
  const bytes = Buffer.concat([heard.partial, chunk]);
  const lines: string[] = [];
  let { isContinued } = heard;
  let start = 0;
  for (let at = heard.partial.length; at < bytes.length; at += 1) {
    if (at - start >= mostInLine) {
      const end = cutBefore(bytes, at);
      lines.push(`${textIn(bytes.subarray(start, end), isContinued)}\n`);
      isContinued = true;
      start = startOf(bytes, end - overlap);
    }
    if (!isEnd(bytes[at])) continue;
    lines.push(textIn(bytes.subarray(start, at + 1), isContinued));
    isContinued = false;
    start = at + 1;
  }
  return { lines, partial: bytes.subarray(start), isContinued };
}

/** Where a line that is too long is cut: at a space where there is one, so that no word is taken for a shorter one. */
function cutBefore(bytes: Buffer, at: number): number {
  const space = bytes.subarray(at - overlap, at).lastIndexOf(0x20);
  return space < 0 ? startOf(bytes, at) : at - overlap + space;
}

/** The beginning of the character that the byte is in. None has more than four bytes. */
function startOf(bytes: Buffer, at: number): number {
  const back = [0, 1, 2, 3].find((one) => ((bytes[at - one] ?? 0) & 0xc0) !== 0x80);
  return at - (back ?? 0);
}

/** Lines fill the first part, then the last; what falls out of that is let go unless it matters. */
function keep(heard: HeardLog, lines: readonly string[], marks: readonly Mark[]): HeardLog {
  const fits = heard.last.lines.length === 0 ? fitting(heard.first.length, lines) : 0;
  const first = extended(heard.first, lines.slice(0, fits));
  const all = extended(heard.last, lines.slice(fits));
  let over = 0;
  let { length } = all;
  while (length > mostInPart) length -= all.lines[over++]?.length ?? length;
  return {
    ...heard,
    first,
    marked: withMarked(heard.marked, all.lines.slice(0, over), marks),
    last: { lines: all.lines.slice(over), length },
  };
}

const extended = ({ lines, length }: Part, more: readonly string[]): Part => ({
  lines: [...lines, ...more],
  length: more.reduce((sum, line) => sum + line.length, length),
});

/** How many of the lines the first part has room for. */
function fitting(length: number, lines: readonly string[]): number {
  let room = mostInPart - length;
  const full = lines.findIndex((line) => {
    room -= line.length;
    return room < 0;
  });
  return full < 0 ? lines.length : full;
}

function withMarked(marked: HeardLog['marked'], gone: readonly string[], marks: readonly Mark[]): HeardLog['marked'] {
  const kept = [...marked];
  const counts = marks.map((_, mark) => kept.filter((one) => one.marks.includes(mark)).length);
  for (const line of gone) {
    const open = marks.flatMap((isMarked, mark) => ((counts[mark] ?? 0) < mostOfMark && isMarked(line) ? [mark] : []));
    if (open.length === 0) continue;
    for (const mark of open) counts[mark] = (counts[mark] ?? 0) + 1;
    kept.push({ line, marks: open });
  }
  return kept;
}
