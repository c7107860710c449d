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
