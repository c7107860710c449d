import type { Clock } from '../domain/clock.ts';
import type { Turn, WatchStore } from './ports.ts';

/** Keeps a turn that was taken just now alive until it is let go. Ending it is another call. */
export function holdTurn(
  turn: Turn,
  { store, clock, leaseMs }: { readonly store: Pick<WatchStore, 'renew'>; readonly clock: Clock; readonly leaseMs: number },
): { letGo(): Promise<void> } {
  const released = new AbortController();
  const keep = async (): Promise<void> => {
    for (;;) {
      await clock.sleep(leaseMs / 3, released.signal);
      if (released.signal.aborted) return;
      // A renewal that was not answered is sent again at the next turn; only Redis' own no ends it.
      if ((await store.renew(turn, leaseMs).catch(() => true)) === false) return;
    }
  };
  const keeping = keep();
  return {
    letGo: () => {
      released.abort();
      return keeping;
    },
  };
}
