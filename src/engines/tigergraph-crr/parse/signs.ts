import type { KeptView, Trace, TracesView } from '../detail-signs.ts';
import type { Block } from './blocks.ts';
import { linesOf, plain } from './text.ts';

/** `+0530` as ms to be taken off a local time; null when it is not told. */
function zoneOf({ exitCode, text }: Block): number | null {
  const [, sign, hours, minutes] = /^([+-])(\d{2})(\d{2})$/.exec(plain(text).trim()) ?? [];
  if (exitCode !== 0 || hours === undefined || minutes === undefined) return null;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}

/** ms since the epoch, of `20210709 13:56:52.214`, `2024-05-13 23:45:34.940` or RFC 3339; null when it can't be told. */
function timeOf(text: string, zone: number | null): number | null {
  const [, year, month, day, time, own] =
    /^(\d{4})-?(\d{2})-?(\d{2})[ T](\d{2}:\d{2}:\d{2}(?:\.\d{1,6})?)(Z|[+-]\d{2}:?\d{2})?$/.exec(text) ?? [];
  if (year === undefined) return null;
  const at = Date.parse(`${year}-${month}-${day}T${time}${own === undefined ? 'Z' : own.replace(/(\d{2})(\d{2})$/, '$1:$2')}`);
  if (!Number.isFinite(at)) return null;
  if (own !== undefined) return at;
  return zone === null ? null : at - zone;
}

const fileName = (path: string): string | null => /(?:^|\/)(log\.[\w.#@:+-]{1,120})$/.exec(path)?.[1] ?? null;

/** When each log was written last, ms since the epoch, by its name. */
function agesIn({ text }: Block): ReadonlyMap<string, number> {
  return new Map(
    linesOf(text).flatMap((line) => {
      const [, seconds, path = ''] = /^(\d{9,11}) (\/.*)$/.exec(line) ?? [];
      const name = fileName(path);
      return seconds === undefined || name === null ? [] : [[name, Number(seconds) * 1_000] as const];
    }),
  );
}

const isMissing = (text: string): boolean => /No such file or directory/.test(text);

const unread = (why: string) => ({ kind: 'unread', why }) as const;

/** What is known of the node whose logs these are. `skewMs`: by how much its clock is ahead of the bot's. */
export interface LogNode {
  readonly name: string;
  readonly skewMs: number | null;
}

const words: Readonly<Record<string, string>> = { 'CLEAR-STORE': 'CLEAR GRAPH STORE' };

interface Hit {
  readonly file: string;
  /** As the line begins; `-` when it begins with no time. */
  readonly time: string;
  readonly what: string;
}

/** Which logs were read, in order, and what was found in them. */
function hitsIn(text: string): { readonly read: ReadonlySet<string>; readonly hits: readonly Hit[] } {
  const read = new Set<string>();
  const hits: Hit[] = [];
  for (const line of linesOf(text)) {
    const file = fileName(/^file (.+)$/.exec(line)?.[1] ?? '');
    if (file !== null) read.add(file);
    const [, time = '', what] = /^(-|\d{8} [\d:.]{8,15}) ([A-Za-z -]{4,30})$/.exec(line) ?? [];
    const last = [...read].at(-1);
    if (what !== undefined && last !== undefined) hits.push({ file: last, time, what: what.toUpperCase().replace(/ +/g, ' ') });
  }
  return { read, hits };
}

/** Commands in the logs of GSQL on one node that make every follower outdated. Pure; never throws. */
export function parseTraces(node: LogNode, [date, ages, told]: readonly [Block, Block, Block]): TracesView {
  const written = agesIn(ages);
  if (written.size === 0) return unread(`${node.name} told of no log of GSQL.`);
  const { read, hits } = hitsIn(told.text);
  if (read.size === 0) return unread(`The logs of GSQL on ${node.name} could not be read.`);
  const zone = zoneOf(date);
  const byClock = (at: number | null): number | null => (at === null ? null : at - (node.skewMs ?? 0));
  const found = new Map<string, Trace>();
  for (const { file, time, what } of hits) {
    // A log is often there by two names, of which one leads to the other.
    const key = `${what} ${time}`;
    const where = `${file} on ${node.name}`;
    const trace = { what: words[what] ?? what, at: byClock(timeOf(time, zone)), before: byClock(written.get(file) ?? null), where };
    if (!found.has(key)) found.set(key, trace);
  }
  const left = [...written.keys()].filter((name) => !read.has(name)).length;
  return { kind: 'read', found: [...found.values()].slice(0, 40), left };
}

interface Field {
  readonly line: number;
  readonly name: string;
  readonly value: string;
}

function fieldsIn(text: string): readonly Field[] {
  return linesOf(text).flatMap((each) => {
    const [, line, name, value] = /^(\d{1,9}):"(timestamp|status|command)" *: *"([^"]*)"$/.exec(each) ?? [];
    return line === undefined || name === undefined || value === undefined ? [] : [{ line: Number(line), name, value }];
  });
}

/** Longest that an entry of the audit log is, lines. */
const entryLines = 6;

/** The field of that name in the entry of a command: in its line where the entry is one, or else the nearest one. */
function beside(fields: readonly Field[], command: Field, name: string): string | null {
  const near = fields
    .filter((field) => field.name === name && Math.abs(field.line - command.line) <= entryLines)
    .sort((a, b) => Math.abs(a.line - command.line) - Math.abs(b.line - command.line));
  return near[0]?.value ?? null;
}

/** Restores in the audit log of one node; none where there is no such log. One that only makes a standby is none of a primary. Pure; never throws. */
export function parseRestores(node: LogNode, [date, audit]: readonly [Block, Block]): TracesView {
  const zone = zoneOf(date);
  const fields = fieldsIn(audit.text);
  if (fields.length === 0 && isMissing(audit.text))
    return unread(`${node.name} keeps no audit log of gadmin, so a restore there leaves no trace in it.`);
  if (audit.exitCode !== 0) return unread(`The audit log of ${node.name} could not be read.`);
  const found = fields
    .filter(({ name, value }) => name === 'command' && !/ (-h|--help|--dr)\b/.test(value))
    .filter((command) => !/^FAIL/i.test(beside(fields, command, 'status') ?? ''))
    .map((command): Trace => {
      const at = timeOf(beside(fields, command, 'timestamp') ?? '', zone);
      const what = 'gadmin backup restore';
      return { what, at: at === null ? null : at - (node.skewMs ?? 0), before: null, where: `the audit log of ${node.name}` };
    });
  return { kind: 'read', found: found.slice(0, 40), left: 0 };
}

/** The number of the change in one record. Null: the topic has no record there; undefined: it can't be told. */
export function parseChange({ text }: Block): number | null | undefined {
  const number = /[{] *\\?"(\d{1,15})\\?" *:/.exec(plain(text))?.[1];
  if (number !== undefined) return Number(number);
  return /^Processed a total of 0 messages?$/m.test(plain(text)) ? null : undefined;
}

export function keptOf(first: number | null | undefined, newest: number | null | undefined): KeptView {
  return first === undefined
    ? unread('The oldest change that its Kafka still has is not known.')
    : { kind: 'read', first, newest: newest ?? null };
}

/** When data was last put aside for a restore, ms since the epoch, by the names of folders; null when there are none. Pure; never throws. */
export function parseReplaced(date: Block, folders: Block): number | null {
  const zone = zoneOf(date);
  const times = linesOf(folders.text).flatMap((line) => {
    const [, day, time] = /^gstore(?:_memo)?-(\d{8})(\d{6})$/.exec(line) ?? [];
    return day === undefined || time === undefined
      ? []
      : (timeOf(`${day} ${time.replace(/(\d{2})(\d{2})(\d{2})/, '$1:$2:$3')}`, zone) ?? []);
  });
  return times.length === 0 ? null : Math.max(...times);
}
