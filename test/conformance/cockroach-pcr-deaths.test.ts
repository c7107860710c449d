import { pcrSituations } from './cockroach-pcr-situations.ts';
import { describeDeaths } from './worker-deaths.ts';

for (const version of ['23.2', '26.2'] as const) describeDeaths(`cockroach-pcr on ${version}`, pcrSituations(version));
