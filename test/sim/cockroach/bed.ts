import pg from 'pg';
import { afterEach } from 'vitest';
import type { Clock } from '../../../src/domain/clock.ts';
import type { SimSide, SqlWorld, SqlWorldOptions } from '../../../src/sim/cockroach/contract.ts';
import { type SimVersion, simVersions } from '../../../src/sim/cockroach/grammar/dialect.ts';
import { startSqlWorld } from '../../../src/sim/cockroach/sql-world.ts';
import { until } from '../../support/until.ts';

export { simVersions };

/** Versions from one on, and up to one. */
export const from = (first: SimVersion): readonly SimVersion[] => simVersions.slice(simVersions.indexOf(first));
export const upTo = (last: SimVersion): readonly SimVersion[] => simVersions.slice(0, simVersions.indexOf(last) + 1);

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

/** Closes a thing after the test that made it. */
export const closeAfterTest = (thing: { close(): Promise<void> }): void => void open.push(thing);

/** A world whose clock stands still; it is closed after the test. */
export async function aWorld(version: SimVersion, options: Partial<SqlWorldOptions> = {}): Promise<SqlWorld> {
  const world = await startSqlWorld({ version, clock: stillClock, ...options });
  open.push(world);
  return world;
}

export interface Answer {
  readonly columns: readonly (readonly [name: string, oid: number])[];
  readonly rows: readonly Readonly<Record<string, string | null>>[];
}

export interface SqlRefusal {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly detail?: string;
}

export interface Line {
  /** All values as the text that came over the wire. */
  ask(sql: string, values?: readonly unknown[]): Promise<Answer>;
  /** The refusal of a statement that must fail. */
  refusal(sql: string, values?: readonly unknown[]): Promise<SqlRefusal>;
  readonly client: pg.Client;
  /** Errors that came without a statement under way. */
  readonly farewells: readonly SqlRefusal[];
}

export interface LineOptions {
  readonly vc?: string | null;
  readonly tag?: string;
  readonly user?: string;
  readonly password?: string;
  readonly more?: pg.ClientConfig;
}

const asText = { getTypeParser: () => (text: string) => text };

export function aClient(
  world: SqlWorld,
  side: SimSide,
  { vc = 'system', tag = 'test', user, password, more }: LineOptions = {},
): pg.Client {
  const at = world[side];
  return new pg.Client({
    host: at.host,
    port: at.port,
    user: user ?? at.user,
    password: password ?? at.password,
    database: 'defaultdb',
    application_name: tag,
    types: asText,
    ...(vc === null ? {} : { options: `-ccluster=${vc}` }),
    ...(at.ca === null ? {} : { ssl: { ca: at.ca } }),
    ...more,
  });
}

/** A logged-in connection, closed after the test. */
export async function aLine(world: SqlWorld, side: SimSide, options: LineOptions = {}): Promise<Line> {
  const client = aClient(world, side, options);
  const farewells: SqlRefusal[] = [];
  client.on('error', (error: unknown) => farewells.push(error as SqlRefusal));
  await client.connect();
  open.push({ close: () => client.end().catch(() => undefined) });
  const ask = async (sql: string, values?: readonly unknown[]): Promise<Answer> => {
    const result = await client.query(sql, values === undefined ? undefined : [...values]);
    return { columns: result.fields.map((field) => [field.name, field.dataTypeID] as const), rows: result.rows };
  };
  const refusal = async (sql: string, values?: readonly unknown[]): Promise<SqlRefusal> => {
    try {
      await ask(sql, values);
    } catch (cause) {
      return cause as SqlRefusal;
    }
    throw new TypeError(`was not refused: ${sql}`);
  };
  return { client, ask, refusal, farewells };
}

/** Why a connection could not be made. */
export async function loginRefusal(world: SqlWorld, side: SimSide, options: LineOptions = {}): Promise<SqlRefusal> {
  const client = aClient(world, side, options);
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (cause) {
    return cause as SqlRefusal;
  }
  await client.end();
  throw new TypeError('the login was not refused');
}

/** Runs a statement that blocks on world time, letting `ms` pass once it is under way. */
export async function askThrough(world: SqlWorld, line: Line, sql: string, ms: number): Promise<Answer> {
  const asked = line.ask(sql);
  asked.catch(() => undefined);
  await underWay(world, sql);
  world.control().advance(ms);
  return asked;
}

/** Waits until a statement is under way on some session. */
export const underWay = (world: SqlWorld, sql: string): Promise<void> =>
  until(() => world.statements().some((seen) => seen.statement === sql && seen.outcome === 'open'), `${sql} is under way`);

/** The name of the application's virtual cluster in a version. */
export const vcOf = (version: SimVersion): string => (version === '23.2' ? 'application' : 'main');
