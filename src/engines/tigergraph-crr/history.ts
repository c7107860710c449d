import { otherSide, type Side } from '../../domain/observation.ts';
import type { CrrDetail, ReadSide } from './detail.ts';
import { familyOf, isOnline } from './parse/services.ts';
import { judgeSigns } from './signs.ts';
import { followersOf } from './state.ts';
import { anyFell, areSame, baseWith, type Ends, type EndsPair, endsTogether, lackedRecords } from './topic-ends.ts';

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
  /** Ends of topics at the last look that had them of both sides. */
  readonly last: EndsPair | null;
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
    base: baseWith(before, ends, follower.phase === 'following' && seen.source !== null && seen.source === seen.follower),
    stillSince: stillSince(before, ends, seen),
    outdated,
  };
}

/** Whether a sentence tells what another one tells with its time. */
const isSame = (plainly: string, sign: string): boolean => sign.startsWith(`${plainly.replace(/\.$/, '')} at `);

const lastOf = (read: ReadSide | null): number | null => (read?.sequence.kind === 'read' ? read.sequence.last : null);

/** A restore sets the follower back. What was known of it before is void then. */
function wasReplaced(past: Past, seen: Seen, ends: EndsPair | null): boolean {
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

function stillSince(past: Past, ends: EndsPair | null, seen: Seen): number | null {
  const before = past.points.at(-1);
  if (before === undefined) return null;
  const moved = seen.follower !== before.follower || (past.last !== null && ends !== null && !areSame(past.last.follower, ends.follower));
  const lacks =
    (seen.source !== null && seen.follower !== null && seen.source > seen.follower) ||
    (lackedRecords(ends ?? past.last, past.base) ?? 0) > 0;
  return moved || !lacks ? null : (past.stillSince ?? before.at);
}
