import { createHash } from 'node:crypto';
import type { Pace } from '../../contract.ts';
import { replicatedAt } from '../../state/frontier.ts';
import type { Us } from '../../state/model.ts';
import type { LdrJob, LdrPair, LdrState } from './model.ts';
import type { Epoch, SimTable } from './table.ts';

/** Rows from `from` up to, not including, `to`, in the order in which they were written. */
type Span = readonly [from: number, to: number];

/** Rows by who wrote them: the strand of a table's own rows, and which of them. */
export type Content = ReadonlyMap<string, readonly Span[]>;

/** How many rows clients have written into this very table by then. */
function ownRows(table: Epoch, atUs: Us): number {
  const inserted = table.inserts.reduce((rows, insert) => rows + (insert.atUs <= atUs ? insert.rows : 0), 0);
  const streamed = table.rates.reduce((rows, { fromUs, perSecond }, at) => {
    const endUs = Math.min(atUs, table.rates[at + 1]?.fromUs ?? atUs);
    return rows + (Math.max(0, endUs - fromUs) / 1_000_000) * perSecond;
  }, 0);
  return table.loaded + inserted + Math.floor(streamed);
}

/** How many rows clients have written over in this very table by then. */
const ownUpdates = ({ updates }: Epoch, atUs: Us): number =>
  updates.reduce((rows, update) => rows + (update.atUs <= atUs ? update.rows : 0), 0);

/** Writes over rows that are there already stand beside the rows: they make another content, of as many rows. */
const over = '/updates';
const isRows = ([strand]: readonly [string, unknown]): boolean => !strand.endsWith(over);

/** The pace of a logical stream: it lags 1 to 3 s where a physical one lags 5 to 15 s. */
const ldrPace = (pace: Pace): Pace => ({ ...pace, tickMs: pace.tickMs / 5, lagMs: pace.lagMs / 5 });

/** The time up to which a job had applied its source's writes at a moment; null before its scan had ended. */
export function appliedAt(job: LdrJob, atUs: Us, pace: Pace): Us | null {
  const at = job.path.findLast(({ fromUs }) => fromUs <= atUs);
  return at === undefined ? null : replicatedAt(at, atUs, ldrPace(pace));
}

/** Joins spans that touch. */
function union(spans: readonly Span[]): readonly Span[] {
  const joined: [number, number][] = [];
  for (const [from, to] of spans.filter((span) => span[1] > span[0]).sort((a, b) => a[0] - b[0])) {
    const last = joined.at(-1);
    if (last !== undefined && from <= last[1]) last[1] = Math.max(last[1], to);
    else joined.push([from, to]);
  }
  return joined;
}

function add(content: Map<string, readonly Span[]>, strand: string, spans: readonly Span[]): void {
  const all = union([...(content.get(strand) ?? []), ...spans]);
  if (all.length > 0) content.set(strand, all);
}

/** Takes a span out of others. */
const without = (spans: readonly Span[], [from, to]: Span): readonly Span[] =>
  spans
    .flatMap(([first, end]): readonly Span[] => [
      [first, Math.min(end, from)],
      [Math.max(first, to), end],
    ])
    .filter((span) => span[1] > span[0]);

function remove(content: Map<string, readonly Span[]>, strand: string, span: Span): void {
  const left = without(content.get(strand) ?? [], span);
  if (left.length > 0) content.set(strand, left);
  else content.delete(strand);
}

/** The rows of a content, without what was written over them. */
export const rowsOf = (content: Content): Content => new Map([...content].filter(isRows));

/** Each write over rows in a content: the strand of who wrote it, and which of theirs. */
export const updatesOf = (content: Content): readonly Write[] =>
  [...content]
    .filter((entry) => !isRows(entry))
    .flatMap(([strand, spans]) =>
      spans.flatMap(([from, to]) =>
        Array.from({ length: to - from }, (_, at) => ({ strand: strand.slice(0, -over.length), at: from + at })),
      ),
    );

/** What a table held at a moment: its own rows, and what its jobs had brought by then. */
export function contentAt(ldr: LdrState, table: SimTable, atUs: Us, pace: Pace): Content {
  const content = new Map<string, readonly Span[]>();
  add(content, table.epoch.strand, [[0, ownRows(table.epoch, atUs)]]);
  add(content, `${table.epoch.strand}${over}`, [[0, ownUpdates(table.epoch, atUs)]]);
  for (const job of ldr.jobs) {
    const pair = job.pairs.find(({ destination }) => destination === table);
    if (pair === undefined || job.startUs < table.epoch.sinceUs) continue;
    const appliedUs = appliedAt(job, atUs, pace);
    if (appliedUs === null) continue;
    for (const [strand, spans] of pair.snapshot) add(content, strand, spans);
    const since = (written: typeof ownRows): number => (job.cursor ? written(pair.from, job.beginsAtUs) : 0);
    add(content, pair.from.strand, [[since(ownRows), ownRows(pair.from, appliedUs)]]);
    add(content, `${pair.from.strand}${over}`, [[since(ownUpdates), ownUpdates(pair.from, appliedUs)]]);
  }
  for (const { strand, span } of missingAt(table, atUs)) remove(content, strand, span);
  return content;
}

const missingAt = ({ epoch }: SimTable, atUs: Us): Epoch['missing'] => epoch.missing.filter((missing) => missing.atUs <= atUs);

/** Has the newest rows that a job brings, or is to bring, into a table not be applied there: as many, or all that there are. */
export function goAstray(ldr: LdrState, { source, destination, from }: LdrPair, many: number, atUs: Us, pace: Pace): void {
  const { epoch } = destination;
  const brought = new Map(rowsOf(contentAt(ldr, source, atUs, pace)));
  brought.delete(epoch.strand);
  for (const { strand, span } of epoch.missing) remove(brought, strand, span);
  const newestFirst = [...brought]
    .sort(([a], [b]) => Number(b === from.strand) - Number(a === from.strand))
    .flatMap(([strand, spans]) => [...spans].reverse().map((span) => ({ strand, span })));
  let left = many;
  for (const { strand, span } of newestFirst) {
    const begin = Math.max(span[0], span[1] - left);
    if (begin < span[1]) epoch.missing.push({ atUs, strand, span: [begin, span[1]] });
    left -= span[1] - begin;
  }
}

/** One write of clients, as a content names it. */
export interface Write {
  readonly strand: string;
  readonly at: number;
}

/** The newest row that clients have written into an epoch; null when they have written none. */
export function newestRow(epoch: Epoch, atUs: Us): Write | null {
  const rows = ownRows(epoch, atUs);
  return rows === 0 ? null : { strand: epoch.strand, at: rows - 1 };
}

/** The row that clients wrote over last; null when they wrote over none. */
export function newestUpdate(epoch: Epoch, atUs: Us): Write | null {
  const rows = ownUpdates(epoch, atUs);
  return rows === 0 ? null : { strand: `${epoch.strand}${over}`, at: rows - 1 };
}

export const holds = (content: Content, { strand, at }: Write): boolean =>
  (content.get(strand) ?? []).some(([from, to]) => from <= at && at < to);

export function rowsAt(ldr: LdrState, table: SimTable, atUs: Us, pace: Pace): number {
  const spans = [...rowsOf(contentAt(ldr, table, atUs, pace)).values()].flat();
  return spans.reduce((rows, [from, to]) => rows + to - from, 0);
}

/** Equal for equal rows under the same key columns, whichever cluster they are on. A signed 64-bit number in digits. */
export function fingerprintAt(ldr: LdrState, table: SimTable, columns: readonly string[], atUs: Us, pace: Pace): string {
  const content = [...contentAt(ldr, table, atUs, pace)].sort(([a], [b]) => (a < b ? -1 : 1));
  if (rowsAt(ldr, table, atUs, pace) === 0) return '0';
  const odd = table.epoch.altered ? `${table.side}/${table.id}` : '';
  return createHash('sha256')
    .update(JSON.stringify([columns, content, odd]))
    .digest()
    .readBigInt64BE(0)
    .toString();
}
