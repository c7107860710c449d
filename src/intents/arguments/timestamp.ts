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
  const [, year, month, day, hour, minute, second = '00', fraction = '', zone] = found;
  const local = localMs(`${year}-${month}-${day}T${hour}:${minute}:${second}.${fraction.slice(0, 3).padEnd(3, '0')}`);
  if (local === null) return { kind: 'no-such-time' };
  if (zone === undefined) return { kind: 'no-zone', utc: `${written.replace(' ', 'T')}Z` };
  const offset = offsetMs(zone);
  return offset === null ? { kind: 'no-such-time' } : inRange(local - offset);
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

/** Null when the calendar or the clock has no such time: `Date` knows none, or makes another one of it. */
function localMs(fields: string): number | null {
  const at = Date.parse(`${fields}Z`);
  return Number.isNaN(at) || printTimestamp(at) !== `${fields}Z` ? null : at;
}

/** Zones reach from -12:00 to +14:00. */
function offsetMs(zone: string): number | null {
  if (zone === 'Z') return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(3).replace(':', '') || 0);
  if (hours > 14 || minutes > 59) return null;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}
