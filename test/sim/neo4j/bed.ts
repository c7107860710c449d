import neo4j, { type Driver, type Neo4jError, type ResultSummary, type Session } from 'neo4j-driver';
import { afterEach } from 'vitest';
import type { Clock } from '../../../src/domain/clock.ts';
import type { GraphWorld, GraphWorldOptions, SimSide } from '../../../src/sim/neo4j/contract.ts';
import { startGraphWorld } from '../../../src/sim/neo4j/graph-world.ts';
import { until } from '../../support/until.ts';

export const previewVersion = '2026.07.1';
export const generalVersion = '2026.08.0';

/** Stands still: time passes only by `control().advance()`. */
export const stillClock: Clock = {
  now: () => Date.UTC(2026, 5, 1, 10),
  monotonic: () => 0,
  sleep: (_, signal) =>
    new Promise((resolve) => (signal?.aborted ? resolve() : signal?.addEventListener('abort', () => resolve(), { once: true }))),
};

const open: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const thing of open.splice(0).reverse()) await thing.close();
});

/** A world whose clock stands still; it is closed after the test. */
export async function aWorld(options: Partial<GraphWorldOptions> = {}): Promise<GraphWorld> {
  const world = await startGraphWorld({ version: previewVersion, clock: stillClock, ...options });
  open.push(world);
  return world;
}

export interface Answer {
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  readonly summary: ResultSummary<bigint>;
}

export type Parameters = Readonly<Record<string, unknown>>;

export interface Line {
  ask(cypher: string, parameters?: Parameters): Promise<Answer>;
  /** The refusal of a statement that must fail. */
  refusal(cypher: string, parameters?: Parameters): Promise<Neo4jError>;
  readonly session: Session;
  readonly driver: Driver;
}

export interface LineOptions {
  readonly database?: string;
  readonly mode?: 'READ' | 'WRITE';
  readonly tag?: string;
  readonly user?: string;
  readonly password?: string;
  /** Name of one server: straight to it, without routing. */
  readonly server?: string;
}

export function aDriver(world: GraphWorld, side: SimSide, { user, password, server }: LineOptions = {}): Driver {
  const at = world[side];
  const port = at.servers.find(({ name }) => name === server)?.port;
  const uri = port === undefined ? at.uri : `bolt://127.0.0.1:${port}`;
  const driver = neo4j.driver(uri, neo4j.auth.basic(user ?? at.user, password ?? at.password), {
    useBigInt: true,
    connectionTimeout: 5000,
    connectionAcquisitionTimeout: 5000,
    maxTransactionRetryTime: 200,
    disableAutoCommitRetries: true,
    telemetryDisabled: true,
    ...(at.ca === null ? {} : { encrypted: 'ENCRYPTION_ON', trust: 'TRUST_CUSTOM_CA_SIGNED_CERTIFICATES' }),
  });
  open.push({ close: () => driver.close() });
  return driver;
}

/** Sessions of one driver; closed after the test. */
export function aLine(world: GraphWorld, side: SimSide, options: LineOptions = {}): Line {
  const { database = 'system', mode = 'WRITE', tag = 'test' } = options;
  const driver = aDriver(world, side, options);
  const session = driver.session({ database, defaultAccessMode: mode });
  const ask = async (cypher: string, parameters: Parameters = {}): Promise<Answer> => {
    const result = await session.run(cypher, parameters, { metadata: { app: 'replops', tag } });
    // The driver gives bigint because of `useBigInt`, which its type doesn't know.
    const summary = result.summary as unknown as ResultSummary<bigint>;
    return { rows: result.records.map((record) => record.toObject()), summary };
  };
  const refusal = async (cypher: string, parameters: Parameters = {}): Promise<Neo4jError> => {
    try {
      await ask(cypher, parameters);
    } catch (cause) {
      return cause as Neo4jError;
    }
    throw new TypeError(`was not refused: ${cypher}`);
  };
  return { ask, refusal, session, driver };
}

/** Waits until a statement is under way on some session. */
export const underWay = (world: GraphWorld, cypher: string): Promise<void> =>
  until(() => world.statements().some((seen) => seen.statement === cypher && seen.outcome === 'open'), `${cypher} is under way`);

/** How a replica is asked for, by the preview's procedure. */
export const createText =
  'CALL internal.dbms.createReplicaDatabase($name, $primaries, $secondaries, {remote: $remote, addresses: $addresses})';

export const createParameters = (world: GraphWorld, more: Parameters = {}): Parameters => ({
  name: 'orders',
  primaries: 3n,
  secondaries: 0n,
  remote: 'orders',
  addresses: world.primary.servers.map(({ replication }) => replication),
  ...more,
});

export const hourMs = 3_600_000;
