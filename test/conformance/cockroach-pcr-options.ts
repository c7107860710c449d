import { releaseOf } from '../../src/engines/cockroach/version.ts';
import type { PcrLink, PcrSettings } from '../../src/engines/cockroach-pcr/config.ts';
import type { PcrSetup } from '../../src/engines/cockroach-pcr/config-setup.ts';
import { optionsFor } from '../../src/engines/cockroach-pcr/options.ts';
import type { SqlWorld, SqlWorldOptions } from '../../src/sim/cockroach/contract.ts';
import { dialectOf, type SimVersion } from '../../src/sim/cockroach/grammar/dialect.ts';
import { aReadSide } from '../engines/cockroach-pcr/build.ts';
import { until } from '../support/until.ts';
import { aSetup, byHand, pcrLinkId as link, openPcr, type PcrBed } from './cockroach-pcr-bed.ts';
import { bare, cancelStream } from './cockroach-pcr-situations.ts';
import type { Situation } from './engine-conformance.ts';

const hourMs = 3_600_000;
const wanted = { retentionMs: 6 * hourMs, expirationMs: 48 * hourMs, reader: true } as const;

/** A last release in which a copy has its reader from its beginning or never. */
const lastEarly = 11;

const addresses = { primary: null, standby: null } as const;

/** A reader that a promotion to the latest time left on the side that was promoted, before the roles went back. */
async function withStaleReader(world: SqlWorld): Promise<void> {
  const name = world.virtualCluster;
  const on = (side: 'primary' | 'standby', what: string) => byHand(world, side, `ALTER VIRTUAL CLUSTER ${name} ${what}`);
  await on('standby', 'SET REPLICATION READ VIRTUAL CLUSTER');
  await until(async () => world.vc('standby', `${name}-readonly`)?.serviceMode === 'shared', 'the reader serves');
  await on('primary', 'STOP SERVICE');
  await on('standby', 'COMPLETE REPLICATION TO LATEST');
  await until(async () => world.vc('standby')?.status === 'ready', 'the standby is promoted');
  await on('primary', 'START SERVICE SHARED');
}

/** Up to 25.3 a promotion to the latest time leaves a reader where it is. */
const leavesReader = (version: SimVersion): boolean => Number(version) >= 24.3 && Number(version) <= 25.3;

/** Streams that begin with what the config asks of them, in each release that takes it in another way. */
export const pcrOptionSituations = (version: SimVersion): readonly Situation<PcrLink, PcrBed>[] => {
  const users: Partial<SqlWorldOptions> = { users: [{ name: 'ops', password: "ops'secret", admin: true }] };
  const settings =
    (more: Partial<PcrSettings> = {}, setup: Partial<typeof wanted> = wanted) =>
    (world: SqlWorld) => ({
      setup: aSetup(world, setup),
      ...more,
    });
  const setup = { kind: 'setup', link } as const;
  const failback = { kind: 'failback', link } as const;
  const rebuild = { kind: 'rebuild', link } as const;
  const later: readonly Situation<PcrLink, PcrBed>[] = [
    {
      name: 'setup with a reader alone',
      operation: setup,
      open: () => openPcr(version, bare, undefined, settings({}, { reader: true })),
    },
    { name: 'rebuild where nothing was set up', operation: rebuild, open: () => openPcr(version, bare, undefined, settings({}, {})) },
    {
      name: 'failback with a reader and both windows, by an address',
      operation: failback,
      open: () => openPcr(version, { start: 'promoted', ...users, externalConnections: {} }, undefined, settings({ streams: addresses })),
    },
  ];
  const stale: readonly Situation<PcrLink, PcrBed>[] = leavesReader(version)
    ? [
        {
          name: 'failback of a side on which a reader is left',
          operation: failback,
          open: () => openPcr(version, users, withStaleReader, settings()),
        },
      ]
    : [];
  if (version !== '24.3') return [...later, ...stale];
  const early = { patch: lastEarly, ...users };
  return [
    ...later,
    ...stale,
    {
      name: 'setup with a reader and both windows, before one can be added',
      operation: setup,
      open: () => openPcr(version, { ...bare, patch: lastEarly }, undefined, settings()),
    },
    {
      name: 'rebuild of a copy that gets a reader, before one can be added',
      operation: rebuild,
      open: () => openPcr(version, early, cancelStream, settings()),
    },
    {
      name: 'failback with a reader and both windows, before one can be added',
      operation: failback,
      open: () => openPcr(version, { start: 'promoted', ...early }, undefined, settings()),
    },
  ];
};

/** All that a config can ask of a stream. */
const wishes: readonly Partial<typeof wanted>[] = Array.from({ length: 8 }, (_, bits) => ({
  ...((bits & 1) === 0 ? {} : { retentionMs: wanted.retentionMs }),
  ...((bits & 2) === 0 ? {} : { expirationMs: wanted.expirationMs }),
  ...((bits & 4) === 0 ? {} : { reader: wanted.reader }),
}));

/** One wish for each list of options with which a stream can begin on a release. */
function toldApart(version: SimVersion, patch: number | undefined): ReadonlyMap<string, Partial<typeof wanted>> {
  const release = releaseOf(dialectOf(version, patch).build);
  if (release === null) throw new TypeError(`${version} is no release`);
  const none = { retentionMs: null, expirationMs: null, reader: false };
  const found = new Map<string, Partial<typeof wanted>>();
  for (const wish of wishes) {
    // Of a setup nothing else is asked.
    const chosen = optionsFor({ ...none, ...wish } as PcrSetup, aReadSide(null, { release }));
    const name = Object.entries(chosen).flatMap(([option, on]) => (on ? [option] : []));
    if (!found.has(name.join(' and '))) found.set(name.join(' and '), wish);
  }
  return found;
}

/** Every list of options with which a stream can begin. They differ from others in the words of one statement only. */
export const pcrWordings = (version: SimVersion): readonly Situation<PcrLink, PcrBed>[] =>
  (version === '24.3' ? [undefined, lastEarly] : [undefined]).flatMap((patch) => {
    const world = patch === undefined ? {} : { patch };
    const release = patch === undefined ? '' : `, before a reader can be added`;
    return [...toldApart(version, patch)].flatMap(([name, wish]) => [
      {
        name: `setup with ${name || 'no option'}${release}`,
        operation: { kind: 'setup', link } as const,
        open: () => openPcr(version, { ...bare, ...world }, undefined, (on) => ({ setup: aSetup(on, wish) })),
      },
      ...(version === '23.2'
        ? []
        : [
            {
              name: `failback with ${name || 'no option'}${release}`,
              operation: { kind: 'failback', link } as const,
              open: () =>
                openPcr(version, { start: 'promoted', users: bare.users ?? [], ...world }, undefined, (on) => ({
                  setup: aSetup(on, wish),
                })),
            },
          ]),
    ]);
  });

/** What compares only: the engine sends statements and changes nothing. */
export const pcrLooks = (version: SimVersion): readonly Situation<PcrLink, PcrBed>[] => [
  { name: 'verify', operation: { kind: 'verify', link }, open: () => openPcr(version) },
];
