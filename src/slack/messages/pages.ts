import { lineSections, lineSize } from './lines.ts';
import { type Block, context, type Message, type Mode, message, section, table } from './message.ts';
import { join, type Mrkdwn, md, readable, withCode } from './mrkdwn.ts';
import { packed, pageSize } from './packing.ts';
import { pieces, whole } from './wrapping.ts';

/** What an answer lists, in the order of reading. */
export type Part =
  /** Each line has at most 2,800 characters; see `whole`. */
  | { readonly kind: 'lines'; readonly lines: readonly Mrkdwn[] }
  | { readonly kind: 'rows'; readonly columns: readonly string[]; readonly rows: readonly (readonly string[])[] }
  /** Kept whole, and the same in every mode. */
  | { readonly kind: 'blocks'; readonly blocks: readonly Block[] };

type Head = readonly (Block | null)[];

/** An answer of any length: what stands first, all that it lists, and what stands last. */
export interface Answer {
  readonly text: Mrkdwn;
  /** What further messages are called, e.g. `Preflight of the setup of prod-sql`. */
  readonly title: string;
  /** A function where modes differ. */
  readonly head: Head | ((mode: Mode) => Head);
  readonly body: readonly Part[];
  readonly foot: Mrkdwn;
}

/** An answer as messages that follow one another. */
export interface Pages {
  readonly messages: readonly [Message, ...Message[]];
  /** For an answer that even so many messages do not hold: all of it as plain text, and the message that goes with it. */
  readonly file: { readonly title: string; readonly content: string; readonly beginning: Message } | null;
}

const modes: readonly Mode[] = ['native', 'plain'];
const mostRows = 99;
/** Nobody reads more messages than this. */
const mostMessages = 30;
/** Most characters of one cell. */
const cellSize = 800;

type Item =
  | { readonly kind: 'line'; readonly of: Part; readonly line: Mrkdwn }
  | { readonly kind: 'row'; readonly of: Extract<Part, { kind: 'rows' }>; readonly row: readonly string[] }
  | { readonly kind: 'block'; readonly of: Part; readonly block: Block };

export const alone = (only: Message): Pages => ({ messages: [only], file: null });

/** Pure; every mode has as many messages as any other, with the same entries on each. */
export function paged({ text, title, head, body, foot }: Answer, mode: Mode): Pages {
  const items = body.flatMap(itemsOf);
  const headIn = (one: Mode): readonly Block[] => (typeof head === 'function' ? head(one) : head).filter((block) => block !== null);
  const first = headIn(mode);
  const firstRoom = Math.max(0, pageSize - Math.max(...modes.map((one) => textSize(headIn(one)))));
  const pages = packed(items, { room: pageSize, firstRoom, sizeOf, crowds });
  const told = pages.slice(0, mostMessages);
  const [opening = [], ...rest] = told;
  const many = told.length;
  const last = [...(foot.mrkdwn === '' ? [] : [context(foot)]), ...leftOut(pages.slice(mostMessages))];
  const beginWith = (note: readonly Block[]): Message => message(text, [...first, ...shown(opening, mode), ...note]);
  const follow = rest.map((page, index) => {
    const part = `${title}, part ${index + 2} of ${many}`;
    return message(md`${part}.`, [context(md`${part}`), ...shown(page, mode), ...(index + 2 === many ? last : [])]);
  });
  const goesOn = context(md`Part 1 of ${many}. It goes on in the next message.`);
  const lines = items.flatMap(lineOf);
  const inFile = md`*This is the beginning.* All ${lines.length} lines are in the file that comes with it: in this thread, or else in your direct messages with me.`;
  const content = [readable(text), '', ...lines, '', readable(foot), ''].join('\n');
  return {
    messages: [beginWith(many > 1 ? [goesOn] : last), ...follow],
    file: pages.length === many ? null : { title, content, beginning: beginWith([context(inFile)]) },
  };
}

/** Said only where the file with all of it could not be sent. */
function leftOut(pages: readonly (readonly Item[])[]): readonly Block[] {
  const left = pages.flat().flatMap(lineOf).length;
  if (left === 0) return [];
  const why = md`⚠️ *${left} more lines have no room here,* and the file with all of them could not be sent.`;
  return [section(md`${why} \`/repl doctor\` says whether I may send files. Mend what is listed, then ask again.`)];
}

const itemsOf = (part: Part): readonly Item[] => {
  switch (part.kind) {
    case 'lines':
      return part.lines.map((line) => ({ kind: 'line', of: part, line }));
    case 'rows':
      return part.rows.flatMap(broken).map((row) => ({ kind: 'row', of: part, row }));
    case 'blocks':
      return part.blocks.map((block) => ({ kind: 'block', of: part, block }));
  }
};

/** A row whose cells are too long goes on in rows below. */
function broken(row: readonly string[]): readonly (readonly string[])[] {
  const cells = row.map((cell) => pieces(cell, cellSize));
  const height = Math.max(1, ...cells.map(({ length }) => length));
  return Array.from({ length: height }, (_, line) => cells.map((cell) => (cell[line] ?? (line === 0 ? '' : '…')).trim()));
}

/** The first cell names the row; of two columns the other needs no name. */
function inWords({ of, row }: Extract<Item, { kind: 'row' }>): readonly Mrkdwn[] {
  const [name = '', ...others] = row;
  const words = others.length === 1 ? others : [others.map((cell, index) => `${of.columns[index + 1] ?? ''}: ${cell}`).join(', ')];
  return whole(md`• *${name}${others.length === 0 ? '' : ':'}* `, words.join(''));
}

function sizeOf(item: Item): number {
  switch (item.kind) {
    case 'line':
      return lineSize(item.line);
    case 'row':
      return lineSize(join(inWords(item)));
    case 'block':
      return textSize(item.block);
  }
}

/** All that people read in blocks, in characters. */
function textSize(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const own = 'text' in value && typeof value.text === 'string' ? value.text.length : 0;
  return Object.values(value).reduce<number>((sum, part) => sum + textSize(part), own);
}

/** Slack takes one table a message, and so many rows of it. */
function crowds(page: readonly Item[], item: Item): boolean {
  if (item.kind !== 'row') return false;
  const rows = page.filter(({ kind }) => kind === 'row');
  return rows.length >= mostRows || rows.some(({ of }) => of !== item.of);
}

/** Neighbours of one part stand together. */
function shown(items: readonly Item[], mode: Mode): readonly Block[] {
  const groups: Item[][] = [];
  for (const item of items) {
    const group = groups.at(-1);
    if (group?.[0]?.of === item.of) group.push(item);
    else groups.push([item]);
  }
  return groups.flatMap((group) => blocksOf(group, mode));
}

function blocksOf(group: readonly Item[], mode: Mode): readonly Block[] {
  const rows = group.filter((item) => item.kind === 'row');
  const [first] = rows;
  if (first !== undefined && mode === 'native')
    return [
      table(
        first.of.columns,
        rows.map(({ row }) => row),
      ),
    ];
  if (first !== undefined) return lineSections(rows.flatMap(inWords).map(withCode));
  const lines = group.flatMap((item) => (item.kind === 'line' ? [withCode(item.line)] : []));
  return [...lineSections(lines), ...group.flatMap((item) => (item.kind === 'block' ? [item.block] : []))];
}

function lineOf(item: Item): readonly string[] {
  switch (item.kind) {
    case 'line':
      return [readable(item.line)];
    case 'row':
      return [item.row.join(' | ')];
    case 'block':
      return [];
  }
}
