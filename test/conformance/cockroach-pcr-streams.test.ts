import type { SimVersion } from '../../src/sim/cockroach/grammar/dialect.ts';
import { type Chosen, chosenOf } from './chosen.ts';
import { pcrStreamSituations } from './cockroach-pcr-streams.ts';
import { describeEngine } from './engine-conformance.ts';

/** Whole are those that most differ; see cockroach-pcr.test.ts. */
const versions: readonly SimVersion[] = ['23.2', '24.1', '24.3', '25.1', '25.2', '25.4', '26.2'];

const chosen: Chosen = {
  '24.1': ['retention of both', 'failover that takes the place of a pending one, with a dead primary'],
  '25.1': ['retention of both', 'reconnect'],
  // A connection is altered in place from here on.
  '25.4': ['reconnect', 'reader on', 'teardown with a reader'],
};

for (const version of versions) {
  describeEngine(`cockroach-pcr on ${version}, its streams`, chosenOf(version, chosen, pcrStreamSituations));
}
