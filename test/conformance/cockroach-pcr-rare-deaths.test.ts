import { pcrDeaths } from './cockroach-pcr-deaths.ts';
import { describeAllDeaths } from './worker-deaths.ts';

describeAllDeaths(pcrDeaths.rare);
