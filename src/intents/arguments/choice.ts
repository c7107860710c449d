import { nearest } from '../../domain/nearest.ts';
import { type Argument, mustBeGiven, unfit } from '../argument.ts';
import { show } from '../show.ts';

/** One of a few words, which has to be given. The words are lower-case. */
export function choice<const Choice extends string>(words: readonly Choice[], about: string): Argument<Choice> {
  return {
    place: 'word',
    placeholder: words.join('|'),
    about,
    absent: mustBeGiven,
    choices: () => words,
    read(word, { label }) {
      const typed = word.plain.toLowerCase();
      const known = words.find((one) => one === typed);
      if (known !== undefined) return known;
      const meant = nearest(typed, words)[0];
      const hint = meant === undefined ? `Write ${words.map((one) => `\`${one}\``).join(' or ')}.` : `Did you mean \`${meant}\`?`;
      return unfit(show(word.text), label, 'it is not one of them', hint);
    },
    print: (value) => value,
  };
}
