const dayMs = 86_400_000;

const startOfDay = (date) => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();

const format = (date, options) => new Intl.DateTimeFormat(undefined, options).format(date);

function ordinary(date, month) {
  return format(date, { month, day: 'numeric', year: 'numeric' });
}

/** `yesterday`, `today` and `tomorrow` where they fit, else null. */
function pretty(date) {
  const days = Math.round((startOfDay(date) - startOfDay(new Date())) / dayMs);
  return { '-1': 'yesterday', 0: 'today', 1: 'tomorrow' }[days] ?? null;
}

const units = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
];

function ago(date) {
  const seconds = Math.round((date.getTime() - Date.now()) / 1000);
  const [unit, size] = units.find(([, length]) => Math.abs(seconds) >= length) ?? ['second', 1];
  return new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' }).format(Math.trunc(seconds / size), unit);
}

const tokens = {
  date_num: (date) => [date.getFullYear(), date.getMonth() + 1, date.getDate()].map((part) => String(part).padStart(2, '0')).join('-'),
  date_slash: (date) => [date.getFullYear(), date.getMonth() + 1, date.getDate()].map((part) => String(part).padStart(2, '0')).join('/'),
  date: (date) => ordinary(date, 'long'),
  date_short: (date) => ordinary(date, 'short'),
  date_long: (date) => format(date, { weekday: 'long', month: 'long', day: 'numeric', year: 'numeric' }),
  date_pretty: (date) => pretty(date) ?? tokens.date(date),
  date_short_pretty: (date) => pretty(date) ?? tokens.date_short(date),
  date_long_pretty: (date) => pretty(date) ?? tokens.date_long(date),
  date_long_full: (date) => tokens.date_long(date),
  day_divider_pretty: (date) => pretty(date) ?? format(date, { weekday: 'long', month: 'long', day: 'numeric' }),
  time: (date) => format(date, { hour: '2-digit', minute: '2-digit' }),
  time_secs: (date) => format(date, { hour: '2-digit', minute: '2-digit', second: '2-digit' }),
  ago,
};

/** Fills Slack's date tokens for the reader's own device; null when a token is unknown, so that the fallback is shown. */
export function formatDate(seconds, pattern) {
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) return null;
  let unknown = false;
  const text = pattern.replace(/\{(\w+)\}/g, (_, name) => {
    const token = tokens[name];
    if (token === undefined) unknown = true;
    return token === undefined ? '' : token(date);
  });
  return unknown ? null : text.charAt(0).toUpperCase() + text.slice(1);
}

export const fullDate = (seconds) =>
  new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'long' }).format(new Date(seconds * 1000));

/** The time without AM or PM, for narrow places. */
export const shortTime = (ts) => {
  const parts = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' }).formatToParts(new Date(Number(ts) * 1000));
  return parts
    .map((part) => (part.type === 'dayPeriod' ? '' : part.value))
    .join('')
    .trim();
};

export const clockTime = (ts) => tokens.time(new Date(Number(ts) * 1000));

export const dayOf = (ts) => tokens.day_divider_pretty(new Date(Number(ts) * 1000));
