/** How far a standby is behind. A union by unit: engines that cannot tell say so. */
export type Lag =
  | { readonly kind: 'duration'; readonly ms: number }
  | { readonly kind: 'transactions'; readonly transactions: number }
  | { readonly kind: 'sequence'; readonly sequences: number }
  | { readonly kind: 'unknown'; readonly why: string };
