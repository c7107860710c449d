import type { SimSide } from '../contract.ts';
import type { Loss, WritableInterval } from '../truth-contract.ts';
import type { SimState, Us } from './model.ts';

const toMs = (atUs: Us): number => atUs / 1000;

/** Rows written between two moments by the rates that were set. */
function rowsBetween(state: SimState, fromUs: Us, toUs: Us): number {
  return state.rates.reduce((rows, rate, at) => {
    const endUs = Math.min(toUs, state.rates[at + 1]?.fromUs ?? toUs);
    return rows + (Math.max(0, endUs - Math.max(fromUs, rate.fromUs)) / 1_000_000) * rate.perSecond;
  }, 0);
}

/** What the latest promotion left behind on the side it came from. */
export function lossOf(state: SimState): Loss | null {
  const promotion = state.promotions.at(-1);
  if (promotion === undefined) return null;
  const late = state.writable
    .filter((interval) => interval.side === promotion.sourceSide)
    .map(({ fromUs, toUs }) => [Math.max(fromUs, promotion.activationUs), toUs ?? state.settledUs] as const)
    .filter(([fromUs, toUs]) => toUs > fromUs);
  const lastUs = Math.max(promotion.activationUs, ...late.map(([, toUs]) => toUs));
  const rows = late.reduce((sum, [fromUs, toUs]) => sum + rowsBetween(state, fromUs, toUs), 0);
  return {
    side: promotion.side,
    activation: toMs(promotion.activationUs),
    ms: toMs(lastUs - promotion.activationUs),
    rows: Math.ceil(rows),
  };
}

export const writableIntervals = (state: SimState): readonly WritableInterval[] =>
  state.writable.map(({ side, fromUs, toUs }) => ({ side, from: toMs(fromUs), to: toUs === null ? null : toMs(toUs) }));

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
