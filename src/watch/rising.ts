import type { LagAt, LagUnit } from '../domain/lag-history.ts';

/** What a lag has to grow by before anybody is told: less is how replication breathes. ms, or a number of what is counted. */
const notable: Readonly<Record<LagUnit, number>> = { time: 5_000, count: 5 };
/** A rise is not over because of a dip of this share of where it has come to. */
const dip = 0.25;
const fewest = 3;

/** Of a rise, what lies this far above its lowest point is not on its way up yet, as a share. */
const foot = 0.1;

/**
 * Since when a lag has been rising up to its newest look: over at least three looks, with no more than dips between, to twice as much
 * and to more than at any time before. Null when it is not rising. `values` are oldest first. Pure.
 */
export function risingSince(values: readonly LagAt[], unit: LagUnit): number | null {
  const now = values.at(-1);
  if (now === undefined) return null;
  const { begin, low } = slopeUpTo(values, now.value * dip);
  const before = values.slice(0, begin);
  const isRise = now.value - low >= notable[unit] && now.value >= 2 * low && before.every(({ value }) => value < now.value);
  const since = footOf(values, begin, low + (now.value - low) * foot);
  return isRise && values.length - since >= fewest ? (values[since]?.at ?? null) : null;
}

/** The stretch before the newest look in which nothing fell by more than `most`: where it begins, and its lowest value. */
function slopeUpTo(values: readonly LagAt[], most: number): { readonly begin: number; readonly low: number } {
  let low = values.at(-1)?.value ?? 0;
  for (let index = values.length - 1; index >= 0; index--) {
    const value = values[index]?.value ?? 0;
    if (value > low + most) return { begin: index + 1, low };
    low = Math.min(low, value);
  }
  return { begin: 0, low };
}

/** Where the way up begins: before the newest look that is no higher than `high`, as far back as it went up too. */
function footOf(values: readonly LagAt[], begin: number, high: number): number {
  let index = values.findLastIndex(({ value }, at) => at >= begin && value <= high);
  while (index > begin && (values[index - 1]?.value ?? 0) < (values[index]?.value ?? 0)) index -= 1;
  return index;
}
