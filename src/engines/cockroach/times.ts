/**
 * Times of CockroachDB as whole microseconds since the epoch. They never go through `Date`, which would drop the microseconds and
 * cut a failover at another point than the one shown.
 */
export type Micros = bigint;

const timestamp =
  /^(\d{4,})-(\d{2})-(\d{2})[ T](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,6}))?\d*(?:Z|([+-])(\d{2})(?::?(\d{2}))?(?::?(\d{2}))?)?$/;
const microsPerSecond = 1_000_000n;
const secondsPerDay = 86_400n;

/** Reads a TIMESTAMPTZ as the server prints it (`2024-04-18 10:07:45.000001+00`) or RFC 3339; null when it is neither. No zone is UTC. */
export function microsOfTimestamp(text: string): Micros | null {
  const parts = timestamp.exec(text);
  if (parts === null) return null;
  const [, year = '', month = '', day = '', hour = '', minute = '', second = '', fraction = '', sign, ...zone] = parts;
  const days = daysFromCivil(Number(year), Number(month), Number(day));
  if (days === null || Number(hour) > 24 || Number(minute) > 59 || Number(second) > 60) return null;
  const [zoneHours, zoneMinutes, zoneSeconds] = zone.map((part) => BigInt(part ?? 0));
  const offset = ((zoneHours ?? 0n) * 60n + (zoneMinutes ?? 0n)) * 60n + (zoneSeconds ?? 0n);
  const seconds = BigInt(days) * secondsPerDay + (BigInt(hour) * 60n + BigInt(minute)) * 60n + BigInt(second);
  const utc = sign === '-' ? seconds + offset : seconds - offset;
  return utc * microsPerSecond + BigInt(fraction.padEnd(6, '0'));
}

/** Reads an HLC time (`<ns>.<10-digit logical>`), rounded down to the microsecond; null when it is none. */
export function microsOfHlc(text: string): Micros | null {
  const parts = /^(\d{1,20})(?:\.\d{1,10})?$/.exec(text);
  return parts === null ? null : BigInt(parts[1] ?? '0') / 1000n;
}

/** `2024-04-18 10:07:45.000001+00:00`: what goes into SYSTEM TIME and what people read. Inverse of `microsOfTimestamp`. */
export function timestampOfMicros(micros: Micros): string {
  const seconds = floorDiv(micros, microsPerSecond);
  const days = floorDiv(seconds, secondsPerDay);
  const rest = seconds - days * secondsPerDay;
  const [year, month, day] = civilFromDays(Number(days));
  const two = (value: bigint | number) => String(value).padStart(2, '0');
  const clock = `${two(rest / 3600n)}:${two((rest / 60n) % 60n)}:${two(rest % 60n)}`;
  const fraction = String(micros - seconds * microsPerSecond).padStart(6, '0');
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)} ${clock}.${fraction}+00:00`;
}

/** Whole milliseconds, for showing and for lag; rounded down. */
export const msOfMicros = (micros: Micros): number => Number(floorDiv(micros, 1000n));
export const microsOfMs = (ms: number): Micros => BigInt(Math.trunc(ms)) * 1000n;

const floorDiv = (a: bigint, b: bigint): bigint => (a >= 0n ? a / b : -((-a + b - 1n) / b));

/** Days since 1970-01-01 in the Gregorian calendar; null for a day that does not exist. */
function daysFromCivil(year: number, month: number, day: number): number | null {
  const years = month <= 2 ? year - 1 : year;
  const era = Math.floor(years / 400);
  const yearOfEra = years - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const days = era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468;
  const [y, m, d] = civilFromDays(days);
  return y === year && m === month && d === day ? days : null;
}

function civilFromDays(days: number): readonly [number, number, number] {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1;
  const month = shiftedMonth + (shiftedMonth < 10 ? 3 : -9);
  return [yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day];
}
