import { ccdrSituations } from './neo4j-ccdr-situations.ts';
import { describeDeaths } from './worker-deaths.ts';

for (const version of ['2026.07.1', '2026.08.0']) describeDeaths(`neo4j-ccdr on ${version}`, ccdrSituations(version));
