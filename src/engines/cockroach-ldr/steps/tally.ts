import type { Counted } from '../reads/row-stock.ts';

/** Rows of each table of a side, in the order of the config. */
export type Tally = readonly Counted[];

/** A count as of a moment ago lacks what arrived since, ms: after that time one more count tells. */
export const momentMs = 6_000;

/** Of two counts the one that `choose` prefers; the first where the other is not known, and null where the first is not. */
export const either = (choose: (a: number, b: number) => number, some: Tally, others: Tally): Tally =>
  some.map((rows, pair) => {
    const other = others[pair] ?? null;
    return rows === null || other === null ? rows : choose(rows, other);
  });

/** How many rows each table has on both sides. */
export interface Tallies {
  readonly here: Tally;
  readonly there: Tally;
}

/** What the other side may lack of what is here without anybody being asked. */
export interface Leave {
  /** By table, how many rows of it people gave up; null where they gave up none. */
  readonly given: Tally;
  /** Tables whose rows a TTL deletes on the other side alone. */
  readonly ttl: readonly number[];
}

export const noLeave: Leave = { given: [], ttl: [] };

/** How many rows of a table the other side lacks beyond that; null where they could not be counted. Pure. */
export function lackOf({ here, there }: Tallies, { given, ttl }: Leave, pair: number): number | null {
  const [own, others] = [here[pair] ?? null, there[pair] ?? null];
  if (own === null || others === null) return null;
  // A TTL deletes by age: what leaves nothing at all is more likely to be something else.
  if (ttl.includes(pair) && others > 0) return 0;
  return Math.max(0, own - others - (given[pair] ?? 0));
}
