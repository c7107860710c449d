const unitMs = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000 } as const;
const unitNames = { d: 'day', h: 'hour', m: 'minute', s: 'second' } as const;
type Unit = keyof typeof unitMs;
const units = Object.keys(unitMs) as readonly Unit[]; // Object.keys forgets which keys an object literal has

const longestDurationMs = 30 * unitMs.d;
export const durationPattern = /^(?:\d{1,4}d)?(?:\d{1,4}h)?(?:\d{1,5}m)?(?:\d{1,6}s)?$/;

/** Milliseconds of a text such as `30m`, `1h30m` or `2d`; null when it is not one, is zero or is longer than 30 days. */
export function parseDuration(text: string): number | null {
  if (!durationPattern.test(text)) return null;
  const parts = [...text.matchAll(/(\d+)([dhms])/g)];
  // The cast follows from the pattern: the second group is one of the four letters.
  const ms = parts.reduce((sum, [, count, unit]) => sum + Number(count) * unitMs[unit as Unit], 0);
  return ms > 0 && ms <= longestDurationMs ? ms : null;
}

/** `1 hour 30 minutes` for 5,400,000 ms; rounds up to whole seconds. */
export function durationWords(ms: number): string {
  let rest = Math.ceil(ms / 1000) * 1000;
  const words: string[] = [];
  for (const unit of units) {
    const count = Math.floor(rest / unitMs[unit]);
    rest -= count * unitMs[unit];
    if (count > 0) words.push(`${count} ${unitNames[unit]}${count === 1 ? '' : 's'}`);
  }
  return words.join(' ') || '0 seconds';
}
