import { asChannelId, asLinkId } from '../../src/domain/ids.ts';
import { Secret } from '../../src/domain/secret.ts';
import { mask } from '../../src/engines/cockroach/stream-uri.ts';
import type { PcrLink, PcrSettings } from '../../src/engines/cockroach-pcr/config.ts';
import type { PcrSetup } from '../../src/engines/cockroach-pcr/config-setup.ts';
import { createCockroachPcr } from '../../src/engines/cockroach-pcr/index.ts';
import type { SqlWorld, SqlWorldOptions, SqlWorldSide } from '../../src/sim/cockroach/contract.ts';
import type { SimVersion } from '../../src/sim/cockroach/grammar/dialect.ts';
import { tinyPace } from '../../src/sim/cockroach/pace.ts';
import { startSqlWorld } from '../../src/sim/cockroach/sql-world.ts';
import type { FaultHandle } from '../../src/sim/faults/strikes.ts';
import { connectShell } from '../../src/transports/shell.ts';
import { connectSql, type SqlTls } from '../../src/transports/sql.ts';
import { type Bed, isOurs } from './drive.ts';

export interface PcrBed extends Bed<PcrLink> {
  readonly world: SqlWorld;
}

export const pcrLinkId = asLinkId('prod-sql');

const addressOf = ({ cluster, host, port, user, password, ca }: SqlWorldSide) => {
  const tls: SqlTls = ca === null ? { kind: 'disabled' } : { kind: 'verify', ca, cert: null, key: null };
  return { cluster, host, port, user, password: new Secret(password), tls };
};

/** How the nodes of each side are called among themselves: the same in every world, so that what is sent compares. */
const nodePort = 26_257;
const nodeAddresses = { primary: [`sql-east:${nodePort}`], standby: [`sql-west:${nodePort}`] } as const;

/** Each leads to the other side. */
const connections = { primary: 'to-standby', standby: 'to-primary' } as const;

export const linkTo = (world: SqlWorld, more: Partial<PcrSettings> = {}): PcrLink => ({
  id: pcrLinkId,
  engine: 'cockroach-pcr',
  environment: 'production',
  description: 'Orders',
  incidentChannels: [asChannelId('C1')],
  redirect: { kind: 'manual', instructions: 'Point db.example.com at the new primary.' },
  settings: {
    virtualCluster: world.virtualCluster,
    primary: addressOf(world.primary),
    standby: addressOf(world.standby),
    streams: connections,
    setup: null,
    ...more,
  },
});

const wires = {
  'drop-before': { kind: 'drop-before' },
  'drop-after': { kind: 'drop-after' },
  hang: { kind: 'hang' },
} as const;

/** Starts two simulated clusters with a stream between them; `prepare` brings them into the state that is wanted. */
export async function openPcr(
  version: SimVersion,
  options: Partial<SqlWorldOptions> = {},
  prepare: (world: SqlWorld) => Promise<void> = () => Promise.resolve(),
  settings: (world: SqlWorld) => Partial<PcrSettings> = () => ({}),
): Promise<PcrBed> {
  const world = await startSqlWorld({ version, pace: tinyPace, externalConnections: connections, addresses: nodeAddresses, ...options });
  await prepare(world);
  // A world may be split to begin with; what counts is whether the engine splits it.
  const splits = world.splitBrain().length;
  const broken: FaultHandle[] = [];
  return {
    world,
    link: linkTo(world, settings(world)),
    engine: () => createCockroachPcr({ connect: connectSql, shell: connectShell }),
    effects: () =>
      world
        .effects()
        .filter(isOurs)
        .map((effect) => ({ ...effect, where: effect.cluster, statement: masked(effect.statement) })),
    wasSplit: () => world.splitBrain().length > splits,
    breakWire: (statement, how) => {
      broken.push(world.faults.add({ match: new RegExp(`^${escaped(statement).replaceAll(escaped(mask), '.*')}$`), act: wires[how] }));
    },
    broke: () => broken.every((fault) => fault.hits() > 0),
    truth: () => world.contents(),
    clientsWrite: async () => world.clientsWrite(),
    silence: async (side) => {
      await world.faults.down(side, 'silent');
      return () => world.faults.up(side);
    },
    close: () => world.close(),
  };
}

/** Sends a statement to the control plane as somebody at a terminal would. */
export async function byHand(world: SqlWorld, side: 'primary' | 'standby', statement: string): Promise<void> {
  const session = await connectSql(
    { ...addressOf(world[side]), virtualCluster: 'system' },
    { signal: new AbortController().signal, timeoutMs: 60_000, tag: 'somebody' },
  );
  await session.change(statement);
  session.close();
}

/** The old primary comes back writable after a failover. */
export const comeBack = (world: SqlWorld): Promise<void> =>
  byHand(world, 'primary', `ALTER VIRTUAL CLUSTER ${world.virtualCluster} START SERVICE SHARED`);

/** What a config that makes the replication says; its secrets are those of the simulated clusters. */
export const aSetup = (world: SqlWorld, more: Partial<PcrSetup> = {}): PcrSetup => {
  const address = ({ cluster, ca }: SqlWorldSide) => ({ host: cluster, port: nodePort, ca, caPath: null, verified: ca !== null });
  return {
    source: world.virtualCluster,
    retentionMs: null,
    expirationMs: null,
    reader: false,
    user: { name: 'stream', password: new Secret(setupSecrets.stream), create: true },
    addresses: { primary: address(world.primary), standby: address(world.standby) },
    route: null,
    organization: 'Example Corp',
    license: new Secret(setupSecrets.license),
    consoleUser: { name: 'console', password: new Secret(setupSecrets.console) },
    ...more,
  };
};

/** Each holds what has to be quoted in SQL and in a URI. */
export const setupSecrets = { stream: `it's @ secret?/#`, license: `crl-0-it's'secret`, console: `o'console` } as const;

/** A statement as people see it. */
export const masked = (statement: string): string =>
  Object.values(setupSecrets)
    .flatMap((secret) => [encodeURIComponent(secret).replaceAll("'", "''"), secret.replaceAll("'", "''")])
    .reduce((text, secret) => text.replaceAll(secret, mask), statement);

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
