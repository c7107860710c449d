import type { PcrLink } from '../../src/engines/cockroach-pcr/config.ts';
import type { SimVersion } from '../../src/sim/cockroach/grammar/dialect.ts';
import { type Chosen, chosenOf } from './chosen.ts';
import { hostSituations } from './cockroach-pcr-hosts.ts';
import { pcrLooks, pcrOptionSituations } from './cockroach-pcr-options.ts';
import { pcrRareSituations, selfPaused } from './cockroach-pcr-rare.ts';
import { pcrSituations } from './cockroach-pcr-situations.ts';
import { pcrStreamSituations } from './cockroach-pcr-streams.ts';
import type { Situation } from './engine-conformance.ts';
import type { DeathPass } from './worker-deaths.ts';

/** Where the releases between the first and the newest send other statements, or read other columns, than both. */
const chosen = {
  // The window of silence is told to the side that follows, also when the stream begins; states and times have their old names.
  '24.1': ['failover with a dead primary', 'setup by an address with every option'],
  '24.2': ['retention of both'],
  // The job's id is in another place. A connection is dropped and made anew; a reader comes after the windows.
  '25.1': ['reconnect', 'setup by an address with every option', 'reader off'],
  // The window of silence is told to the side that is copied.
  '25.2': ['retention of both', 'failback with a reader and both windows, by an address'],
} as const satisfies Chosen;

const everything = (version: SimVersion) => [...pcrSituations(version), ...pcrStreamSituations(version), ...pcrOptionSituations(version)];

const named = <S extends { readonly name: string }>(situations: readonly S[], name: string): readonly S[] =>
  situations.filter((one) => one.name === name);

/** A comparison is remembered by the process that makes it; another one makes it again as of the same time. */
const looks: readonly Situation<PcrLink>[] = pcrLooks('26.2').map((one) => ({ ...one, sendsNothing: true }));

/** Whose workers die, by the file that plays it: files are played side by side. */
export const pcrDeaths = {
  newest: [{ name: 'cockroach-pcr on 26.2', situations: pcrSituations('26.2') }],
  oldest: [{ name: 'cockroach-pcr on 23.2', situations: pcrSituations('23.2') }],
  hosts: (['23.2', '24.1'] as const).map((version) => ({
    name: `cockroach-pcr on ${version}, its nodes`,
    situations: hostSituations(version),
    how: 'thinned' as const,
  })),
  middle: (['24.1', '24.2', '25.1', '25.2'] as const).map((version) => ({
    name: `cockroach-pcr on ${version}, where it differs`,
    situations: chosenOf(version, chosen, everything),
    how: 'thinned' as const,
  })),
  rare: [
    { name: 'cockroach-pcr on 26.2, what is rare', situations: [...pcrRareSituations('26.2'), selfPaused, ...looks] },
    {
      name: 'cockroach-pcr on 24.3, what is rare',
      situations: named(pcrOptionSituations('24.3'), 'failback with a reader and both windows, before one can be added'),
    },
  ],
  streams: [
    { name: 'cockroach-pcr on 24.3', situations: named(pcrSituations('24.3'), 'upgrade') },
    { name: 'cockroach-pcr on 26.2, its streams', situations: pcrStreamSituations('26.2') },
    // Up to 25.3 there is a moment without any connection.
    { name: 'cockroach-pcr on 25.3, its streams', situations: named(pcrStreamSituations('25.3'), 'reconnect'), how: 'thinned' },
  ],
  // A setup has by far the longest way back: users, grants, connections, settings and the copy.
  back: [
    {
      name: 'cockroach-pcr on 26.2',
      situations: named(pcrSituations('26.2'), 'setup by an external connection'),
      how: 'thinned',
      way: 'and-back',
    },
  ],
} as const satisfies Readonly<Record<string, readonly DeathPass<PcrLink>[]>>;
