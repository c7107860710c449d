import { openPcr, pcrLinkId } from './cockroach-pcr-bed.ts';
import { pcrRareSituations, selfPaused } from './cockroach-pcr-rare.ts';
import { describeDeaths } from './worker-deaths.ts';

/** A comparison is remembered by the process that makes it; another one makes it again as of the same time. */
const verify = {
  name: 'verify',
  operation: { kind: 'verify', link: pcrLinkId } as const,
  open: () => openPcr('26.2'),
  sendsNothing: true,
} as const;

describeDeaths('cockroach-pcr on 26.2, what is rare', [...pcrRareSituations('26.2'), selfPaused, verify]);
