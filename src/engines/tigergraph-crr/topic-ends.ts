import type { PositionsView, ReadSide } from './detail.ts';

/** Where each replicated topic ends. */
export type Ends = ReadonlyMap<string, number>;

/** Ends of both sides that were read together; `at` is when the older of the two was read, ms since the epoch. */
export interface EndsPair {
  readonly at: number;
  readonly source: Ends;
  readonly follower: Ends;
}

/** Both sides count as at rest when nothing has moved between two readings this far apart, ms. */
const restMs = 20_000;
/** Numbers of both sides that were read further apart than this are not compared, ms. */
const togetherMs = 30_000;

const endsOf = (positions: PositionsView): Ends | null =>
  positions.kind === 'read' ? new Map(positions.ends.map(({ topic, end }) => [topic, end])) : null;

/** Null where one of them was not read, or both too far apart. */
export function endsTogether(source: ReadSide | null, follower: ReadSide): EndsPair | null {
  if (source?.positions.kind !== 'read' || follower.positions.kind !== 'read') return null;
  const [a, b] = [source.positions.at, follower.positions.at];
  const ends = { source: endsOf(source.positions), follower: endsOf(follower.positions) };
  if (Math.abs(a - b) > togetherMs || ends.source === null || ends.follower === null) return null;
  return { at: Math.min(a, b), source: ends.source, follower: ends.follower };
}

export const anyFell = (before: Ends, now: Ends): boolean => [...now].some(([topic, end]) => end < (before.get(topic) ?? 0));

interface Known {
  /** What the reading before this one had. */
  readonly last: EndsPair | null;
  /** Differences at rest, by topic. */
  readonly base: Ends;
}

/** A difference counts as that at rest when two readings agree in everything while the follower is in step: it fetches and has every change. */
export function baseWith({ last, base: known }: Known, ends: EndsPair | null, isInStep: boolean): Ends {
  if (ends === null) return known;
  const base = new Map(known);
  const rests =
    isInStep && last !== null && ends.at - last.at >= restMs && areSame(last.source, ends.source) && areSame(last.follower, ends.follower);
  for (const [topic, end] of ends.source) {
    const apart = end - (ends.follower.get(topic) ?? Number.NaN);
    if (!Number.isFinite(apart)) continue;
    const before = base.get(topic);
    // What it lacks can't be less than nothing: then the difference at rest was taken too large.
    if ((before === undefined && rests) || (before !== undefined && apart < before)) base.set(topic, apart);
  }
  return base;
}

export const areSame = (a: Ends, b: Ends): boolean => a.size === b.size && [...a].every(([topic, end]) => b.get(topic) === end);

/** Records that the follower lacks; null unless every topic has a difference at rest. */
export function lackedRecords(last: EndsPair | null, base: Ends): number | null {
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
