import { systemInterface } from '../../src/engines/cockroach/session.ts';
import type { LdrLink, LdrSettings } from '../../src/engines/cockroach-ldr/config.ts';
import type { PcrLink } from '../../src/engines/cockroach-pcr/config.ts';
import type { SimVersion } from '../../src/sim/cockroach/grammar/dialect.ts';
import { ldrDialects } from '../../src/sim/cockroach/ldr/grammar/ldr-dialect.ts';
import type { LdrWorldOptions } from '../../src/sim/cockroach/ldr/ldr-world.ts';
import {
  aReach,
  byHand,
  endStreams,
  failStreams,
  type LdrBed,
  ldrLinkId,
  openLdr,
  streamPassword,
} from '../conformance/cockroach-ldr-bed.ts';
import { ldrLetters } from '../conformance/cockroach-ldr-letters.ts';
import { ldrLooks } from '../conformance/cockroach-ldr-looks.ts';
import { ldrOptions, ldrWordings } from '../conformance/cockroach-ldr-options.ts';
import { ldrSituations } from '../conformance/cockroach-ldr-situations.ts';
import { aSetup, openPcr, type PcrBed, pcrLinkId } from '../conformance/cockroach-pcr-bed.ts';
import { hostSituations } from '../conformance/cockroach-pcr-hosts.ts';
import { pcrLooks, pcrOptionSituations, pcrWordings } from '../conformance/cockroach-pcr-options.ts';
import { pcrRareSituations } from '../conformance/cockroach-pcr-rare.ts';
import { pcrSituations, pcrUpgradeSituations } from '../conformance/cockroach-pcr-situations.ts';
import { byConnection, pcrStreamSituations, streamSettings, streamUsers } from '../conformance/cockroach-pcr-streams.ts';
import type { Situation } from '../conformance/engine-conformance.ts';
import { until } from '../support/until.ts';
import { type Collected, statementsOf, wordsOf } from './collect.ts';

type PcrSituation = Situation<PcrLink, PcrBed>;
type LdrSituation = Situation<LdrLink, LdrBed>;

/** What changes nothing is no situation of the conformance suite, and neither is what only spells a statement differently. */
const morePcr = (version: SimVersion): readonly PcrSituation[] => [
  {
    name: 'verify of a name with a hyphen',
    operation: { kind: 'verify', link: pcrLinkId },
    open: () => openPcr(version, { virtualCluster: 'app-1' }),
  },
  ...(version === '23.2'
    ? []
    : [
        {
          name: 'reconnect with a certificate, by one address',
          operation: { kind: 'reconnect', link: pcrLinkId } as const,
          open: () =>
            openPcr(
              version,
              { ...streamUsers(version), tls: true },
              (world) => byConnection(world, version),
              (world) => ({ ...streamSettings(world), setup: aSetup(world, { route: 'gateway' }) }),
            ),
        },
      ]),
];

const admin: Partial<LdrWorldOptions> = { users: [{ name: 'ops', password: streamPassword, admin: true }] };

const renewed: Partial<LdrSettings> = {
  streams: { primary: null, standby: { externalConnection: 'to_east', reach: aReach({ user: 'ops' }) } },
};

const orders = { database: 'shop', schema: 'public', table: 'orders' };
const justOrders: Partial<LdrSettings> = { tables: [{ primary: orders, standby: orders }] };

const spelled: LdrSettings['options'] = { mode: 'validated', discardTtlDeletes: true, label: 'shop', skipSchemaCheck: true };

const moreLdr = (version: SimVersion): readonly LdrSituation[] => {
  const link = ldrLinkId;
  const ttl = { expireAfter: '30 days', excluded: true } as const;
  return [
    { name: 'reconnect', operation: { kind: 'reconnect', link }, open: () => openLdr(version, { world: admin, settings: () => renewed }) },
    {
      name: 'rebuild with every option',
      operation: { kind: 'rebuild', link },
      open: () =>
        openLdr(version, {
          world: { ...admin, tables: ['orders', 'items'].map((name) => ({ name: `shop.public.${name}`, ttl })) },
          settings: () => ({ options: spelled }),
          prepare: failStreams,
        }),
    },
    {
      // The side that applications left has more rows of its own than the other one took since.
      name: 'failback after a failover that left many rows behind',
      operation: { kind: 'failback', link },
      open: () =>
        openLdr(version, {
          world: admin,
          prepare: async (world) => {
            await endStreams(world, 'standby');
            world.ldr.write('primary', 'shop.public.orders', 5);
            world.control().advance(8_000);
            world.ldr.write('standby', 'shop.public.orders', 1);
            world.control().advance(8_000);
          },
        }),
    },
    {
      name: 'verify of one table',
      operation: { kind: 'verify', link },
      open: () => openLdr(version, { world: { tables: [{ name: 'shop.public.orders' }] }, settings: () => justOrders }),
    },
    {
      name: 'pause with dead letters',
      operation: { kind: 'pause', link },
      open: () => openLdr(version, { prepare: deadLetters }),
    },
    {
      name: 'setup of a table with a type of its own',
      operation: { kind: 'setup', link },
      open: () => openLdr(version, { world: withEnum, settings: () => ({ ...justOrders, ...connected }) }),
    },
    {
      name: 'pause with dead letters of a job that is no longer listed',
      operation: { kind: 'pause', link },
      open: () => openLdr(version, { prepare: oldLetters }),
    },
    ...(ldrDialects[version]?.creates === true ? [withoutAdmin(version)] : []),
    { name: 'alter that adds a column', operation: { kind: 'alter', link }, open: () => openChanged(version) },
    {
      name: 'pause in a virtual cluster',
      operation: { kind: 'pause', link },
      open: () => openLdr(version, { world: { interface: 'main' }, settings: () => ({ interface: 'main' }) }),
    },
  ];
};

/** People add a column with a default on both sides, which writes every row anew. */
async function openChanged(version: SimVersion): Promise<LdrBed> {
  const name = 'shop.public.orders';
  const columns = [
    { name: 'id', type: 'UUID', default: 'gen_random_uuid()' },
    { name: 'region', type: 'STRING' },
  ];
  const bed = await openLdr(version, { world: { ...admin, tables: [{ name, columns }] }, settings: () => justOrders });
  return {
    ...bed,
    byHand: async ({ kind }) => {
      if (kind !== 'ldr.change-schema') return;
      for (const side of ['primary', 'standby'] as const) {
        bed.world.ldr.change(side, name, { columns: [...columns, { name: 'tier', type: 'STRING', default: "'new'" }] });
        bed.world.ldr.rewrite(side, name);
      }
    },
  };
}

/** Rows that could not be applied: the server tries again for a minute before it gives one up. */
async function deadLetters(world: LdrBed['world']): Promise<void> {
  world.ldr.conflict('standby', 'shop.public.orders', 2);
  world.control().advance(61_000);
  await until(() => world.tables('standby').some(({ dlq }) => dlq > 0), 'rows are in the queue');
}

const withEnum: Partial<LdrWorldOptions> = {
  ...admin,
  start: 'none',
  enums: [{ name: 'shop.public.status', values: ['open', 'paid'] }],
  tables: [
    {
      name: 'shop.public.orders',
      columns: [
        { name: 'id', type: 'INT8' },
        { name: 'state', type: 'public.status' },
      ],
    },
  ],
};

const connected: Partial<LdrSettings> = { streams: { primary: null, standby: { externalConnection: 'on_to_east', reach: aReach() } } };

/** What a user may do who owns nothing on the standby is asked table by table, and of the database. */
const withoutAdmin = (version: SimVersion): LdrSituation => ({
  name: 'setup by a user who is no admin',
  operation: { kind: 'setup', link: ldrLinkId },
  open: () =>
    openLdr(version, {
      world: { start: 'none', tables: [{ name: 'shop.public.orders', sides: ['primary'] }] },
      settings: () => justOrders,
    }),
});

/** Rows that a job left in the queue which no list shows any more, beside one that follows. */
async function oldLetters(world: LdrBed['world']): Promise<void> {
  await deadLetters(world);
  await endStreams(world, 'standby');
  world.control().advance(15 * 24 * 3_600_000);
  const both = 'TABLES ("shop"."public"."orders", "shop"."public"."items")';
  await byHand(world, 'standby', `CREATE LOGICAL REPLICATION STREAM FROM ${both} ON 'external://to_east' INTO ${both}`);
  await until(
    () => world.ldrJobs('standby').some(({ status, replicatedTime }) => status === 'running' && replicatedTime !== null),
    'it follows',
  );
}

/** Everything that is sent to a version, one function for each situation. */
export const collectors = (version: SimVersion): readonly (() => Promise<Collected>)[] => {
  const ofPcr = [
    ...pcrSituations(version),
    ...pcrStreamSituations(version),
    ...(Number(version) < 24.3 ? [] : pcrOptionSituations(version)),
    ...pcrRareSituations(version),
    ...pcrLooks(version),
    ...morePcr(version),
  ];
  const ofLdr =
    ldrDialects[version] === null
      ? []
      : [...ldrSituations(version), ...ldrOptions(version), ...ldrLetters(version), ...ldrLooks(version), ...moreLdr(version)];
  const inLdr = ({ settings }: LdrLink): string => settings.interface;
  return [
    ...ofPcr.map((situation) => () => statementsOf(situation, () => systemInterface)),
    ...hostSituations(version).map((situation) => () => statementsOf(situation, () => systemInterface)),
    ...ofLdr.map((situation) => () => statementsOf(situation, inLdr)),
    ...[...pcrWordings(version), ...pcrUpgradeSituations(version)].map((situation) => () => wordsOf(situation)),
    ...(ldrDialects[version] === null ? [] : ldrWordings(version)).map((situation) => () => wordsOf(situation)),
  ];
};
