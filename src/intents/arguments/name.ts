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

const moment = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/;

/** What is restored: a backup by its full name, the newest, or the state at a moment. */
export const backup = (): Argument<string> => {
  const named = name('word', 'BACKUP', 'full name of the backup, latest, or a moment such as 2026-11-20T03:12:00Z');
  return {
    ...named,
    read: (word, context) => (moment.test(word.plain) && Number.isFinite(Date.parse(word.plain)) ? word.plain : named.read(word, context)),
  };
};
