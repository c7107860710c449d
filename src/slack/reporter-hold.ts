import type { Clock } from '../domain/clock.ts';

/** The right to show one run, or the alerts of one link, renewed until it is let go. */
export interface Hold {
  /** Whether the claim holds for at least `forMs` from now, by our own monotonic clock. */
  holdsFor(forMs: number): boolean;
  /** Aborts when the claim is let go. */
  readonly signal: AbortSignal;
  /** Stops renewing. The claim itself is given back by `finish` or `postpone`, or runs out. */
  letGo(): Promise<void>;
}

interface HoldDeps {
  /** False when the claim is lost. */
  readonly renew: (leaseMs: number) => Promise<boolean>;
  readonly clock: Clock;
  readonly leaseMs: number;
}

/** Keeps a claim that was made just now alive. */
export function holdClaim({ renew, clock, leaseMs }: HoldDeps): Hold {
  let validUntil = clock.monotonic() + leaseMs;
  const released = new AbortController();
  const { signal } = released;
  const keep = async (): Promise<void> => {
    while (!signal.aborted) {
      await clock.sleep(leaseMs / 3, signal);
      if (signal.aborted) return;
      const before = clock.monotonic();
      const kept = await renew(leaseMs).catch(() => null);
      if (kept === false) validUntil = 0;
      if (kept === false) return;
      if (kept === true) validUntil = before + leaseMs;
    }
  };
  const keeping = keep();
  return {
    holdsFor: (forMs) => clock.monotonic() + forMs < validUntil,
    signal,
    letGo: () => {
      released.abort();
      return keeping;
    },
  };
}
