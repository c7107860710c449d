import type { SimVersion } from '../../src/sim/cockroach/grammar/dialect.ts';
import { type Chosen, chosenOf } from './chosen.ts';
import { ldrSituations } from './cockroach-ldr-situations.ts';
import { describeEngine } from './engine-conformance.ts';

/** Whole are those that most differ. 25.3 is as 25.2, and 26.1 as 26.2, in everything that is sent and read here. */
const versions: readonly SimVersion[] = ['24.3', '25.1', '25.2', '25.4', '26.2'];

const chosen: Chosen = {
  // Makes tables, but with the privilege of the whole cluster.
  '25.1': ['setup into empty tables both ways', 'setup into absent tables', 'setup into absent tables both ways', 'rebuild'],
  // Refuses to empty a table that replicates.
  '25.4': ['failback one way', 'rebuild', 'alter', 'alter both ways'],
};

for (const version of versions) describeEngine(`cockroach-ldr on ${version}`, chosenOf(version, chosen, ldrSituations));
