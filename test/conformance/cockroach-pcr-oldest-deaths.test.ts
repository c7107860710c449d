import { pcrSituations } from './cockroach-pcr-situations.ts';
import { describeDeaths } from './worker-deaths.ts';

describeDeaths('cockroach-pcr on 23.2', pcrSituations('23.2'));
