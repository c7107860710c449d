import { setAlarm } from './alarm.ts';

/** Time is passed in, so that a test can hold it still. */
export interface Clock {
  /** Wall time, ms since the epoch. For showing and recording. */
  now(): number;
  /** Monotonic time in ms from an arbitrary start; it goes on while the process is frozen. For leases and deadlines. */
  monotonic(): number;
  /** Resolves after `ms`, or as soon as the signal aborts (it does not reject: the caller looks at the signal). */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const wake = () => {
        callOff();
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      const callOff = setAlarm(ms, wake);
      signal?.addEventListener('abort', wake, { once: true });
    }),
};
