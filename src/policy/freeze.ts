import type { Freeze, FreezeWindow } from './rules.ts';
import { addDays, instantsOf, localDate, weekdayOf } from './zone-time.ts';

/** A stretch of time, ms since the epoch; `to` is exclusive. */
interface Stretch {
  readonly from: number;
  readonly to: number;
}

const minutesOfDay = 1440;
/** A chain of touching windows that is longer than this is taken to have no end. */
const longestChain = 200;

/** Which instants a window covers. Where the local clock is ambiguous the window is the longer one, so that it errs to refusal. */
const onceStretch = ({ from, to, zone }: Extract<FreezeWindow, { kind: 'once' }>): Stretch => ({
  from: instantsOf(from, zone).earliest,
  to: instantsOf(to, zone).latest,
});

/** The stretches of a weekly window that could hold `at`: those that begin from two days before to one day after. */
function weeklyStretches(window: Extract<FreezeWindow, { kind: 'weekly' }>, at: number): readonly Stretch[] {
  const today = localDate(at, window.zone);
  return [-2, -1, 0, 1]
    .map((days) => addDays(today, days))
    .filter((date) => window.days.includes(weekdayOf(date)))
    .map((date) => {
      const lastDay = window.toMinute > window.fromMinute ? date : addDays(date, 1);
      return {
        from: instantsOf({ ...date, minute: window.fromMinute }, window.zone).earliest,
        to: instantsOf(
          window.toMinute === minutesOfDay ? { ...addDays(lastDay, 1), minute: 0 } : { ...lastDay, minute: window.toMinute },
          window.zone,
        ).latest,
      };
    });
}

/** When the window that holds at `at` ends (ms since the epoch); null when it does not hold then. */
export function windowEnd(window: FreezeWindow, at: number): number | null {
  const stretches = window.kind === 'once' ? [onceStretch(window)] : weeklyStretches(window, at);
  const ends = stretches.flatMap((stretch) => (stretch.from <= at && at < stretch.to ? [stretch.to] : []));
  return ends.length === 0 ? null : Math.max(...ends);
}

/** A freeze that holds, and when changes are possible again (ms since the epoch; null: no end is in sight). */
export interface Frozen {
  readonly freeze: Freeze;
  readonly endsAt: number | null;
}

/** The first of the freezes that holds at `at`, and the instant from which none of them does any more; null when none holds. */
export function frozenAt(freezes: readonly Freeze[], at: number): Frozen | null {
  const freeze = freezes.find((candidate) => windowEnd(candidate.window, at) !== null);
  if (freeze === undefined) return null;
  let endsAt = at;
  for (let links = 0; links < longestChain; links += 1) {
    const ends = freezes.flatMap((candidate) => windowEnd(candidate.window, endsAt) ?? []);
    if (ends.length === 0) return { freeze, endsAt };
    endsAt = Math.max(...ends);
  }
  return { freeze, endsAt: null };
}
