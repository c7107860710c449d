import type { Clock } from '../../domain/clock.ts';
import type { SimSide } from '../cockroach/contract.ts';
import type { LdrStart, LdrWorld } from '../cockroach/ldr/ldr-contract.ts';
import { startLdrWorld } from '../cockroach/ldr/ldr-world.ts';
import type { Pace, SimVersion } from '../cockroach/sql-world.ts';
import { type ConfigPart, type Stage, secretName } from './stage.ts';

/** A logical data replication between two simulated CockroachDB clusters. */
export interface LdrSpec {
  readonly engine: 'cockroach-ldr';
  readonly version: SimVersion;
  readonly start?: LdrStart;
  readonly direction?: 'unidirectional' | 'bidirectional';
  /** `bot`: the bot makes and renews the external connections, from addresses in its config. People do when left out. */
  readonly connections?: 'bot';
}

export interface LdrStage extends Stage {
  readonly engine: 'cockroach-ldr';
  readonly world: LdrWorld;
}

const sides = ['primary', 'standby'] as const;
/** External connections by the side that has them: each leads to the other side. */
const connections: Readonly<Record<SimSide, string>> = { primary: 'to_dublin', standby: 'to_frankfurt' };
const tables = ['shop.public.orders', 'shop.public.items'] as const;

export async function startLdrStage(id: string, spec: LdrSpec, clock: Clock, pace: Partial<Pace> | undefined): Promise<LdrStage> {
  const direction = spec.direction ?? 'unidirectional';
  const world = await startLdrWorld({
    version: spec.version,
    clock,
    direction,
    names: { primary: `${id}-frankfurt`, standby: `${id}-dublin` },
    connections,
    ...(spec.start === undefined ? {} : { start: spec.start }),
    ...(pace === undefined ? {} : { pace }),
  });
  return {
    engine: 'cockroach-ldr',
    world,
    settings: settingsOf(id, world, direction, spec.connections === 'bot'),
    secrets: Object.fromEntries(sides.map((side) => [secretName(id, side, 'password'), world[side].password])),
    addresses: {
      primary: `${world.primary.host}:${world.primary.port}`,
      standby: `${world.standby.host}:${world.standby.port}`,
    },
    effects: () => world.effects().map(({ cluster, statement, changed, tag }) => ({ where: cluster, statement, changed, tag })),
    // Both sides take writes by nature here.
    splitBrain: () => [],
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

function settingsOf(id: string, world: LdrWorld, direction: 'unidirectional' | 'bidirectional', reaches: boolean): ConfigPart {
  const side = (name: SimSide): ConfigPart => {
    const { cluster, host, port, user } = world[name];
    return { cluster, host, port, user, password: `env:${secretName(id, name, 'password')}`, tls: { mode: 'disable' } };
  };
  const reachOf = (source: SimSide): ConfigPart =>
    reaches ? { reach: { user: world[source].user, password: `env:${secretName(id, source, 'password')}`, tls: 'disable' } } : {};
  return {
    direction,
    tables: [...tables],
    primary: side('primary'),
    standby: side('standby'),
    streams: {
      toStandby: { externalConnection: connections.standby, ...reachOf('primary') },
      toPrimary: { externalConnection: connections.primary, ...reachOf('standby') },
    },
  };
}
