import { ldrDeaths } from './cockroach-ldr-deaths.ts';
import { describeAllDeaths } from './worker-deaths.ts';

describeAllDeaths(ldrDeaths.all);
