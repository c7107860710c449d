import { type OperationName, operationNames } from '../../domain/operation.ts';
import { type Argument, mustBeGiven, unfit } from '../argument.ts';
import { didYouMean } from '../nearest.ts';
import { eitherOf, show } from '../show.ts';

/** The name of something that can be done to a link. */
export function operation(): Argument<OperationName> {
  return {
    place: 'word',
    placeholder: 'OPERATION',
    about: `one of ${eitherOf(operationNames)}`,
    absent: mustBeGiven,
    choices: () => operationNames,
    read(word, { label }) {
      const typed = word.plain.toLowerCase();
      const hint = didYouMean(typed, operationNames) ?? `Write ${eitherOf(operationNames)}.`;
      return operationNames.find((name) => name === typed) ?? unfit(show(word.text), label, 'it is not an operation', hint);
    },
    print: (name) => name,
  };
}
