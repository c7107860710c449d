/** A version of the policy as it is kept. `rules` is unparsed: who reads it has to parse it, and refuse when that fails. */
export interface StoredPolicy {
  /** 1, 2, 3 … */
  readonly version: number;
  readonly by: string;
  /** ms since the epoch. */
  readonly at: number;
  readonly why: string;
  readonly rules: unknown;
}

/** Port: versions of the policy. Every method throws Fault `redis-unavailable` when Redis does not answer. */
export interface PolicyStore {
  /** Newest version; null when there is none. */
  current(): Promise<StoredPolicy | null>;
  /** Writes version 1 if there is none yet; answers the newest version either way. Atomic. */
  seed(first: Omit<StoredPolicy, 'version'>): Promise<StoredPolicy>;
  /** Writes the next version if `expectedVersion` is still the newest. Atomic. */
  put(
    next: Omit<StoredPolicy, 'version'>,
    expectedVersion: number,
  ): Promise<{ readonly kind: 'written'; readonly version: number } | { readonly kind: 'behind'; readonly version: number }>;
  /** Newest first. */
  history(limit: number): Promise<readonly StoredPolicy[]>;
}
