import type { SimVersion } from '../../src/sim/cockroach/grammar/dialect.ts';
import { pcrOptionSituations } from './cockroach-pcr-options.ts';
import { describeEngine } from './engine-conformance.ts';

const versions: readonly SimVersion[] = ['24.3', '25.2', '26.2'];

for (const version of versions) describeEngine(`cockroach-pcr on ${version}, what a stream begins with`, pcrOptionSituations(version));
