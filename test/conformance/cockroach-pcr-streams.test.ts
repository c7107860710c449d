import type { SimVersion } from '../../src/sim/cockroach/grammar/dialect.ts';
import { pcrStreamSituations } from './cockroach-pcr-streams.ts';
import { describeEngine } from './engine-conformance.ts';

const versions: readonly SimVersion[] = ['23.2', '24.3', '25.2', '26.2'];

for (const version of versions) describeEngine(`cockroach-pcr on ${version}, its streams`, pcrStreamSituations(version));
