/** How far a standby is behind. A union by unit: engines that cannot tell say so. */
export type Lag =
  | { readonly kind: 'duration'; readonly ms: number }
  | {
      readonly kind: 'transactions';
      readonly transactions: number;
      /** It has everything that is older than this, by when bots saw which transaction; left out when that is not known. */
      readonly atMostMs?: number;
    }
  | {
      readonly kind: 'sequence';
      readonly sequences: number;
      /** What is counted, e.g. `metadata change`; sequence numbers when left out. */
      readonly counted?: string;
    }
  | { readonly kind: 'unknown'; readonly why: string };

/** One of several lags of a link: of one direction, or of one kind of what is replicated. */
export interface NamedLag {
  /** Short, the same at every look; empty when the link has one lag only. */
  readonly name: string;
  readonly lag: Lag;
}
