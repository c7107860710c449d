import type { Clock } from '../../domain/clock.ts';
import type { Effect, SimSide, TigerPace, TigerStart, TigerWorld } from '../tigergraph/contract.ts';
import { startTigerWorld } from '../tigergraph/tiger-world.ts';
import { type ConfigPart, type Stage, secretName } from './stage.ts';

/** One simulated TigerGraph cluster that follows another. */
export interface TigerSpec {
  readonly engine: 'tigergraph-crr';
  /** e.g. `3.9.1` (by hand, with a file of metadata) or `3.10.1` (`restore --dr`). */
  readonly version: string;
  readonly start?: TigerStart;
  readonly backup?: 'local' | 's3';
}

export interface TigerStage extends Stage {
  readonly engine: 'tigergraph-crr';
  readonly world: TigerWorld;
}

const sides = ['primary', 'standby'] as const;

/** What a restart and a restore do on their way. */
const parts: ReadonlySet<string> = new Set(['stop-some', 'restore-enables', 'restore-stops', 'restore-data']);

/** Changes of a world with those that are parts of one command left out: the command is told itself. */
export const wholeEffects = (world: Pick<TigerWorld, 'effects'>): readonly Effect[] =>
  world.effects().filter(({ kind, statement }) => !parts.has(kind) && !statement.startsWith('stop '));

/** Not the password that the product comes with: that is a word which stands in every path of a node. */
const superuser = { name: 'tigergraph', password: 'quiet-river-7', superuser: true };

export async function startTigerStage(
  id: string,
  spec: TigerSpec,
  clock: Clock,
  pace: Partial<TigerPace> | undefined,
): Promise<TigerStage> {
  const world = await startTigerWorld({
    version: spec.version,
    clock,
    users: [superuser],
    names: { primary: `${id}-frankfurt`, standby: `${id}-dublin` },
    ...(spec.start === undefined ? {} : { start: spec.start }),
    ...(spec.backup === undefined ? {} : { backup: spec.backup }),
    ...(pace === undefined ? {} : { pace }),
  });
  const address = (side: SimSide): string => world[side].nodes.map(({ address: { host, port } }) => `${host}:${port}`).join(',');
  return {
    engine: 'tigergraph-crr',
    world,
    settings: { primary: sideOf(id, 'primary', world, spec), standby: sideOf(id, 'standby', world, spec), graphs: [world.primary.graph] },
    secrets: Object.fromEntries(sides.flatMap((side) => secretsOf(id, side, world))),
    addresses: { primary: address('primary'), standby: address('standby') },
    effects: () =>
      wholeEffects(world).map(({ cluster, node, kind, statement, changed, tag }) => ({
        // Every node sends its own part of a backup, in the same words.
        where: kind === 'copy' ? `${cluster}-${node}` : cluster,
        statement,
        changed,
        tag,
      })),
    splitBrain: () => world.splitBrain(),
    hang: (statement, when) => {
      const fault = world.faults.add({ match: statement, act: { kind: 'hang', when } });
      return () => fault.hits();
    },
    down: (side) => world.faults.down(side),
    up: (side) => world.faults.up(side),
    heal: () => void world.faults.clear(),
    close: () => world.close(),
  };
}

/** Name of the secret that holds a node's key. */
const keyName = (id: string, side: SimSide, node: string): string => secretName(id, side, node, 'key');

const secretsOf = (id: string, side: SimSide, world: TigerWorld): readonly (readonly [string, string])[] => [
  [secretName(id, side, 'password'), world[side].password],
  ...world[side].nodes.map(({ name, address }) => [keyName(id, side, name), address.privateKey] as const),
];

function sideOf(id: string, side: SimSide, world: TigerWorld, { backup }: TigerSpec): ConfigPart {
  const { cluster, nodes, user } = world[side];
  return {
    cluster,
    nodes: nodes.map(({ name, address }) => ({
      name: `${cluster}-${name}`,
      host: address.host,
      port: address.port,
      user: address.user,
      privateKey: `env:${keyName(id, side, name)}`,
      hostKey: address.fingerprint,
    })),
    superuser: { name: user, password: `env:${secretName(id, side, 'password')}` },
    hosts: nodes.map(({ ip }) => ip),
    backup: backup === 's3' ? { kind: 's3', bucket: 'graph-backups' } : { kind: 'local', path: '/home/tigergraph/backups' },
  };
}
