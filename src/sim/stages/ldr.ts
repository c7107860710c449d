import type { Clock } from '../../domain/clock.ts';
import type { SimSide } from '../cockroach/contract.ts';
import type { LdrStart, LdrWorld, LdrWorldOptions } from '../cockroach/ldr/ldr-contract.ts';
import { startLdrWorld } from '../cockroach/ldr/ldr-world.ts';
import type { Pace, SimVersion } from '../cockroach/sql-world.ts';
import { type ConfigPart, type Stage, secretName } from './stage.ts';

/** A logical data replication between two simulated CockroachDB clusters. */
export interface LdrSpec {
  readonly engine: 'cockroach-ldr';
  readonly version: SimVersion;
  readonly start?: LdrStart;
  readonly direction?: 'unidirectional' | 'bidirectional';
  /**
   * `bot`: the bot renews the external connections, from addresses in its config. `new`: it makes them too, and the users that they log in
   * as, on clusters on which nothing is prepared. People do when left out.
   */
  readonly connections?: 'bot' | 'new';
}

export interface LdrStage extends Stage {
  readonly engine: 'cockroach-ldr';
  readonly world: LdrWorld;
}

const sides = ['primary', 'standby'] as const;
/** External connections by the side that has them: each leads to the other side. */
const connections: Readonly<Record<SimSide, string>> = { primary: 'to_dublin', standby: 'to_frankfurt' };
/** Those that no cluster has yet, and the user that they log in as. */
const newConnections: Readonly<Record<SimSide, string>> = { primary: 'on_to_dublin', standby: 'on_to_frankfurt' };
const newUser = 'stream';
const tables = ['shop.public.orders', 'shop.public.items'] as const;

/** Its operator may prepare everything. */
const unprepared: Partial<LdrWorldOptions> = {
  users: [{ name: 'ops', password: 'the password of an operator', admin: true }],
  settings: { primary: { 'kv.rangefeed.enabled': 'false' }, standby: { 'kv.rangefeed.enabled': 'false' } },
};

export async function startLdrStage(id: string, spec: LdrSpec, clock: Clock, pace: Partial<Pace> | undefined): Promise<LdrStage> {
  const direction = spec.direction ?? 'unidirectional';
  const world = await startLdrWorld({
    version: spec.version,
    clock,
    direction,
    names: { primary: `${id}-frankfurt`, standby: `${id}-dublin` },
    connections,
    ...(spec.connections === 'new' ? unprepared : {}),
    ...(spec.start === undefined ? {} : { start: spec.start }),
    ...(pace === undefined ? {} : { pace }),
  });
  return {
    engine: 'cockroach-ldr',
    world,
    settings: settingsOf(id, world, direction, spec.connections),
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

function settingsOf(id: string, world: LdrWorld, direction: 'unidirectional' | 'bidirectional', made: LdrSpec['connections']): ConfigPart {
  const side = (name: SimSide): ConfigPart => {
    const { cluster, host, port, user } = world[name];
    return { cluster, host, port, user, password: `env:${secretName(id, name, 'password')}`, tls: { mode: 'disable' } };
  };
  const names = made === 'new' ? newConnections : connections;
  const reachOf = (source: SimSide): ConfigPart => {
    if (made === undefined) return {};
    const user = made === 'new' ? newUser : world[source].user;
    return { reach: { user, password: `env:${secretName(id, source, 'password')}`, tls: 'disable' } };
  };
  return {
    direction,
    tables: [...tables],
    primary: side('primary'),
    standby: side('standby'),
    streams: {
      toStandby: { externalConnection: names.standby, ...reachOf('primary') },
      toPrimary: { externalConnection: names.primary, ...reachOf('standby') },
    },
  };
}
