import { type Argument, unfit } from '../argument.ts';
import { show } from '../show.ts';

const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
] as const;

/** At most nine digits a unit, so that the sum stays an exact number. */
const pattern = /^(?:(\d{1,9})d)?(?:(\d{1,9})h)?(?:(\d{1,9})m)?(?:(\d{1,9})s)?(?:(\d{1,9})ms)?$/;

/** ms of a duration such as `90s`, `1h30m` or `500ms`; null when it is none. */
export function readDuration(typed: string): number | null {
  const found = pattern.exec(typed.toLowerCase());
  if (found === null || typed === '') return null;
  return units.reduce((sum, [, ms], index) => sum + Number(found[index + 1] ?? 0) * ms, 0);
}

/** The shortest spelling of a whole number of ms, e.g. `1m30s`. */
export function printDuration(ms: number): string {
  let left = ms;
  let printed = '';
  for (const [unit, size] of units) {
    const count = Math.floor(left / size);
    left -= count * size;
    if (count > 0) printed += `${count}${unit}`;
  }
  return printed || '0s';
}

interface DurationRange {
  /** What help says of it: a phrase without a full stop. */
  readonly about: string;
  /** Each as a person would write it, e.g. `10m`. */
  readonly min: string;
  readonly max: string;
  /** Without it, the flag has to be given. */
  readonly default?: string;
}

/** For durations that stand in our own declarations. Throws TypeError when one is misspelt. */
function declared(text: string): number {
  const ms = readDuration(text);
  if (ms === null) throw new TypeError(`"${text}" is not a duration`);
  return ms;
}

/** A length of time between `min` and `max`, in ms, given as `--name 90s`. Throws TypeError when the declaration is contradictory. */
export function duration(range: DurationRange): Argument<number> {
  const [min, max] = [declared(range.min), declared(range.max)];
  const preset = range.default === undefined ? null : declared(range.default);
  if (min > max || (preset !== null && (preset < min || preset > max)))
    throw new TypeError('the default or the bounds of a duration are out of order');
  const span = `from ${range.min} to ${range.max}`;
  return {
    place: 'flag',
    placeholder: 'DURATION',
    about: `${range.about}, ${span}${range.default === undefined ? '' : `; ${range.default} when left out`}`,
    absent: preset === null ? { kind: 'refused' } : { kind: 'value', value: preset },
    read(word, { label }) {
      const ms = readDuration(word.plain);
      if (ms === null) return unfit(show(word.text), label, 'it is not a duration', unitHint(word.plain));
      if (ms < min) return unfit(show(word.text), label, `it is shorter than ${range.min}`, `Write a duration ${span}.`);
      if (ms > max) return unfit(show(word.text), label, `it is longer than ${range.max}`, `Write a duration ${span}.`);
      return ms;
    },
    print: printDuration,
  };
}

const unitHint = (typed: string): string =>
  /^\d{1,9}$/.test(typed)
    ? `Write a unit with it: \`${typed}s\` for seconds, \`${typed}m\` for minutes.`
    : 'Write whole numbers with `ms`, `s`, `m`, `h` or `d`, such as `90s` or `1m30s`.';
