import { ccdrSituations } from './neo4j-ccdr-situations.ts';
import { describeAllDeaths } from './worker-deaths.ts';

describeAllDeaths(['2026.07.1', '2026.08.0'].map((version) => ({ name: `neo4j-ccdr on ${version}`, situations: ccdrSituations(version) })));
