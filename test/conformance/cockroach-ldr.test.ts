import type { SimVersion } from '../../src/sim/cockroach/grammar/dialect.ts';
import { ldrSituations } from './cockroach-ldr-situations.ts';
import { describeEngine } from './engine-conformance.ts';

const versions: readonly SimVersion[] = ['24.3', '25.2', '26.2'];

for (const version of versions) describeEngine(`cockroach-ldr on ${version}`, ldrSituations(version));
