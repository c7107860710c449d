/** What a lag is told in: ms, or things that are counted. One lag may be told in both. */
export type LagUnit = 'time' | 'count';

/** A lag at one moment, ms since the epoch. */
export interface LagAt {
  readonly at: number;
  readonly value: number;
}

/** One lag over a stretch of time, in one unit. What was not known has no value here: it is never 0. */
export interface LagTrack {
  /** Which lag of the link; empty when it has one only. */
  readonly name: string;
  readonly unit: LagUnit;
  /** What is counted, singular, e.g. `transaction`; empty for a time. */
  readonly counted: string;
  /** Values are upper bounds. */
  readonly atMost: boolean;
  /** Looks that could tell it. */
  readonly looks: number;
  /** Null when it is not known now. */
  readonly now: number | null;
  /** The newest that is known. */
  readonly last: LagAt;
  readonly worst: LagAt;
  /** The median over time. */
  readonly typical: number;
  /** Since when it has been rising, if it is; ms since the epoch. */
  readonly risingSince: number | null;
  /** For a picture, oldest first, each the greatest of what it stands for: few enough for one picture. */
  readonly points: readonly LagAt[];
}

/** A stretch of time of which a lag is not known, ms since the epoch. */
export interface LagGap {
  /** Which lag; empty when the link has one only, or nobody looked. */
  readonly name: string;
  readonly from: number;
  readonly to: number;
  /** Full sentence: why the last look in it could not tell; null when nobody looked. */
  readonly why: string | null;
}

/** How far the other side of a link was behind, by all looks that bots remember. */
export interface LagHistory {
  /** The time that was asked about, ms. */
  readonly spanMs: number;
  /** The oldest look in it, ms since the epoch. */
  readonly from: number;
  /** The look that was taken now. */
  readonly to: number;
  /** Looks in it, with that of now. */
  readonly looks: number;
  /** How much time one point of a track stands for, ms; null when each is one look. */
  readonly bucketMs: number | null;
  readonly tracks: readonly LagTrack[];
  readonly gaps: readonly LagGap[];
}
