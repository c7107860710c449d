import { pcrSituations } from './cockroach-pcr-situations.ts';
import { pcrStreamSituations } from './cockroach-pcr-streams.ts';
import { describeDeaths } from './worker-deaths.ts';

const upgrades = pcrSituations('24.3').filter(({ name }) => name === 'upgrade');

describeDeaths('cockroach-pcr on 24.3', upgrades);
describeDeaths('cockroach-pcr on 26.2, its streams', pcrStreamSituations('26.2'));

// Up to 25.3 there is a moment without any connection.
const remade = pcrStreamSituations('25.3').filter(({ name }) => name === 'reconnect');
describeDeaths('cockroach-pcr on 25.3, its streams', remade, 'thinned');
