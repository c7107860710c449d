import type { Clock } from '../../domain/clock.ts';
import type { WorldStart } from '../cockroach/contract.ts';
import { type Pace, type SimVersion, type SqlWorld, startSqlWorld } from '../cockroach/sql-world.ts';
import { type ConfigPart, type Stage, secretName } from './stage.ts';

/** A physical cluster replication between two simulated CockroachDB clusters. */
export interface PcrSpec {
  readonly engine: 'cockroach-pcr';
  readonly version: SimVersion;
  readonly start?: WorldStart;
}

export interface PcrStage extends Stage {
  readonly engine: 'cockroach-pcr';
  readonly world: SqlWorld;
}

/** External connections of the simulated clusters: the primary has the one that leads to the standby, and the other way round. */
const leadsToStandby = 'to-standby';
const leadsToPrimary = 'to-primary';

export async function startPcrStage(id: string, spec: PcrSpec, clock: Clock, pace: Partial<Pace> | undefined): Promise<PcrStage> {
  const world = await startSqlWorld({
    version: spec.version,
    clock,
    names: { primary: `${id}-frankfurt`, standby: `${id}-dublin` },
    externalConnections: { primary: leadsToStandby, standby: leadsToPrimary },
    ...(spec.start === undefined ? {} : { start: spec.start }),
    ...(pace === undefined ? {} : { pace }),
  });
  const sides = ['primary', 'standby'] as const;
  return {
    engine: 'cockroach-pcr',
    world,
    settings: settingsOf(id, world),
    secrets: Object.fromEntries(sides.map((side) => [secretName(id, side, 'password'), world[side].password])),
    addresses: {
      primary: `${world.primary.host}:${world.primary.port}`,
      standby: `${world.standby.host}:${world.standby.port}`,
    },
    effects: () => world.effects().map(({ cluster, statement, changed, tag }) => ({ where: cluster, statement, changed, tag })),
    splitBrain: () => world.splitBrain(),
    hang: (statement, when) => {
      const fault = world.faults.add({ match: statement, act: { kind: 'hang', when } });
      return () => fault.hits();
    },
    heal: () => world.faults.clear(),
    close: () => world.close(),
  };
}

function settingsOf(id: string, world: SqlWorld): ConfigPart {
  const side = (name: 'primary' | 'standby'): ConfigPart => {
    const { cluster, host, port, user } = world[name];
    return { cluster, host, port, user, password: `env:${secretName(id, name, 'password')}`, tls: { mode: 'disable' } };
  };
  return {
    virtualCluster: world.virtualCluster,
    primary: side('primary'),
    standby: side('standby'),
    streams: { toPrimary: { externalConnection: leadsToStandby }, toStandby: { externalConnection: leadsToPrimary } },
  };
}
