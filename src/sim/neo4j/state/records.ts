import type { Loss, SimSide, WritableInterval } from '../contract.ts';
import type { SimState } from './model.ts';
import { txAt } from './transactions.ts';

/** What the latest promotion left behind on the side it came from. */
export function lossOf(state: SimState): Loss | null {
  const promotion = state.promotions.at(-1);
  if (promotion === undefined) return null;
  const { side, upstream, reached } = promotion;
  const all = [...state.clusters[upstream.side].databases, ...state.graves];
  const source = all.find(({ id }) => id === upstream.databaseId);
  const written = source === undefined ? reached : txAt(state, source, state.settledMs);
  return { side, reached, written, transactions: Math.max(0, written - reached) };
}

export const writableIntervals = (state: SimState): readonly WritableInterval[] =>
  state.writable.map(({ side, fromMs, toMs }) => ({ side, from: fromMs, to: toMs }));

/** Spans in which both sides took writes. */
export function overlaps(state: SimState): readonly { readonly from: number; readonly to: number | null }[] {
  const of = (side: SimSide) => writableIntervals(state).filter((interval) => interval.side === side);
  return of('primary').flatMap((a) =>
    of('standby').flatMap((b) => {
      const from = Math.max(a.from, b.from);
      const to = Math.min(a.to ?? Number.POSITIVE_INFINITY, b.to ?? Number.POSITIVE_INFINITY);
      return to > from ? [{ from, to: Number.isFinite(to) ? to : null }] : [];
    }),
  );
}
