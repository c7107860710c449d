import { hostSituations } from './cockroach-pcr-hosts.ts';
import { describeDeaths } from './worker-deaths.ts';

describeDeaths('cockroach-pcr on 23.2, its nodes', hostSituations('23.2'), 'thinned');
describeDeaths('cockroach-pcr on 24.1, its nodes', hostSituations('24.1'), 'thinned');
