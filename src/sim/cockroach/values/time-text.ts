/** All times in here are microseconds: since the epoch for a TIMESTAMPTZ, as a length for an INTERVAL. */
const second = 1_000_000;

const trimFraction = (micros: number): string => (micros === 0 ? '' : `.${String(micros).padStart(6, '0').replace(/0+$/, '')}`);
const two = (count: number): string => String(count).padStart(2, '0');

/** `2024-04-18 10:07:45.000001+00`: microseconds, without trailing zeros. */
export function formatTimestamp(us: number): string {
  const micros = ((us % second) + second) % second;
  const iso = new Date((us - micros) / 1000).toISOString();
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)}${trimFraction(micros)}+00`;
}

/** `00:00:19.602682`; hours run past 24, as they do when two timestamps are subtracted. */
export function formatInterval(us: number): string {
  const sign = us < 0 ? '-' : '';
  const size = Math.abs(Math.round(us));
  const seconds = Math.floor(size / second);
  const clock = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60].map(two).join(':');
  return `${sign}${clock}${trimFraction(size % second)}`;
}

const timestampForm =
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T](\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?)?\s*(Z|UTC|[+-]\d{1,2}(?::?\d{2})?(?::\d{2})?)?$/i;

const zoneUs = (zone: string): number => {
  const [, sign = '+', hours = '0', minutes = '0'] = /^([+-])(\d{1,2}):?(\d{2})?/.exec(zone) ?? [];
  return (Number(hours) * 3600 + Number(minutes) * 60) * second * (sign === '-' ? -1 : 1);
};

/** Microseconds since the epoch, or null when the text is no timestamp. A time without a zone is UTC. */
export function parseTimestamp(text: string): number | null {
  const parts = timestampForm.exec(text.trim());
  if (parts === null) return null;
  const [, year, month, day, hour = '0', minute = '0', seconds = '0', fraction = '', zone = 'Z'] = parts;
  const ms = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(seconds));
  const check = new Date(ms);
  if (check.getUTCMonth() !== Number(month) - 1 || Number(hour) > 24 || Number(minute) > 59) return null;
  return ms * 1000 + Number(fraction.padEnd(6, '0').slice(0, 6)) - zoneUs(zone);
}

const unitUs: Readonly<Record<string, number>> = {
  us: 1,
  microsecond: 1,
  ms: 1000,
  millisecond: 1000,
  s: second,
  sec: second,
  second,
  m: 60 * second,
  min: 60 * second,
  minute: 60 * second,
  h: 3600 * second,
  hr: 3600 * second,
  hour: 3600 * second,
  d: 86_400 * second,
  day: 86_400 * second,
  w: 604_800 * second,
  week: 604_800 * second,
};

const clockUs = (text: string): number | null => {
  const parts = /^([+-]?)(\d+):(\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?$/.exec(text);
  if (parts === null) return null;
  const [, sign, hours, minutes, seconds = '0', fraction = ''] = parts;
  const size = (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * second + Number(fraction.padEnd(6, '0'));
  return sign === '-' ? -size : size;
};

const unitFactor = (unit: string): number => unitUs[unit] ?? unitUs[unit.replace(/s$/, '')] ?? Number.NaN;

/** One part: a clock time, or a count with its unit. A part without a sign takes the one of the part before. */
function partUs(part: string, sign: number): number {
  if (part.includes(':')) return clockUs(part) ?? Number.NaN;
  const [, count = '', unit = ''] = /^[+-]?(\d+(?:\.\d+)?)\s*([a-z]+)$/.exec(part) ?? [];
  return sign * Number(count) * unitFactor(unit);
}

const wholeForm = /^(?:\s*(?:[+-]?\d+:\d{2}(?::\d{2}(?:\.\d+)?)?|[+-]?\d+(?:\.\d+)?\s*[a-z]+))+$/;
const partForm = /[+-]?\d+:\d{2}(?::\d{2}(?:\.\d+)?)?|[+-]?\d+(?:\.\d+)?\s*[a-z]+/g;

/** Length in microseconds of `36h`, `-1h30m`, `1 day 02:00:00`; null when the text is no interval. A bare number counts seconds. */
export function parseInterval(text: string): number | null {
  const clean = text.trim().toLowerCase();
  if (/^[+-]?\d+(\.\d+)?$/.test(clean)) return Math.round(Number(clean) * second);
  // The bound keeps the pattern's backtracking short.
  if (clean.length > 100 || !wholeForm.test(clean)) return null;
  let sign = 1;
  let total = 0;
  for (const part of clean.match(partForm) ?? []) {
    if (/^[+-]/.test(part)) sign = part.startsWith('-') ? -1 : 1;
    total += partUs(part, sign);
  }
  return Number.isNaN(total) ? null : Math.round(total);
}
