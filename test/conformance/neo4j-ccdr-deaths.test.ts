import { ccdrSituations } from './neo4j-ccdr-situations.ts';
import { describeAllDeaths } from './worker-deaths.ts';

describeAllDeaths([
  { name: 'neo4j-ccdr on 2026.08.0', situations: ccdrSituations('2026.08.0') },
  // The preview: the same steps, some in other words of Cypher.
  { name: 'neo4j-ccdr on 2026.07.1', situations: ccdrSituations('2026.07.1'), how: 'thinned' },
]);
