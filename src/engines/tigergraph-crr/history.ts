import { otherSide, type Side } from '../../domain/observation.ts';
import type { CrrDetail, PastView, PositionsView, ReadSide } from './detail.ts';
import { familyOf, isOnline } from './parse/services.ts';
import { judgeSigns } from './signs.ts';
import { type Follower, followersOf } from './state.ts';
import { count, spell } from './words.ts';

type Ends = ReadonlyMap<string, number>;

/** One look at a link. */
export interface Seen {
  /** ms since the epoch, by the bot's clock. */
  readonly at: number;
  /** The side that is followed. */
  readonly side: Side;
  /** Changes of metadata that the followed side counts. */
  readonly source: number | null;
  readonly follower: number | null;
}

/** What bots remember of a link. */
export interface Past {
  readonly points: readonly Seen[];
  /** Ends of topics at the last look that had them of both sides; `at` is when the older of the two was read. */
  readonly last: { readonly at: number; readonly source: Ends; readonly follower: Ends } | null;
  /** By how many records the numbers of a topic differ when everything has been fetched; seen at rest. */
  readonly base: Ends;
  /** Since when the follower has not moved while it lacked something, ms since the epoch; null when it isn't so. */
  readonly stillSince: number | null;
  readonly outdated: readonly string[];
  /** Since when this side was looked at and surely not filled anew, ms since the epoch; null: never. */
  readonly watchedSince: number | null;
  /** When it was last seen to be filled anew, ms since the epoch; null: never. */
  readonly filledAt: number | null;
  /** Of the newest look alone. */
  readonly doubts: readonly string[];
}

export const noPast: Past = {
  points: [],
  last: null,
  base: new Map(),
  stillSince: null,
  outdated: [],
  watchedSince: null,
  filledAt: null,
  doubts: [],
};

/** Both sides count as at rest when nothing has moved between two readings this far apart, ms. */
const restMs = 20_000;
/** Numbers of both sides that were read further apart than this are not compared, ms. */
const togetherMs = 30_000;

/** Adds one look. `resets`: what has been added to the followed side's log meanwhile. Pure. */
export function remember(
  past: Past,
  detail: Pick<CrrDetail, Side>,
  at: number,
  names: Readonly<Record<Side, string>>,
  resets: readonly string[] = [],
): Past {
  const [follower] = followersOf(detail);
  if (follower === undefined) return { ...noPast, points: past.points };
  const side = otherSide(follower.side);
  const source = detail[side].kind === 'read' ? detail[side] : null;
  const seen: Seen = { at, side, source: lastOf(source), follower: lastOf(follower.read) };
  const goesOn = past.points.at(-1)?.side === side;
  const kept = goesOn ? past : noPast;
  const ends = endsTogether(source, follower.read);
  const replaced = wasReplaced(kept, seen, ends);
  const refilled = replaced || isDown(follower.read);
  const before = refilled ? noPast : kept;
  const points = [...before.points, seen];
  const watchedSince = before.watchedSince ?? at;
  const filledAt = replaced ? at : kept.filledAt;
  const found = evidence(before, seen, names[side], names[follower.side], resets);
  const pair = { source: { name: names[side], read: source }, follower: { name: names[follower.side], read: follower.read } };
  const { certain, doubts } = judgeSigns(pair, { points, watchedSince, filledAt });
  const known = [...before.outdated, ...found];
  const outdated = [...new Set([...known, ...certain.filter((sign) => !known.some((one) => isSame(one, sign)))])];
  return {
    points,
    watchedSince,
    filledAt,
    doubts,
    last: ends ?? before.last,
    base: baseWith(before, ends, follower, seen),
    stillSince: stillSince(before, ends, seen),
    outdated,
  };
}

/** Whether a sentence tells what another one tells with its time. */
const isSame = (plainly: string, sign: string): boolean => sign.startsWith(`${plainly.replace(/\.$/, '')} at `);

const lastOf = (read: ReadSide | null): number | null => (read?.sequence.kind === 'read' ? read.sequence.last : null);

const endsOf = (positions: PositionsView): Ends | null =>
  positions.kind === 'read' ? new Map(positions.ends.map(({ topic, end }) => [topic, end])) : null;

function endsTogether(source: ReadSide | null, follower: ReadSide): Past['last'] {
  if (source?.positions.kind !== 'read' || follower.positions.kind !== 'read') return null;
  const [a, b] = [source.positions.at, follower.positions.at];
  const ends = { source: endsOf(source.positions), follower: endsOf(follower.positions) };
  if (Math.abs(a - b) > togetherMs || ends.source === null || ends.follower === null) return null;
  return { at: Math.min(a, b), source: ends.source, follower: ends.follower };
}

const anyFell = (before: Ends, now: Ends): boolean => [...now].some(([topic, end]) => end < (before.get(topic) ?? 0));

/** A restore sets the follower back. What was known of it before is void then. */
function wasReplaced(past: Past, seen: Seen, ends: Past['last']): boolean {
  const last = past.points.at(-1);
  const fell = last?.follower != null && seen.follower !== null && seen.follower < last.follower;
  return fell || (past.last !== null && ends !== null && anyFell(past.last.follower, ends.follower));
}

/** A restore takes services down on the way, so what is down may be in the midst of one. */
function isDown({ services }: ReadSide): boolean {
  const data = services.kind === 'read' ? services.rows.filter(({ name }) => familyOf(name) === 'GPE') : [];
  return data.length > 0 && !data.some(isOnline);
}

function evidence(past: Past, seen: Seen, source: string, follower: string, resets: readonly string[]): readonly string[] {
  const last = past.points.at(-1);
  const found = [...new Set(resets)].map((reset) => `${reset} was run on ${source}.`);
  if (last?.source != null && seen.source !== null && seen.source < last.source) {
    found.push(`The changes that ${source} counts fell from ${last.source} to ${seen.source}, so it was reset or restored.`);
  }
  if (seen.source !== null && seen.follower !== null && seen.follower > seen.source) {
    found.push(`${follower} has taken more changes than ${source} counts, so ${source} was reset or restored.`);
  }
  return found;
}

/** A difference counts as that at rest when two readings agree in everything while the follower fetches and has every change. */
function baseWith(past: Past, ends: Past['last'], { phase }: Follower, { source, follower }: Seen): Ends {
  if (ends === null) return past.base;
  const base = new Map(past.base);
  const { last } = past;
  const rests =
    phase === 'following' &&
    source !== null &&
    source === follower &&
    last !== null &&
    ends.at - last.at >= restMs &&
    same(last.source, ends.source) &&
    same(last.follower, ends.follower);
  for (const [topic, end] of ends.source) {
    const apart = end - (ends.follower.get(topic) ?? Number.NaN);
    if (!Number.isFinite(apart)) continue;
    const known = base.get(topic);
    // What it lacks can't be less than nothing: then the difference at rest was taken too large.
    if ((known === undefined && rests) || (known !== undefined && apart < known)) base.set(topic, apart);
  }
  return base;
}

const same = (a: Ends, b: Ends): boolean => a.size === b.size && [...a].every(([topic, end]) => b.get(topic) === end);

/** Records that the follower lacks; null unless every topic has a difference at rest. */
function lackedRecords(last: Past['last'], base: Ends): number | null {
  if (last === null) return null;
  let records = 0;
  for (const [topic, end] of last.source) {
    const rest = base.get(topic);
    const have = last.follower.get(topic);
    if (rest === undefined || have === undefined) return null;
    records += Math.max(0, end - have - rest);
  }
  return records;
}

function stillSince(past: Past, ends: Past['last'], seen: Seen): number | null {
  const before = past.points.at(-1);
  if (before === undefined) return null;
  const moved = seen.follower !== before.follower || (past.last !== null && ends !== null && !same(past.last.follower, ends.follower));
  const lacks =
    (seen.source !== null && seen.follower !== null && seen.source > seen.follower) ||
    (lackedRecords(ends ?? past.last, past.base) ?? 0) > 0;
  return moved || !lacks ? null : (past.stillSince ?? before.at);
}

/** What can be said now. Pure. */
export function pastOf(past: Past, detail: Pick<CrrDetail, Side>, now: number): PastView {
  const [follower] = followersOf(detail);
  const seen = past.points.at(-1) ?? null;
  const lastSeen = lastSeenOf(past);
  if (follower === undefined || seen === null) {
    return {
      changes: null,
      records: null,
      behindMs: null,
      stillMs: null,
      words: 'Nothing is known to follow.',
      lastSeen,
      outdated: [],
      doubts: [],
    };
  }
  const changes = seen.source === null || seen.follower === null ? null : seen.source - seen.follower;
  const { native } = follower.read;
  const told = native.kind === 'read' ? native.records : null;
  const isCurrent = past.last !== null && now - past.last.at < 5 * togetherMs;
  const records = told ?? (isCurrent ? lackedRecords(past.last, past.base) : null);
  return {
    changes,
    records,
    behindMs: behind(past, seen, now, follower.read, records),
    stillMs: past.stillSince === null ? null : now - past.stillSince,
    words: wordsOf(changes, records),
    lastSeen,
    outdated: [...past.outdated],
    doubts: [...past.doubts],
  };
}

/** The times of both layers; null while one of them is not known. */
function behind({ points }: Past, seen: Seen, now: number, { native }: ReadSide, records: number | null): number | null {
  if (native.kind === 'read' && native.seconds !== null) return native.seconds * 1_000;
  if (seen.source === null || seen.follower === null || records !== 0) return null;
  const reached = seen.follower;
  if (reached >= seen.source) return 0;
  const since = points.findLast(({ source }) => source !== null && source <= reached);
  return since === undefined ? null : now - since.at;
}

function wordsOf(changes: number | null, records: number | null): string {
  const metadata =
    changes === null
      ? 'how many changes of metadata it lacks is not known'
      : changes <= 0
        ? 'it has every change of metadata'
        : `it lacks ${count(changes, 'change')} of metadata`;
  const data =
    records === null
      ? 'how much graph data it lacks is not known: both sides have not been seen at rest yet'
      : records === 0
        ? 'it has every record of graph data'
        : `it lacks ${count(records, 'record')} of graph data`;
  const both = `${metadata}, and ${data}.`;
  return `${both.charAt(0).toUpperCase()}${both.slice(1)}`;
}

function lastSeenOf({ points }: Past): PastView['lastSeen'] {
  const last = points.findLast(({ source, follower }) => source !== null && follower !== null);
  if (last === undefined || last.source === null || last.follower === null) return null;
  const lacked = last.source - last.follower;
  return {
    at: last.at,
    words: lacked <= 0 ? 'had every change of metadata' : `lacked ${count(lacked, 'change')} of metadata`,
  };
}

/** How long Kafka keeps what is not fetched; a follower that stands still for longer has lost something for good. */
export const outlasted = (stillMs: number | null, hours: number | null): string | null =>
  stillMs !== null && hours !== null && stillMs > hours * 3_600_000
    ? `It has stood still for ${spell(stillMs)}, longer than the ${hours} h for which Kafka keeps what it has not fetched.`
    : null;
