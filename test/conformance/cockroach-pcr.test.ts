import type { SimVersion } from '../../src/sim/cockroach/grammar/dialect.ts';
import { type Chosen, chosenOf } from './chosen.ts';
import { pcrSituations } from './cockroach-pcr-situations.ts';
import { describeEngine } from './engine-conformance.ts';

/** Whole are those that most differ. 24.2 is as 24.1, 25.3 as 25.2 and 26.1 as 26.2 in everything that is sent and read here. */
const versions: readonly SimVersion[] = ['23.2', '24.1', '24.3', '25.1', '25.2', '25.4', '26.2'];

const chosen: Chosen = {
  // The old words and columns of a promotion, with the new failback.
  '24.1': ['switchover', 'failover with a dead primary', 'failback', 'setup by an address with every option'],
  // The job's id in another place, the old privileges and the old window.
  '25.1': ['switchover', 'failback', 'setup by an address with every option', 'rebuild of an old primary'],
  // The end of readers, and an option for one that is still lost in company.
  '25.4': ['failover with a living primary', 'setup by an address with every option'],
};

for (const version of versions) describeEngine(`cockroach-pcr on ${version}`, chosenOf(version, chosen, pcrSituations));
