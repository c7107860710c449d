import { type Argument, unfit } from '../argument.ts';
import { show } from '../show.ts';

/** `--name`: true when it is given. Only the flag itself; a value is refused. */
export function flag(about: string): Argument<boolean> {
  return {
    place: 'switch',
    placeholder: '',
    about,
    absent: { kind: 'value', value: false },
    read: (word, { label }) => unfit(show(word.text), label, `${label} takes no value`, `Write \`${label}\` alone, or leave it out.`),
    print: (given) => String(given),
  };
}
