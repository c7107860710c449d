import type { SimVersion } from '../../src/sim/cockroach/grammar/dialect.ts';
import { type Chosen, chosenOf } from './chosen.ts';
import { ldrSituations } from './cockroach-ldr-situations.ts';
import { describeEnds, describeEngine, describeSilence } from './engine-conformance.ts';

/** Every version that has it; whole are those that most differ, of the others what they could break. */
const versions: readonly SimVersion[] = ['24.3', '25.1', '25.2', '25.3', '25.4', '26.1', '26.2'];

const chosen: Chosen = {
  // Makes tables, but with the privilege of the whole cluster.
  '25.1': ['setup into empty tables both ways', 'setup into absent tables', 'setup into absent tables both ways', 'rebuild'],
  // The last that drops a connection to change it, and empties a table while it replicates.
  '25.3': ['setup into absent tables', 'switchover', 'rebuild', 'reconnect'],
  // Refuses to empty a table that replicates.
  '25.4': ['failback one way', 'rebuild', 'alter', 'alter both ways'],
  '26.1': ['setup into empty tables', 'setup into absent tables both ways', 'failover with a dead source', 'reconnect'],
};

for (const version of versions) describeEngine(`cockroach-ldr on ${version}`, chosenOf(version, chosen, ldrSituations));

/** What no rule above plays on a release is carried through there at least. */
for (const version of Object.keys(chosen) as SimVersion[]) {
  describeEnds(`cockroach-ldr on ${version}`, chosenOf(version, { [version]: ['pause', 'resume', 'teardown'] }, ldrSituations));
}

// A copy is emptied only while the side that it is filled from again is seen.
for (const situation of chosenOf('26.2', { '26.2': ['alter'] }, ldrSituations)) {
  describeSilence('cockroach-ldr on 26.2', situation, ({ kind }) => kind === 'ldr.empty-tables');
}
