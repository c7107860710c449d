import type { Clock } from '../../domain/clock.ts';

/** The world's own time: a clock plus the leaps that were asked for. It never runs backwards. */
export interface WorldTime {
  /** Microseconds since the epoch. */
  nowUs(): number;
  leap(ms: number): void;
  /** Resolves after `ms` of world time (a leap counts) or when the signal aborts. `Infinity` waits for the signal. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

const yearMs = 365 * 86_400_000;

/** So that times have microseconds that a JavaScript Date would lose. */
const belowMs = 417;

export function createWorldTime(clock: Clock): WorldTime {
  // A clock that counts from zero would put the world's past before 1970.
  let leaptMs = clock.now() < yearMs ? Date.UTC(2026, 0, 1) : 0;
  let latestUs = 0;
  const sleepers = new Set<AbortController>();

  const nowUs = (): number => {
    latestUs = Math.max(latestUs, (Math.floor(clock.now()) + leaptMs) * 1000 + belowMs);
    return latestUs;
  };

  const nap = async (ms: number, signal: AbortSignal): Promise<void> => {
    const waking = new AbortController();
    const wake = (): void => waking.abort();
    sleepers.add(waking);
    signal.addEventListener('abort', wake, { once: true });
    if (Number.isFinite(ms)) await clock.sleep(ms, waking.signal);
    else await new Promise<void>((resolve) => waking.signal.addEventListener('abort', () => resolve(), { once: true }));
    signal.removeEventListener('abort', wake);
    sleepers.delete(waking);
  };

  return {
    nowUs,
    leap: (ms) => {
      leaptMs += ms;
      for (const sleeper of sleepers) sleeper.abort();
    },
    sleep: async (ms, signal) => {
      const dueUs = nowUs() + ms * 1000;
      while (!signal.aborted && nowUs() < dueUs) await nap(Math.max(1, Math.ceil((dueUs - nowUs()) / 1000)), signal);
    },
  };
}
