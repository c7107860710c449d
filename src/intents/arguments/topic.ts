import { type Argument, mustBeGiven, unfit } from '../argument.ts';
import { didYouMean } from '../nearest.ts';
import { show } from '../show.ts';

/** A command, or the first word of several, that help is asked about. */
export function topic(): Argument<string> {
  return {
    place: 'rest',
    placeholder: 'COMMAND',
    about: 'the command to explain',
    absent: mustBeGiven,
    read(word, { label, topics }) {
      const typed = word.plain
        .trim()
        .toLowerCase()
        .replace(/\s+/g, ' ')
        .replace(/^\/repl /, '');
      const hint = didYouMean(typed, topics) ?? '`/repl help` lists all commands.';
      return topics.find((known) => known === typed) ?? unfit(show(word.text), label, 'there is no such command', hint);
    },
    print: (name) => name,
  };
}
