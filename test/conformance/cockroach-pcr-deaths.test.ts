import { pcrSituations } from './cockroach-pcr-situations.ts';
import { describeDeaths } from './worker-deaths.ts';

describeDeaths('cockroach-pcr on 26.2', pcrSituations('26.2'));
