import { describeEngine } from './engine-conformance.ts';
import { ccdrSituations } from './neo4j-ccdr-situations.ts';

/** The preview, and the general availability. */
const versions = ['2026.07.1', '2026.08.0'] as const;

for (const version of versions) describeEngine(`neo4j-ccdr on ${version}`, ccdrSituations(version));
