import { type Chosen, chosenOf } from './chosen.ts';
import { pcrOptionSituations } from './cockroach-pcr-options.ts';
import { pcrSituations } from './cockroach-pcr-situations.ts';
import { pcrStreamSituations } from './cockroach-pcr-streams.ts';
import { describeDeaths } from './worker-deaths.ts';

/** Where the releases between the first and the newest send other statements, or read other columns, than both. */
const chosen = {
  // The window of silence is told to the side that follows, also when the stream begins; states and times have their old names.
  '24.1': ['failover with a dead primary', 'setup by an address with every option'],
  '24.2': ['retention of both'],
  // The job's id is in another place. A connection is dropped and made anew; a reader comes after the windows.
  '25.1': ['reconnect', 'setup by an address with every option', 'reader off'],
  // The window of silence is told to the side that is copied.
  '25.2': ['retention of both', 'failback with a reader and both windows, by an address'],
} as const satisfies Chosen;

for (const version of ['24.1', '24.2', '25.1', '25.2'] as const) {
  const situations = chosenOf(version, chosen, () => [
    ...pcrSituations(version),
    ...pcrStreamSituations(version),
    ...pcrOptionSituations(version),
  ]);
  describeDeaths(`cockroach-pcr on ${version}, where it differs`, situations, 'thinned');
}
