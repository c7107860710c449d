import type { LdrLink, LdrSettings } from '../../src/engines/cockroach-ldr/config.ts';
import type { SimVersion } from '../../src/sim/cockroach/grammar/dialect.ts';
import type { LdrWorldOptions } from '../../src/sim/cockroach/ldr/ldr-world.ts';
import { until } from '../support/until.ts';
import { aReach, endStreams, type LdrBed, ldrLinkId as link, openLdr, streamPassword } from './cockroach-ldr-bed.ts';
import type { Situation } from './engine-conformance.ts';

type Options = LdrSettings['options'];
const plain: Options = { mode: 'immediate', discardTtlDeletes: false, label: null, skipSchemaCheck: false };

const bare: Partial<LdrWorldOptions> = { start: 'none', users: [{ name: 'ops', password: streamPassword, admin: true }] };
const both = { direction: 'bidirectional' } as const;

const tables = ['shop.public.orders', 'shop.public.items'];
const name = (table: string) => ({ database: 'shop', schema: 'public', table });

/** A function that decides about the conflicts of a table, as replication calls it. */
const decider = (made: string, table: string) => ({
  name: made,
  overloads: [{ arguments: ['text', table, table, table, 'numeric', 'numeric', 'numeric'], returns: 'text' }],
});
const oddName = `merge "it's"`;
const deciders = [decider(`shop.public.${oddName}`, 'orders'), decider('shop.public.merge_items', 'items')];
const decided: Options = {
  ...plain,
  mode: 'validated',
  defaultFunction: { primary: name(oddName), standby: name(oddName) },
  functions: [{ pair: 1, function: { primary: name('merge_items'), standby: name('merge_items') } }],
};

const counted = [
  { name: 'id', type: 'INT8', default: `nextval('public.order_numbers'::REGCLASS)` },
  { name: 'note', type: 'STRING', nullable: true },
] as const;

/** Both sides hold rows, and were in step until their jobs ended. */
async function ended(world: LdrBed['world']): Promise<void> {
  const sides = ['primary', 'standby'] as const;
  for (const side of sides) await endStreams(world, side);
  await until(() => sides.every((side) => world.ldrJobs(side).every(({ status }) => status === 'canceled')), 'the streams are over');
}

/** Setups that say more than the usual, each in a state of the databases in which that is possible. */
export const ldrOptions = (version: SimVersion): readonly Situation<LdrLink, LdrBed>[] => {
  const operation = { kind: 'setup', link } as const;
  const onward = { kind: 'setup', link, from: { kind: 'last' } } as const;
  const every: Options = { mode: 'validated', discardTtlDeletes: true, label: 'shop: all', skipSchemaCheck: true, defaultFunction: 'dlq' };
  const ttl = { expireAfter: '30 days', excluded: true } as const;
  const onMain = { interface: 'main' } as const;
  // A virtual cluster shows that they are off, and only the control plane can turn them on.
  const off = { settings: { primary: { 'kv.rangefeed.enabled': 'false' }, standby: { 'kv.rangefeed.enabled': 'false' } } } as const;
  // Names, so that statements are the same in every world, whatever ports it got.
  const addresses = { primary: ['east.example:26257'], standby: ['west.example:26257'] } as const;
  const streams = {
    primary: { externalConnection: 'to_west', reach: aReach({ user: 'ops', host: 'west.example', port: 26_257 }) },
    standby: { externalConnection: 'to_east', reach: aReach({ user: 'ops', host: 'east.example', port: 26_257 }) },
  };
  // What is not there before 25.1 is refused by then, without a statement.
  const route = version === '24.3' ? 'nodes' : 'gateway';
  const trusted = (world: LdrBed['world'], user: string) => {
    const of = (host: string) => aReach({ user, host, port: 26_257, tls: 'verify', ca: world.primary.ca, route });
    return {
      streams: {
        primary: { externalConnection: 'back_to_west', reach: of('west.example') },
        standby: { externalConnection: 'on_to_east', reach: of('east.example') },
      },
    };
  };
  return [
    {
      name: 'setup both ways with inline certificates',
      operation,
      open: () => openLdr(version, { world: { ...bare, ...both, addresses, tls: true }, settings: (world) => trusted(world, 'stream') }),
    },
    {
      name: 'reconnect with an inline certificate',
      operation: { kind: 'reconnect', link },
      open: () =>
        openLdr(version, {
          world: { ...bare, start: 'replicating', addresses, tls: true, connections: { primary: 'back_to_west', standby: 'on_to_east' } },
          settings: (world) => trusted(world, 'ops'),
        }),
    },
    {
      name: 'setup with every option',
      operation,
      open: () =>
        openLdr(version, {
          world: { ...bare, tables: tables.map((table) => ({ name: table, ttl })) },
          settings: () => ({ options: every }),
        }),
    },
    {
      name: 'setup both ways with mode, label and without a schema check',
      operation,
      open: () => openLdr(version, { world: { ...bare, ...both }, settings: () => ({ options: { ...every, discardTtlDeletes: false } }) }),
    },
    {
      name: 'setup with functions',
      operation,
      open: () => openLdr(version, { world: { ...bare, functions: deciders }, settings: () => ({ options: decided }) }),
    },
    {
      name: 'setup both ways with functions',
      operation,
      open: () => openLdr(version, { world: { ...bare, ...both, functions: deciders }, settings: () => ({ options: decided }) }),
    },
    { name: 'setup that goes on', operation: onward, open: () => openLdr(version, { prepare: ended }) },
    { name: 'setup that goes on both ways', operation: onward, open: () => openLdr(version, { world: both, prepare: ended }) },
    {
      name: 'setup in a virtual cluster',
      operation,
      open: () => openLdr(version, { world: { ...bare, ...onMain, ...off }, settings: () => onMain }),
    },
    {
      name: 'setup in a virtual cluster both ways',
      operation,
      open: () => openLdr(version, { world: { ...bare, ...onMain, ...both, ...off }, settings: () => onMain }),
    },
    {
      name: 'reconnect both ways',
      operation: { kind: 'reconnect', link },
      open: () => openLdr(version, { world: { ...bare, ...both, start: 'replicating', addresses }, settings: () => ({ streams }) }),
    },
    {
      name: 'reconnect of what is paused by hand',
      operation: { kind: 'reconnect', link },
      open: () => openLdr(version, { world: { ...bare, start: 'paused', addresses }, settings: () => ({ streams }) }),
    },
    {
      name: 'reconnect by hand',
      operation: { kind: 'reconnect', link },
      open: () => openLdr(version),
    },
    ...(Number(version) < 26.1
      ? []
      : [
          {
            name: 'setup of tables that count by a sequence',
            operation,
            open: () => openLdr(version, { world: { ...bare, tables: tables.map((table) => ({ name: table, columns: counted })) } }),
          },
        ]),
    ...(version === '24.3'
      ? []
      : [
          {
            name: 'setup into absent tables with mode, discard and label',
            operation,
            open: () =>
              openLdr(version, {
                world: { ...bare, tables: tables.map((table) => ({ name: table, ttl, sides: ['primary'] as const })) },
                settings: () => ({ options: { ...every, skipSchemaCheck: false, defaultFunction: 'lww' } }),
              }),
          },
        ]),
  ];
};

const ttl = { expireAfter: '30 days', excluded: true } as const;
const mergeItems = { functions: [{ pair: 1, function: { primary: name('merge_items'), standby: name('merge_items') } }] };

/** What every statement that starts replication can be given. */
const always: readonly Partial<Options>[] = [
  { mode: 'validated' },
  { discardTtlDeletes: true },
  { label: 'shop: all' },
  { mode: 'validated', label: 'shop: all' },
];
/** What only one into tables that exist can be given. */
const intoTables: readonly Partial<Options>[] = [
  { skipSchemaCheck: true },
  { defaultFunction: 'lww' },
  { defaultFunction: 'dlq' },
  { mode: 'validated', ...mergeItems },
  { mode: 'validated', discardTtlDeletes: true, label: 'shop: all', defaultFunction: 'dlq', ...mergeItems, skipSchemaCheck: true },
];

/** Options one by one, and those that stand together nowhere else. They differ from others in the words of one statement only. */
export const ldrWordings = (version: SimVersion): readonly Situation<LdrLink, LdrBed>[] => {
  const operation = { kind: 'setup', link } as const;
  const settings = (options: Partial<Options>) => () => ({ options: { ...plain, ...options } });
  const world = { ...bare, functions: deciders };
  const filled = tables.map((table) => ({ name: table, ttl }));
  const absent = filled.map((table) => ({ ...table, sides: ['primary'] as const }));
  const anyway = [...always, ...intoTables];
  return [
    ...anyway.map((options) => ({
      name: `setup with ${JSON.stringify(options)}`,
      operation,
      open: () => openLdr(version, { world: { ...world, tables: filled }, settings: settings(options) }),
    })),
    ...anyway.map((options) => ({
      name: `setup that goes on with ${JSON.stringify(options)}`,
      operation: { ...operation, from: { kind: 'last' } } as const,
      open: () => openLdr(version, { world: { functions: deciders, tables: filled }, settings: settings(options), prepare: ended }),
    })),
    ...(version === '24.3'
      ? []
      : [
          ...always.map((options) => ({
            name: `setup into absent tables with ${JSON.stringify(options)}`,
            operation,
            open: () => openLdr(version, { world: { ...bare, tables: absent }, settings: settings(options) }),
          })),
          ...always
            .filter(({ discardTtlDeletes }) => discardTtlDeletes !== true)
            .map((options) => ({
              name: `setup into absent tables both ways with ${JSON.stringify(options)}`,
              operation,
              open: () => openLdr(version, { world: { ...bare, ...both, tables: absent }, settings: settings(options) }),
            })),
        ]),
  ];
};
