import type { Clock } from '../../domain/clock.ts';
import type { SqlWorldOptions, WorldStart } from '../cockroach/contract.ts';
import { type Pace, type SimVersion, type SqlWorld, startSqlWorld } from '../cockroach/sql-world.ts';
import type { SimHost } from '../hosts/contract.ts';
import { onBareNodes, startBareNodes } from './pcr-nodes.ts';
import { type ConfigPart, type Stage, secretName } from './stage.ts';

/** A physical cluster replication between two simulated CockroachDB clusters. */
export interface PcrSpec {
  readonly engine: 'cockroach-pcr';
  readonly version: SimVersion;
  readonly start?: WorldStart;
  /** The clusters were just initialized, and the config says how their replication is made. */
  readonly bare?: boolean;
  /** Bare down to the nodes: nothing runs on them, and the config says how they are reached. */
  readonly nodes?: boolean;
}

export interface PcrStage extends Stage {
  readonly engine: 'cockroach-pcr';
  readonly world: SqlWorld;
  /** Hosts of the nodes, for a link that is made from them. */
  readonly hosts: readonly SimHost[];
}

/** External connections of the simulated clusters: the primary has the one that leads to the standby, and the other way round. */
const leadsToStandby = 'to-standby';
const leadsToPrimary = 'to-primary';

const blank = { 'kv.rangefeed.enabled': 'false', 'cluster.organization': '', 'enterprise.license': '' } as const;

const bareClusters: Partial<SqlWorldOptions> = {
  start: 'none',
  settings: { primary: blank, standby: blank },
  users: [{ name: 'ops', password: 'ops-secret', admin: true }],
};

const setupSecrets = { stream: "it's a @stream?secret", license: 'crl-0-simulated-licence' } as const;

const setupOf = (id: string): ConfigPart => ({
  user: { name: 'stream', password: `env:${secretName(id, 'stream')}` },
  organization: 'Example Corp',
  license: `env:${secretName(id, 'license')}`,
  retention: '6h',
});

export async function startPcrStage(id: string, spec: PcrSpec, clock: Clock, pace: Partial<Pace> | undefined): Promise<PcrStage> {
  const bare = spec.bare === true;
  const world = await startSqlWorld({
    version: spec.version,
    clock,
    names: { primary: `${id}-frankfurt`, standby: `${id}-dublin` },
    ...(bare
      ? { ...bareClusters, ...(spec.nodes === true ? onBareNodes : {}) }
      : { externalConnections: { primary: leadsToStandby, standby: leadsToPrimary } }),
    ...(spec.start === undefined ? {} : { start: spec.start }),
    ...(pace === undefined ? {} : { pace }),
  });
  const nodes = spec.nodes === true ? await startBareNodes(id, world, spec.version, clock) : null;
  const sides = ['primary', 'standby'] as const;
  return {
    engine: 'cockroach-pcr',
    world,
    settings: {
      ...settingsOf(id, world),
      ...(bare ? { setup: { ...setupOf(id), ...(nodes === null ? {} : { hosts: nodes.config }) } } : {}),
    },
    hosts: nodes?.hosts ?? [],
    secrets: {
      ...Object.fromEntries(sides.map((side) => [secretName(id, side, 'password'), world[side].password])),
      ...nodes?.secrets,
      ...(bare ? Object.fromEntries(Object.entries(setupSecrets).map(([name, value]) => [secretName(id, name), value])) : {}),
    },
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
    down: (side) => world.faults.down(side, 'dead'),
    up: (side) => world.faults.up(side),
    heal: () => world.faults.clear(),
    close: async () => {
      await Promise.all([world.close(), nodes?.close()]);
    },
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
