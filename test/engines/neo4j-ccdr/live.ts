import { systemClock } from '../../../src/domain/clock.ts';
import { refuse } from '../../../src/domain/refusal.ts';
import { Secret } from '../../../src/domain/secret.ts';
import type { EngineIo } from '../../../src/engines/engine.ts';
import type { CcdrCluster, CcdrLink } from '../../../src/engines/neo4j-ccdr/config.ts';
import { type CcdrDetail, ccdrDetail } from '../../../src/engines/neo4j-ccdr/detail.ts';
import { createReading } from '../../../src/engines/neo4j-ccdr/reading.ts';
import type { GraphWorld, GraphWorldSide } from '../../../src/sim/neo4j/contract.ts';
import { connectBolt } from '../../../src/transports/bolt.ts';
import { connectShell } from '../../../src/transports/shell.ts';
import { aLink } from './build.ts';

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

export const linkTo = (world: GraphWorld): CcdrLink => aLink({ primary: clusterOf(world.primary), standby: clusterOf(world.standby) });

export const io = (more: Partial<EngineIo> = {}): EngineIo => ({
  clock: systemClock,
  signal: new AbortController().signal,
  timeoutMs: 20_000,
  tag: 'replops/read',
  earlier: [],
  retried: [],
  history: async () => [],
  ...more,
});

/** Reads without an engine that plans: what the planner says is not what is looked at here. */
export const aReading = () =>
  createReading({ connect: connectBolt, shell: connectShell }, () =>
    refuse('not-supported', 'Nothing is planned here.', 'Look at the other checks.'),
  );

export async function seenBy(reading: ReturnType<typeof aReading>, link: CcdrLink, more: Partial<EngineIo> = {}) {
  const observation = await reading.observe(link, io(more));
  const detail: CcdrDetail = ccdrDetail.parse(observation.detail);
  return { observation, detail };
}
