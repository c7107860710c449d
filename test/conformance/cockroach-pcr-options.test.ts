import type { SimVersion } from '../../src/sim/cockroach/grammar/dialect.ts';
import { pcrOptionSituations } from './cockroach-pcr-options.ts';
import { describeEngine } from './engine-conformance.ts';
import { describeDeaths } from './worker-deaths.ts';

const versions: readonly SimVersion[] = ['24.3', '25.2', '26.2'];

for (const version of versions) describeEngine(`cockroach-pcr on ${version}, what a stream begins with`, pcrOptionSituations(version));

const early = pcrOptionSituations('24.3').filter(({ name }) => name.startsWith('failback with a reader and both windows, before'));
describeDeaths('cockroach-pcr on 24.3, what a stream begins with', early);
