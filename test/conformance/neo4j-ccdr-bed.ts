import { asChannelId, asLinkId } from '../../src/domain/ids.ts';
import { Secret } from '../../src/domain/secret.ts';
import type { CcdrCluster, CcdrLink, CcdrSettings } from '../../src/engines/neo4j-ccdr/config.ts';
import { createNeo4jCcdr } from '../../src/engines/neo4j-ccdr/index.ts';
import type { FaultHandle } from '../../src/sim/faults/strikes.ts';
import type { GraphWorld, GraphWorldOptions, GraphWorldSide } from '../../src/sim/neo4j/contract.ts';
import { startGraphWorld } from '../../src/sim/neo4j/graph-world.ts';
import { tinyPace } from '../../src/sim/neo4j/pace.ts';
import { connectBolt } from '../../src/transports/bolt.ts';
import { connectShell } from '../../src/transports/shell.ts';
import { until } from '../support/until.ts';
import { type Bed, isOurs } from './drive.ts';

export interface CcdrBed extends Bed<CcdrLink> {
  readonly world: GraphWorld;
}

export const ccdrLinkId = asLinkId('graph');

export type BedSide = 'primary' | 'standby';

const clusterOf = ({ cluster, servers, database, user, password, ca }: GraphWorldSide): CcdrCluster => ({
  cluster,
  bolt: servers.map(({ host, port }) => ({ host, port })),
  replication: servers.map(({ replication }) => replication),
  database,
  spareDatabase: null,
  topology: { primaries: 3, secondaries: 0 },
  follow: { kind: 'network' },
  seedUri: null,
  user,
  password: new Secret(password),
  tls: ca === null ? { kind: 'disabled' } : { kind: 'verify', ca },
  hosts: null,
});

/** What a situation needs beside the simulator's own choices. */
export interface CcdrBedOptions {
  readonly world?: Partial<GraphWorldOptions>;
  readonly settings?: (made: Pick<CcdrSettings, BedSide>) => Partial<CcdrSettings>;
  readonly prepare?: (world: GraphWorld) => Promise<void>;
}

const linkTo = (world: GraphWorld, settings: CcdrBedOptions['settings']): CcdrLink => {
  const made = { primary: clusterOf(world.primary), standby: clusterOf(world.standby) };
  return {
    id: ccdrLinkId,
    engine: 'neo4j-ccdr',
    environment: 'production',
    description: 'Graph',
    incidentChannels: [asChannelId('C1')],
    redirect: { kind: 'manual', instructions: 'Point the drivers at the other cluster.' },
    settings: {
      ...made,
      alias: null,
      oldDatabase: 'dump',
      attestations: { trust: 'They trust each other.', network: 'They reach each other.' },
      ...settings?.(made),
    },
  };
};

const wires = {
  'drop-before': { kind: 'drop-before' },
  'drop-after': { kind: 'drop-after' },
  hang: { kind: 'hang' },
} as const;

/** Starts two simulated clusters; `prepare` brings them into the state that is wanted. */
export async function openCcdr(version: string, { world: options = {}, settings, prepare }: CcdrBedOptions = {}): Promise<CcdrBed> {
  const world = await startGraphWorld({ version, pace: tinyPace, ...options });
  await prepare?.(world);
  // What a situation begins with is not our doing.
  const begunAt = world.now();
  const broken: FaultHandle[] = [];
  return {
    world,
    link: linkTo(world, settings),
    engine: () => createNeo4jCcdr({ connect: connectBolt, shell: connectShell }),
    effects: () =>
      world
        .effects()
        .filter(isOurs)
        .map((effect) => ({ ...effect, where: effect.cluster })),
    wasSplit: () => world.splitBrain().some(({ from }) => from > begunAt),
    breakWire: (statement, how) => {
      broken.push(world.faults.add({ match: new RegExp(`^${escaped(statement)}$`), act: wires[how] }));
    },
    broke: () => broken.every((fault) => fault.hits() > 0),
    truth: world.truth,
    clientsWrite: async () => world.control().commit(),
    close: () => world.close(),
  };
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Sends a statement to `system` as somebody at a terminal would. */
export async function byHand(world: GraphWorld, side: BedSide, statement: string): Promise<void> {
  const { cluster, bolt, user, password, tls } = clusterOf(world[side]);
  const session = await connectBolt(
    { cluster, addresses: bolt, reach: 'cluster', database: 'system', access: 'write', user, password, tls },
    { signal: new AbortController().signal, timeoutMs: 60_000, tag: 'somebody' },
  );
  await session.change(statement);
  session.close();
}

/** Waits until a side's database takes writes, or no longer does. */
export const untilWritable = (world: GraphWorld, side: BedSide, writable: boolean): Promise<void> =>
  until(() => world.database(side)?.writable === writable, `${side} is ${writable ? 'writable' : 'not writable'}`);
