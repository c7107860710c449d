import type { UserId } from './ids.ts';

/** A fact that is another than it was when a run was approved or began. */
export interface FactDifference {
  readonly label: string;
  readonly before: string;
  readonly now: string;
}

/** Why it was denied, voided, cancelled, failed or undone; or how it succeeded. */
export interface RunEnding {
  readonly sentence: string;
  /** Who ended it; null when nobody in particular did. */
  readonly by: UserId | null;
  readonly databases: string | null;
  readonly next: string | null;
  readonly differences: readonly FactDifference[];
}
