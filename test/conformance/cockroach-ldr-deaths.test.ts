import { ldrSituations } from './cockroach-ldr-situations.ts';
import { describeDeaths } from './worker-deaths.ts';

describeDeaths('cockroach-ldr on 26.2', ldrSituations('26.2'));

/** Both ways are set up by two statements there instead of one. */
const byTwoStatements = ldrSituations('24.3').filter(({ name }) => /^setup.*both ways/.test(name));
describeDeaths('cockroach-ldr on 24.3', byTwoStatements);
