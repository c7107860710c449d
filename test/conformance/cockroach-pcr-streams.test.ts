import { simVersions } from '../../src/sim/cockroach/grammar/dialect.ts';
import { type Chosen, chosenOf } from './chosen.ts';
import { pcrStreamSituations } from './cockroach-pcr-streams.ts';
import { describeEngine } from './engine-conformance.ts';

/** Whole are those that most differ; see cockroach-pcr.test.ts. */
const versions = simVersions;

const chosen: Chosen = {
  '24.1': ['retention of both', 'failover that takes the place of a pending one, with a dead primary'],
  // The last with the old names of a promotion's time and states.
  '24.2': ['failover that takes the place of a pending one, with a dead primary'],
  '25.1': ['retention of both', 'reconnect'],
  // The last in which a connection is dropped and made anew.
  '25.3': ['retention of both', 'reconnect', 'reader off'],
  // A connection is altered in place from here on.
  '25.4': ['reconnect', 'reader on', 'teardown with a reader'],
  '26.1': ['retention of both', 'reader on'],
};

for (const version of versions) {
  describeEngine(`cockroach-pcr on ${version}, its streams`, chosenOf(version, chosen, pcrStreamSituations));
}
