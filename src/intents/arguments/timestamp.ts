import { readDuration } from './duration.ts';

/** What a text says of a point in time. `no-zone` carries how it would be written for UTC. */
type Reading =
  | { readonly kind: 'time'; readonly at: number }
  | { readonly kind: 'no-zone'; readonly utc: string }
  /** Spelt as a time, but no such day or hour exists, or it lies outside the years 1970 to 9999. */
  | { readonly kind: 'no-such-time' }
  | { readonly kind: 'no-sign'; readonly relative: string }
  | { readonly kind: 'not-a-time' };

const latestTime = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
const stamp = /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?\s?(Z|[+-]\d{2}(?::?\d{2})?)?$/;

/** ms since the epoch of an RFC 3339 timestamp (seconds may be left out; digits beyond ms are cut off), or of `-10m` and `+2h` from now. */
export function readTimestamp(typed: string, now: number): Reading {
  const written = typed.trim().toUpperCase();
  const found = stamp.exec(written);
  if (found === null) return readRelative(written, now);
  const [, year, month, day, hour, minute, second = '0', fraction = '', zone] = found;
  if (zone === undefined) return { kind: 'no-zone', utc: `${written.replace(' ', 'T')}Z` };
  const offset = offsetMs(zone);
  const fields = [year, month, day, hour, minute, second].map(Number);
  const local = localMs(fields, Number(fraction.slice(0, 3).padEnd(3, '0')));
  return local === null || offset === null ? { kind: 'no-such-time' } : inRange(local - offset);
}

/** A time as this bot prints it, to the ms, in UTC. */
export const printTimestamp = (at: number): string => new Date(at).toISOString();

function readRelative(written: string, now: number): Reading {
  const length = written.replace(/^(?:-+|\+)/, '');
  const ms = readDuration(length);
  if (ms === null) return { kind: 'not-a-time' };
  if (length === written) return { kind: 'no-sign', relative: `-${written.toLowerCase()}` };
  return inRange(written.startsWith('+') ? now + ms : now - ms);
}

const inRange = (at: number): Reading => (at >= 0 && at <= latestTime ? { kind: 'time', at } : { kind: 'no-such-time' });

/** Null when the calendar or the clock has no such time: then it comes back as another one. */
function localMs(fields: readonly number[], ms: number): number | null {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = fields;
  const at = Date.UTC(year, month - 1, day, hour, minute, second, ms);
  const back = new Date(at);
  const same =
    back.getUTCFullYear() === year &&
    back.getUTCMonth() === month - 1 &&
    back.getUTCDate() === day &&
    back.getUTCHours() === hour &&
    back.getUTCMinutes() === minute &&
    back.getUTCSeconds() === second;
  return same ? at : null;
}

/** Zones reach from -12:00 to +14:00. */
function offsetMs(zone: string): number | null {
  if (zone === 'Z') return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(3).replace(':', '') || 0);
  if (hours > 14 || minutes > 59) return null;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}
