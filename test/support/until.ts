import { systemClock } from '../../src/domain/clock.ts';

/**
 * Polls until the condition holds. Throws, naming what was waited for, when it does not within `withinMs`: a bound for what never
 * comes, not for what is slow, so it is far beyond what a busy machine takes.
 */
export async function until(condition: () => boolean | Promise<boolean>, what: string, withinMs = 100_000, everyMs = 20): Promise<void> {
  const giveUpAt = systemClock.monotonic() + withinMs;
  while (!(await condition())) {
    if (systemClock.monotonic() > giveUpAt) throw new TypeError(`waited ${withinMs} ms in vain until ${what}`);
    await systemClock.sleep(everyMs);
  }
}
