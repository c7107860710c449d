import { type Argument, mustBeGiven, unfit } from '../argument.ts';
import { withoutUnseen } from '../characters.ts';
import { show } from '../show.ts';
import { printQuoted } from './printed.ts';

interface TextLimits {
  /** Characters, 1 when left out. */
  readonly min?: number;
  /** Characters. */
  readonly max: number;
  /** What help says of it: a phrase without a full stop. */
  readonly about: string;
}

/** A text in a person's own words, without what nobody would see, given as `--name "some words"`. */
export function text({ min = 1, max, about }: TextLimits): Argument<string> {
  const range = min > 1 ? `${min} to ${max} characters` : `at most ${max} characters`;
  return {
    place: 'flag',
    placeholder: '"TEXT"',
    about: `${about} (${range})`,
    absent: mustBeGiven,
    read(word, { label }) {
      const words = withoutUnseen(word.text).trim();
      if (words === '') return unfit(show(word.text), label, 'it says nothing', `Write ${range} in quotes.`);
      if (words.length < min) return unfit(show(word.text), label, `it is shorter than ${min} characters`, `Write ${range} in quotes.`);
      if (words.length > max) return unfit(show(word.text), label, `it is longer than ${max} characters`, `Write ${range} in quotes.`);
      return words;
    },
    print: printQuoted,
  };
}

/** The same, but words without quotes count too: everything that is left of the line. */
export const rest = (limits: TextLimits): Argument<string> => ({ ...text(limits), place: 'rest', placeholder: 'TEXT' });
