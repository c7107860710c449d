import { spanWords } from '../../domain/span.ts';
import { type Micros, timestampOfMicros } from './times.ts';

/** A length of time for people, e.g. `12 s`, `4 min`, `3 h 30 min`. What the database tells is no finer than a second or so. */
export const spell = (ms: number): string => (ms < 1_000 ? 'less than 1 s' : spanWords(ms));

/** A database time for people, to the microsecond, in UTC. */
export const spellTime = (micros: Micros | string | null): string =>
  micros === null ? 'none' : timestampOfMicros(BigInt(micros)).replace('+00:00', ' UTC');
