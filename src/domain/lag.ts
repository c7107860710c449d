/** How far a standby is behind. A union by unit: engines that cannot tell say so. */
export type Lag =
  | { readonly kind: 'duration'; readonly ms: number }
  | {
      readonly kind: 'transactions';
      readonly transactions: number;
      /** It has everything that is older than this, by when bots saw which transaction; left out when that is not known. */
      readonly atMostMs?: number;
    }
  | { readonly kind: 'sequence'; readonly sequences: number }
  | { readonly kind: 'unknown'; readonly why: string };
