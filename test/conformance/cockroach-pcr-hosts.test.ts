import { hostSituations } from './cockroach-pcr-hosts.ts';
import { describeEngine } from './engine-conformance.ts';

for (const version of ['23.2', '26.2'] as const) describeEngine(`cockroach-pcr on ${version}, its nodes`, hostSituations(version));
