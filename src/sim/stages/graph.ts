import type { Clock } from '../../domain/clock.ts';
import type { GraphPace, GraphStart, GraphWorld, GraphWorldSide } from '../neo4j/contract.ts';
import { startGraphWorld } from '../neo4j/graph-world.ts';
import { type ConfigPart, type Stage, secretName } from './stage.ts';

/** A database that one simulated Neo4j cluster follows from another. */
export interface GraphSpec {
  readonly engine: 'neo4j-ccdr';
  /** e.g. `2026.07.1` (preview) or `2026.08.0` (general availability). */
  readonly version: string;
  readonly start?: GraphStart;
}

export interface GraphStage extends Stage {
  readonly engine: 'neo4j-ccdr';
  readonly world: GraphWorld;
}

const sides = ['primary', 'standby'] as const;

export async function startGraphStage(
  id: string,
  spec: GraphSpec,
  clock: Clock,
  pace: Partial<GraphPace> | undefined,
): Promise<GraphStage> {
  const world = await startGraphWorld({
    version: spec.version,
    clock,
    names: { primary: `${id}-frankfurt`, standby: `${id}-dublin` },
    ...(spec.start === undefined ? {} : { start: spec.start }),
    ...(pace === undefined ? {} : { pace }),
  });
  return {
    engine: 'neo4j-ccdr',
    world,
    settings: { primary: sideOf(id, 'primary', world.primary), standby: sideOf(id, 'standby', world.standby) },
    secrets: Object.fromEntries(sides.map((side) => [secretName(id, side, 'password'), world[side].password])),
    addresses: { primary: world.primary.uri, standby: world.standby.uri },
    effects: () => world.effects().map(({ server, statement, changed, tag }) => ({ where: server, statement, changed, tag })),
    splitBrain: () => world.splitBrain(),
    hang: (statement, when) => {
      const fault = world.faults.add({ match: statement, act: { kind: 'hang', when } });
      return () => fault.hits();
    },
    down: (side) => world.faults.down(side, 'dead'),
    up: (side) => world.faults.up(side),
    heal: () => world.faults.clear(),
    close: () => world.close(),
  };
}

function sideOf(id: string, side: 'primary' | 'standby', { cluster, servers, user, database }: GraphWorldSide): ConfigPart {
  return {
    cluster,
    bolt: servers.map(({ host, port }) => `${host}:${port}`),
    replication: servers.map(({ replication }) => replication),
    database,
    topology: { primaries: servers.length, secondaries: 0 },
    user,
    password: `env:${secretName(id, side, 'password')}`,
    tls: { mode: 'disable' },
  };
}
