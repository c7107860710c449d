import { type Argument, mustBeGiven, unfit } from '../argument.ts';
import { show } from '../show.ts';

/** A whole number from `min` to `max`, given as `--name 3`. */
export function count({ about, min, max }: { readonly about: string; readonly min: number; readonly max: number }): Argument<number> {
  const span = `from ${min} to ${max}`;
  return {
    place: 'flag',
    placeholder: 'NUMBER',
    about: `${about}, ${span}`,
    absent: mustBeGiven,
    read(word, { label }) {
      const number = /^\d{1,6}$/.test(word.plain) ? Number(word.plain) : null;
      if (number !== null && number >= min && number <= max) return number;
      const why = number === null ? 'it is not a whole number' : `it is not ${span}`;
      return unfit(show(word.text), label, why, `Write a whole number ${span}.`);
    },
    print: String,
  };
}
