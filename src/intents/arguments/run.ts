import type { RunId } from '../../domain/ids.ts';
import { type Argument, mustBeGiven, unfit } from '../argument.ts';
import { readRunId } from '../run-id.ts';
import { show } from '../show.ts';

/** The id of a run. Whether there is such a run is for the door to say. */
export function run(): Argument<RunId> {
  return {
    place: 'word',
    placeholder: 'RUN',
    about: 'id of a run, such as `r-4k9zq0tm2x`; `/repl runs` lists them',
    absent: mustBeGiven,
    read: (word, { label }) =>
      readRunId(word.plain) ??
      unfit(
        show(word.text),
        label,
        'a run id is `r-` and ten letters or digits',
        'An example is `r-4k9zq0tm2x`; `/repl runs` lists the runs.',
      ),
    print: (id) => id,
  };
}
