import type { Clock } from '../domain/clock.ts';
import type { RunId } from '../domain/ids.ts';
import type { ReportQueue } from '../runs/ports.ts';

/** The right to show one run, renewed until it is let go. */
export interface Hold {
  /** Whether the claim holds for at least `forMs` from now, by our own monotonic clock. */
  holdsFor(forMs: number): boolean;
  /** Aborts when the claim is let go. */
  readonly signal: AbortSignal;
  /** Stops renewing. The claim itself is given back by `finish` or `postpone`, or runs out. */
  letGo(): Promise<void>;
}

interface HoldDeps {
  readonly reports: ReportQueue;
  readonly clock: Clock;
  readonly leaseMs: number;
}

/** Keeps a claim that was made just now alive. */
export function holdClaim(run: RunId, token: string, { reports, clock, leaseMs }: HoldDeps): Hold {
  let validUntil = clock.monotonic() + leaseMs;
  const released = new AbortController();
  const { signal } = released;
  const keep = async (): Promise<void> => {
    while (!signal.aborted) {
      await clock.sleep(leaseMs / 3, signal);
      if (signal.aborted) return;
      const before = clock.monotonic();
      const kept = await reports.renew(run, token, leaseMs).catch(() => null);
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
