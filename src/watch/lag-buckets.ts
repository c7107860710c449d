import type { LagAt } from '../domain/lag-history.ts';

/** What one picture may hold: Slack's limit of a series. */
export const mostPoints = 20;

const minute = 60_000;
const hour = 60 * minute;

/** Lengths that begin at round times of the clock, ms. The longest is enough for as long as looks are remembered. */
const roundLengths = [
  ...[1, 2, 5, 10, 15, 30].map((seconds) => seconds * 1_000),
  ...[1, 2, 3, 4, 5, 10, 15, 20, 30].map((minutes) => minutes * minute),
  ...[1, 1.5, 2, 3, 4, 6, 8, 12, 24, 48, 168, 720, 8_760].map((hours) => hours * hour),
];

/** How long each bucket is so that no more than `mostPoints` reach from one moment to the other; null when so few looks need none. Pure. */
export function bucketLength(from: number, to: number, looks: number): number | null {
  if (looks <= mostPoints) return null;
  const fits = (length: number): boolean => Math.floor(to / length) - Math.floor(from / length) < mostPoints;
  return roundLengths.find(fits) ?? to - from + 1;
}

/** The greatest value of each bucket that has one, at the time at which the bucket begins: a peak is never hidden, a gap never filled. Pure. */
export function bucketed(values: readonly LagAt[], lengthMs: number | null): readonly LagAt[] {
  if (lengthMs === null) return values;
  const greatest = new Map<number, number>();
  for (const { at, value } of values) {
    const begin = Math.floor(at / lengthMs) * lengthMs;
    greatest.set(begin, Math.max(value, greatest.get(begin) ?? value));
  }
  return [...greatest].map(([at, value]) => ({ at, value }));
}
