import { type Micros, timestampOfMicros } from './times.ts';

/** A length of time for people, e.g. `12 s`, `4 min`, `3.5 h`. */
export function spell(ms: number): string {
  if (ms < 1_000) return 'less than 1 s';
  if (ms < 120_000) return `${Math.round(ms / 1_000)} s`;
  return ms < 2 * 3_600_000 ? `${Math.round(ms / 60_000)} min` : `${Math.round(ms / 360_000) / 10} h`;
}

/** A database time for people, to the microsecond, in UTC. */
export const spellTime = (micros: Micros | string | null): string =>
  micros === null ? 'none' : timestampOfMicros(BigInt(micros)).replace('+00:00', ' UTC');
