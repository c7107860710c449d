import { createHash } from 'node:crypto';
import { asChannelId, asLinkId } from '../../src/domain/ids.ts';
import { Secret } from '../../src/domain/secret.ts';
import { mask } from '../../src/engines/cockroach/stream-uri.ts';
import type { LdrLink, LdrSettings, Reach } from '../../src/engines/cockroach-ldr/config.ts';
import { createCockroachLdr } from '../../src/engines/cockroach-ldr/index.ts';
import type { TableName } from '../../src/engines/cockroach-ldr/table-name.ts';
import type { SqlWorldSide } from '../../src/sim/cockroach/contract.ts';
import type { SimVersion } from '../../src/sim/cockroach/grammar/dialect.ts';
import { type LdrWorld, type LdrWorldOptions, startLdrWorld } from '../../src/sim/cockroach/ldr/ldr-world.ts';
import { tinyPace } from '../../src/sim/cockroach/pace.ts';
import type { FaultHandle } from '../../src/sim/faults/strikes.ts';
import { connectSql } from '../../src/transports/sql.ts';
import { until } from '../support/until.ts';
import { type Bed, isOurs } from './drive.ts';

export interface LdrBed extends Bed<LdrLink> {
  readonly world: LdrWorld;
}

export const ldrLinkId = asLinkId('shop');

const sides = ['primary', 'standby'] as const;
export type BedSide = (typeof sides)[number];

const addressOf = ({ cluster, host, port, user, password, ca }: SqlWorldSide) => ({
  cluster,
  host,
  port,
  user,
  password: new Secret(password),
  tls: ca === null ? ({ kind: 'disabled' } as const) : ({ kind: 'verify', ca, cert: null, key: null } as const),
});

const table = (name: string): TableName => ({ database: 'shop', schema: 'public', table: name });

/** The user that the streams log in as where setup makes the connections; the password holds what has to be quoted in SQL and in a URI. */
export const streamPassword = `it's @ secret?/#`;
export const aReach = (more: Partial<Reach> = {}): Reach => ({
  host: null,
  port: null,
  user: 'stream',
  password: new Secret(streamPassword),
  ca: null,
  tls: 'disable',
  route: 'nodes',
  ...more,
});

const linkTo = (world: LdrWorld, more: Partial<LdrSettings>): LdrLink => ({
  id: ldrLinkId,
  engine: 'cockroach-ldr',
  environment: 'production',
  description: 'Shop',
  incidentChannels: [asChannelId('C1')],
  redirect: { kind: 'manual', instructions: 'Point shop.example.com at the other cluster.' },
  settings: {
    direction: 'unidirectional',
    interface: 'system',
    tables: ['orders', 'items'].map((name) => ({ primary: table(name), standby: table(name) })),
    options: { mode: 'immediate', discardTtlDeletes: false, label: null, skipSchemaCheck: false },
    primary: addressOf(world.primary),
    standby: addressOf(world.standby),
    streams: {
      primary: { externalConnection: 'to_west', reach: null },
      standby: { externalConnection: 'to_east', reach: null },
    },
    maxLagMs: 60_000,
    dlqKeys: 'hashed',
    ...more,
  },
});

const wires = {
  'drop-before': { kind: 'drop-before' },
  'drop-after': { kind: 'drop-after' },
  hang: { kind: 'hang' },
} as const;

/** What a situation needs beside the simulator's own choices. */
export interface LdrBedOptions {
  readonly world?: Partial<LdrWorldOptions>;
  readonly settings?: (world: LdrWorld) => Partial<LdrSettings>;
  readonly prepare?: (world: LdrWorld) => Promise<void>;
}

/** Starts two simulated clusters with replicated tables; `prepare` brings them into the state that is wanted. */
export async function openLdr(
  version: SimVersion,
  { world: options = {}, settings = () => ({}), prepare }: LdrBedOptions = {},
): Promise<LdrBed> {
  const world = await startLdrWorld({ version, pace: tinyPace, ...options });
  await prepare?.(world);
  const broken: FaultHandle[] = [];
  return {
    world,
    link: linkTo(world, { direction: options.direction ?? 'unidirectional', ...settings(world) }),
    engine: () => createCockroachLdr({ connect: connectSql, salt: 'salt' }),
    effects: () =>
      world
        .effects()
        .filter(isOurs)
        .map((effect) => ({ ...effect, where: effect.cluster, statement: masked(effect.statement, world.primary.ca) })),
    // Both sides of a logical replication always take writes, also where it goes one way only: nothing in the product keeps applications
    // from either of them, and which of them they use is in no database. So no state of the databases is a split, and none can be told from
    // another. What an engine may do wrong here is to lose rows of theirs, which `clientsWrite` tells.
    wasSplit: () => false,
    breakWire: (statement, how) => {
      broken.push(
        world.faults.add({
          match: new RegExp(
            `^${escaped(statement)
              .replaceAll(escaped(mask), '.*')
              .replace(/<certificate [0-9a-f]+>/, '.*')}$`,
          ),
          act: wires[how],
        }),
      );
    },
    broke: () => broken.every((fault) => fault.hits() > 0),
    truth: () => world.holdings(),
    clientsWrite: async () => world.ldr.writeAll(),
    silence: async (side) => {
      await world.faults.down(side, 'silent');
      return () => world.faults.up(side);
    },
    close: () => world.close(),
  };
}

/** Sends a statement as somebody at a terminal would. */
export async function byHand(world: LdrWorld, side: BedSide, statement: string): Promise<void> {
  const session = await connectSql(
    { ...addressOf(world[side]), virtualCluster: 'system' },
    { signal: new AbortController().signal, timeoutMs: 60_000, tag: 'somebody' },
  );
  await session.change(statement);
  session.close();
}

/** Ends every stream into a side and waits until it is over. */
export async function endStreams(world: LdrWorld, side: BedSide): Promise<void> {
  for (const { id } of world.ldrJobs(side)) await byHand(world, side, `CANCEL JOB ${id}`);
  // A job that is asked to stop still brings rows for a moment.
  await until(() => world.ldrJobs(side).every(({ status }) => status === 'canceled'), 'the streams are over');
}

/** Takes away the history that the streams into the standby need, and waits until they have failed for good. */
export async function failStreams(world: LdrWorld): Promise<void> {
  const producers = world.jobs('primary').filter(({ type, status }) => type === 'REPLICATION STREAM PRODUCER' && status === 'running');
  for (const { id } of producers) await byHand(world, 'primary', `CANCEL JOB ${id}`);
  await until(() => world.ldrJobs('standby').every(({ status }) => status === 'failed'), 'the streams have failed');
}

/** A certificate as a URI holds it, and as people see it. */
const inUri = (ca: string): string => encodeURIComponent(ca).replaceAll('%20', '+');
const told = (ca: string): string => `<certificate ${createHash('sha256').update(ca).digest('hex').slice(0, 16)}>`;

/** A statement as people see it. */
const masked = (statement: string, ca: string | null): string =>
  [encodeURIComponent(streamPassword).replaceAll("'", "''"), streamPassword.replaceAll("'", "''")].reduce(
    (text, secret) => text.replaceAll(secret, mask),
    ca === null ? statement : statement.replaceAll(inUri(ca), told(ca)),
  );

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
