import type { SimVersion } from '../../src/sim/cockroach/grammar/dialect.ts';
import { type Chosen, chosenOf } from './chosen.ts';
import { pcrRareSituations } from './cockroach-pcr-rare.ts';
import { describeEngine } from './engine-conformance.ts';

const versions: readonly SimVersion[] = ['23.2', '24.1', '25.1', '26.2'];

const chosen: Chosen = {
  // The first that copies an older cluster.
  '24.1': ['failover from an older cluster', 'rebuild of an older cluster that was given up', 'failover to a time past'],
  // The first that goes through a gateway.
  '25.1': ['setup through a gateway'],
};

for (const version of versions) describeEngine(`cockroach-pcr on ${version}, what is rare`, chosenOf(version, chosen, pcrRareSituations));
