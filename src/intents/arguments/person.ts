import type { PersonRef } from '../../domain/intent.ts';
import { type Argument, mustBeGiven, unfit } from '../argument.ts';
import { withoutUnseen } from '../characters.ts';
import { show } from '../show.ts';
import { printWord } from './printed.ts';

const longestName = 80;

/** Somebody, by a mention that Slack escaped, or by name as typed. */
export function person(): Argument<PersonRef> {
  return {
    place: 'flag',
    placeholder: '@PERSON',
    about: 'a person, such as `@bob`',
    absent: mustBeGiven,
    read(word, { label }) {
      if (word.person !== null) return { kind: 'id', id: word.person };
      const name = withoutUnseen(word.text).trim().replace(/^@/, '').trim().replace(/\s+/g, ' ');
      if (name === '' || name.length > longestName) {
        return unfit(show(word.text), label, `a name has 1 to ${longestName} characters`, 'Write it as Slack shows it, such as `@bob`.');
      }
      return { kind: 'name', name };
    },
    print: (ref) => (ref.kind === 'id' ? `<@${ref.id}>` : printWord(`@${ref.name}`)),
  };
}
