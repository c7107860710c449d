import { openPcr, pcrLinkId } from './cockroach-pcr-bed.ts';
import { pcrOptionSituations } from './cockroach-pcr-options.ts';
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

const early = 'failback with a reader and both windows, before one can be added';
describeDeaths(
  'cockroach-pcr on 24.3, what is rare',
  pcrOptionSituations('24.3').filter(({ name }) => name === early),
);
