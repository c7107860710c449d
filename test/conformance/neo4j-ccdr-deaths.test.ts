import { ccdrSituations } from './neo4j-ccdr-situations.ts';
import { describeDeaths } from './worker-deaths.ts';

/** Aliases, odd names and kept databases are other words of the same steps; the conformance suite has them. */
const sameSteps = /names that have to be quoted|keeps the old databases/;

for (const version of ['2026.07.1', '2026.08.0']) {
  describeDeaths(
    `neo4j-ccdr on ${version}`,
    ccdrSituations(version).filter(({ name }) => !sameSteps.test(name)),
  );
}
