import type { Lag } from '../domain/lag.ts';
import type { LagUnit } from '../domain/lag-history.ts';
import { unreachable } from '../domain/unreachable.ts';

/** A lag in one unit. */
export interface Measure {
  readonly unit: LagUnit;
  /** ms, or a number of what is counted. */
  readonly value: number;
  /** What is counted, singular; empty for a time. */
  readonly counted: string;
  /** The lag is no more than this, and may be less. */
  readonly atMost: boolean;
}

const time = (value: number, atMost: boolean): Measure => ({ unit: 'time', value, counted: '', atMost });
const number = (value: number, counted: string): Measure => ({ unit: 'count', value, counted, atMost: false });

/** A lag in every unit in which it is told; none when it is not known. */
export function measuresOf(lag: Lag): readonly Measure[] {
  switch (lag.kind) {
    case 'duration':
      return [time(lag.ms, false)];
    case 'transactions': {
      const counted = number(lag.transactions, 'transaction');
      return lag.atMostMs === undefined ? [counted] : [counted, time(lag.atMostMs, true)];
    }
    case 'sequence':
      return [number(lag.sequences, lag.counted ?? 'sequence number')];
    case 'unknown':
      return [];
    default:
      return unreachable(lag);
  }
}
