import { ldrLooks } from './cockroach-ldr-looks.ts';
import { ldrSituations } from './cockroach-ldr-situations.ts';
import { describeDeaths } from './worker-deaths.ts';

describeDeaths('cockroach-ldr on 26.2', ldrSituations('26.2'));

/** Both ways are set up by two statements there instead of one. */
const byTwoStatements = ldrSituations('24.3').filter(({ name }) => /^setup.*both ways/.test(name));
describeDeaths('cockroach-ldr on 24.3', byTwoStatements);

// People do all of it, so a worker that dies must neither ask them twice nor go on without them.
const moved = ldrLooks('26.2').filter(({ name }) => name === 'switchover both ways');
describeDeaths('cockroach-ldr without a statement on 26.2', moved);
