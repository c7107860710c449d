import { ldrDeaths } from './cockroach-ldr-deaths.ts';
import { pcrDeaths } from './cockroach-pcr-deaths.ts';
import { describeAllDeaths } from './worker-deaths.ts';

describeAllDeaths(pcrDeaths.back);
describeAllDeaths(ldrDeaths.back);
