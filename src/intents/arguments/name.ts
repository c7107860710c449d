import { type Argument, mustBeGiven, unfit } from '../argument.ts';
import { show } from '../show.ts';

const pattern = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$/;

/** A short name that other programs take too, without characters that mean something to a shell: of a backup, of a cluster. */
export const name = (place: 'word' | 'flag', placeholder: string, about: string): Argument<string> => ({
  place,
  placeholder,
  about,
  absent: mustBeGiven,
  read: ({ plain, text }, { label }) =>
    pattern.test(plain)
      ? plain
      : unfit(
          show(text),
          label,
          'it is not a name',
          'A name has letters, digits, dots, hyphens and underscores, at most 100, and begins with a letter or a digit.',
        ),
  print: (value) => value,
});
