import type { SimVersion } from '../../src/sim/cockroach/grammar/dialect.ts';
import { type Chosen, chosenOf } from './chosen.ts';
import { pcrOptionSituations } from './cockroach-pcr-options.ts';
import { describeEngine } from './engine-conformance.ts';

const versions: readonly SimVersion[] = ['24.3', '25.2', '25.3', '26.1', '26.2'];

const chosen: Chosen = {
  // The last in which a promotion leaves a reader behind.
  '25.3': ['failback of a side on which a reader is left'],
  // The first in which a reader is not lost beside other options.
  '26.1': ['failback with a reader and both windows, by an address'],
};

for (const version of versions) {
  describeEngine(`cockroach-pcr on ${version}, what a stream begins with`, chosenOf(version, chosen, pcrOptionSituations));
}
