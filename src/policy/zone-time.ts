import { DateTime, IANAZone } from 'luxon';

/** A minute on the clock on the wall somewhere. `minute` counts from midnight and may be 1440 (the next midnight). */
export interface LocalMinute {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly minute: number;
}

const dayMs = 86_400_000;
const minuteMs = 60_000;

export const isZone = (name: string): boolean => /^[A-Za-z]/.test(name) && IANAZone.isValidZone(name);

/** The local date at an instant (ms since the epoch). */
export function localDate(at: number, zone: string): Omit<LocalMinute, 'minute'> {
  const { year, month, day } = DateTime.fromMillis(at, { zone });
  return { year, month, day };
}

/** Moves a date by whole calendar days. */
export function addDays(date: Omit<LocalMinute, 'minute'>, days: number): Omit<LocalMinute, 'minute'> {
  const moved = DateTime.utc(date.year, date.month, date.day).plus({ days });
  return { year: moved.year, month: moved.month, day: moved.day };
}

/** 1 is Monday, 7 is Sunday. */
export const weekdayOf = (date: Omit<LocalMinute, 'minute'>): number => DateTime.utc(date.year, date.month, date.day).weekday;

/** First instant of a jump of the zone's clock within (from, to], ms. */
function jumpBetween(zone: IANAZone, from: number, to: number): number {
  const before = zone.offset(from);
  let low = from;
  let high = to;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (zone.offset(middle) === before) low = middle;
    else high = middle;
  }
  return high;
}

/**
 * The instants (ms since the epoch) at which a local clock shows a minute. It shows it twice when clocks go back: then the two
 * differ. It never shows it when clocks go forward over it: then both are the instant of the jump.
 */
export function instantsOf(local: LocalMinute, zoneName: string): { readonly earliest: number; readonly latest: number } {
  const zone = IANAZone.create(zoneName);
  const asUtc = DateTime.utc(local.year, local.month, local.day).toMillis() + local.minute * minuteMs;
  const candidates = [asUtc - dayMs, asUtc + dayMs].map((near) => asUtc - zone.offset(near) * minuteMs);
  const shown = candidates.filter((instant) => instant + zone.offset(instant) * minuteMs === asUtc);
  if (shown.length > 0) return { earliest: Math.min(...shown), latest: Math.max(...shown) };
  const jump = jumpBetween(zone, Math.min(...candidates), Math.max(...candidates));
  return { earliest: jump, latest: jump };
}

/** Parses `2026-12-01T00:00`; null when it is not written so or there is no such date. */
export function parseLocalMinute(text: string): LocalMinute | null {
  const parts = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})$/.exec(text);
  if (parts === null) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = parts.slice(1).map(Number);
  if (!DateTime.utc(year, month, day, hour, minute).isValid || hour > 23) return null;
  return { year, month, day, minute: hour * 60 + minute };
}

/** `2026-12-01 00:00`. */
export const localMinuteText = ({ year, month, day, minute }: LocalMinute): string =>
  DateTime.utc(year, month, day).plus({ minutes: minute }).toFormat('yyyy-MM-dd HH:mm');

/** `2027-01-02 06:00 Europe/Berlin`, with the seconds left out. */
export const localText = (at: number, zone: string): string => `${DateTime.fromMillis(at, { zone }).toFormat('yyyy-MM-dd HH:mm')} ${zone}`;
