import { setMaxListeners } from 'node:events';
import type { Clock } from '../domain/clock.ts';
import type { RunId } from '../domain/ids.ts';
import type { Journal } from './ports.ts';

/** A worker's grip on a run: it knows by its own monotonic clock when it has to let go, before Redis would say so. */
export interface Lease {
  readonly fence: number;
  /** Aborts when the lease is lost, or is about to be for want of renewal. */
  readonly signal: AbortSignal;
  /** Asked right before every effect. A process that was frozen finds out here. */
  isValid(): boolean;
  /** Stops renewing. Does not give the lease back. */
  stop(): void;
}

export interface LeaseDeps {
  readonly journal: Pick<Journal, 'renew'>;
  readonly clock: Clock;
  /** Lifetime in Redis, ms. */
  readonly leaseMs: number;
}

/**
 * Renews a claimed lease until `stop`. `claimedAt` is the monotonic time before the claim was sent: the lease can't have begun
 * earlier. A tenth of it is given up as a margin for the way of a call.
 */
export function keepLease(run: RunId, fence: number, claimedAt: number, deps: LeaseDeps): Lease {
  const { journal, clock, leaseMs } = deps;
  const lost = new AbortController();
  const over = new AbortController();
  // Every connection of a run listens to it, and a cluster may have many servers.
  setMaxListeners(0, lost.signal);
  let endsAt = claimedAt + leaseMs * 0.9;

  const isValid = (): boolean => {
    if (!lost.signal.aborted && clock.monotonic() >= endsAt) lost.abort();
    return !lost.signal.aborted && !over.signal.aborted;
  };

  const renewal = async (): Promise<void> => {
    while (isValid()) {
      await clock.sleep(leaseMs / 4, over.signal);
      if (!isValid()) return;
      const sentAt = clock.monotonic();
      const kept = await journal.renew(run, fence, leaseMs).catch(() => null);
      if (kept === false) lost.abort();
      if (kept === true) endsAt = sentAt + leaseMs * 0.9;
    }
  };
  void renewal();

  return {
    fence,
    signal: lost.signal,
    isValid,
    stop: () => over.abort(),
  };
}
