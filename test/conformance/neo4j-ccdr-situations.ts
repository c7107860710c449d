import type { CcdrLink, CcdrSettings } from '../../src/engines/neo4j-ccdr/config.ts';
import type { GraphWorld } from '../../src/sim/neo4j/contract.ts';
import { until } from '../support/until.ts';
import type { Situation } from './engine-conformance.ts';
import { byHand, type CcdrBed, type CcdrBedOptions, ccdrLinkId as link, openCcdr } from './neo4j-ccdr-bed.ts';

/** Names that have to be quoted, and differ. */
const oddNames = { database: 'orders-2.0', replica: '0-replica.of-orders' } as const;

const withAlias = (): Partial<CcdrSettings> => ({ alias: 'shop' });

const keeping = ({ primary, standby }: Pick<CcdrSettings, 'primary' | 'standby'>): Partial<CcdrSettings> => ({
  oldDatabase: 'keep',
  primary: { ...primary, spareDatabase: 'orders-b' },
  standby: { ...standby, spareDatabase: 'orders-b' },
});

/** The old primary is there again after a failover, and its database takes no writes. */
const promoted: CcdrBedOptions = { world: { start: 'promoted' } };

const reopened: CcdrBedOptions = {
  ...promoted,
  prepare: async (world) => {
    await byHand(world, 'primary', 'ALTER DATABASE orders SET ACCESS READ WRITE');
    await until(() => world.writable().primary && world.writable().standby, 'both sides take writes');
  },
};

/** The old database at home is gone, and a replica of the side that serves is in its place. */
const returned = async (world: GraphWorld, create: string): Promise<void> => {
  await byHand(world, 'primary', 'DROP DATABASE orders IF EXISTS DESTROY DATA');
  await until(() => world.database('primary') === null, 'the old database is gone');
  await byHand(world, 'primary', create);
  await until(() => world.database('primary')?.copies.every(({ status }) => status === 'online') === true, 'the replica is online');
};

const createAtHome = (world: GraphWorld, version: string): string => {
  const addresses = world.standby.servers.map(({ replication }) => `'${replication}'`).join(', ');
  return version < '2026.08'
    ? `CALL internal.dbms.createReplicaDatabase('orders', 3, 0, {remote: 'orders', addresses: [${addresses}]})`
    : `CYPHER 25 CREATE REPLICA DATABASE orders TOPOLOGY 3 PRIMARIES OPTIONS {replicaConfig: {remote: 'orders', addresses: [${addresses}]}}`;
};

/** Every operation of the engine that changes something, in each state of the databases that makes another plan of it. */
export const ccdrSituations = (version: string): readonly Situation<CcdrLink, CcdrBed>[] => [
  { name: 'setup', operation: { kind: 'setup', link }, open: () => openCcdr(version, { world: { start: 'none' } }) },
  {
    name: 'setup with an alias and names that have to be quoted',
    operation: { kind: 'setup', link },
    open: () => openCcdr(version, { world: { start: 'none', ...oddNames }, settings: withAlias }),
  },
  { name: 'switchover', operation: { kind: 'switchover', link, maxWriteStopMs: 60_000 }, open: () => openCcdr(version) },
  {
    name: 'switchover with an alias and names that have to be quoted',
    operation: { kind: 'switchover', link, maxWriteStopMs: 60_000 },
    open: () => openCcdr(version, { world: oddNames, settings: withAlias }),
  },
  {
    name: 'failover with a dead source',
    operation: { kind: 'failover', link, to: { kind: 'latest' } },
    open: () => openCcdr(version, { prepare: async (world) => world.faults.down('primary', 'dead') }),
  },
  {
    name: 'failover with a source that answers, and a new topology',
    operation: { kind: 'failover', link, to: { kind: 'latest' }, topology: { primaries: 3, secondaries: 1 } },
    open: () => openCcdr(version, { world: { servers: { primary: 3, standby: 4 } } }),
  },
  { name: 'fence', operation: { kind: 'fence', link }, open: () => openCcdr(version, reopened) },
  {
    name: 'fence that keeps the old primary',
    operation: { kind: 'fence', link, keep: 'graph-east' },
    open: () => openCcdr(version, reopened),
  },
  { name: 'failback', operation: { kind: 'failback', link }, open: () => openCcdr(version, promoted) },
  {
    name: 'failback that keeps the old databases',
    operation: { kind: 'failback', link },
    open: () => openCcdr(version, { ...promoted, settings: (made) => ({ ...keeping(made), ...withAlias() }) }),
  },
  {
    name: 'failback to a side that follows already',
    operation: { kind: 'failback', link },
    open: () => openCcdr(version, { ...promoted, prepare: (world) => returned(world, createAtHome(world, version)) }),
  },
  { name: 'rebuild of a replica', operation: { kind: 'rebuild', link }, open: () => openCcdr(version) },
  { name: 'rebuild of the side that was given up', operation: { kind: 'rebuild', link }, open: () => openCcdr(version, promoted) },
  { name: 'teardown', operation: { kind: 'teardown', link }, open: () => openCcdr(version) },
];
