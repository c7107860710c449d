import { isFault } from '../../domain/faults.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Lag, NamedLag } from '../../domain/lag.ts';
import { type Observation, otherSide, type Side, type SideView, type Tristate } from '../../domain/observation.ts';
import type { OperationName } from '../../domain/operation.ts';
import type { SqlConnect } from '../../transports/sql.ts';
import { problemOf } from '../cockroach/deaf.ts';
import { readSight } from '../cockroach/sight.ts';
import { microsOfMs } from '../cockroach/times.ts';
import type { EngineIo, Redirected } from '../engine.ts';
import type { LdrLink, LdrSettings } from './config.ts';
import type { LdrDetail, SideRead } from './detail.ts';
import { sideToWeigh } from './emptied-side.ts';
import { factsOf } from './facts.ts';
import { withFeeds } from './feeds.ts';
import { flowInto, flowsOf, lagMsOf, readOf, wantedInto } from './flow.ts';
import { headlineOf } from './headline.ts';
import { withReplicators } from './reads/replicator.ts';
import { readSchema } from './reads/schema.ts';
import { readSide } from './reads/side.ts';
import { readBothWrites } from './reads/writes.ts';
import { tablesAt } from './words.ts';

const sides = ['primary', 'standby'] as const;

/** Reads both sides at the same time. Throws a Fault only when the caller itself gave up. */
export async function observeLdr(connect: SqlConnect, link: LdrLink, io: EngineIo): Promise<Observation> {
  const observedAt = io.clock.now();
  const detail = await readDetail(connect, link.settings, io);
  if (io.planning === undefined) return observationOf(link, detail, observedAt);
  return observationOf(link, await forPlan(connect, io.planning, link, detail, io), observedAt);
}

/** Adds what only a plan of that operation rests on. */
export async function forPlan(
  connect: SqlConnect,
  operation: OperationName,
  link: LdrLink,
  detail: LdrDetail,
  io: EngineIo,
): Promise<LdrDetail> {
  const { settings } = link;
  const seen = await withSchema(connect, operation, settings, detail, io);
  const known = await withReplicators(connect, settings, operation, await withWrites(connect, operation, link, seen, io), io);
  return withFeeds(connect, settings, operation, await withRedirect(operation, settings, known, io), io);
}

/** Operations that write over a side or empty it. */
const overSides: readonly OperationName[] = ['setup', 'rebuild', 'failback', 'alter'];

/**
 * For a plan that takes from a side what is only there: to which side the bot's own runs sent applications last. A journal that can't be
 * read must not keep a link from ever being mended: a person answers for what it would have told.
 */
async function withRedirect(operation: OperationName, settings: LdrSettings, detail: LdrDetail, io: EngineIo): Promise<LdrDetail> {
  if (!overSides.includes(operation)) return detail;
  const last = await lastRedirect(io);
  if (last === 'untold') return { ...detail, redirectUntold: true };
  const side = last === null ? undefined : sides.find((one) => settings[one].cluster === last.to);
  if (last === null || side === undefined) return detail;
  const { run, operation: by, endedAt } = last;
  return { ...detail, redirected: { run, operation: by, side, ended: String(microsOfMs(endedAt)) } };
}

async function lastRedirect(io: EngineIo): Promise<Redirected | 'untold' | null> {
  try {
    return (await io.redirected?.()) ?? null;
  } catch (cause) {
    if (isFault(cause)) return 'untold';
    throw cause;
  }
}

/** For a plan that lets one direction go on beside the other one, which is live. */
async function withSchema(
  connect: SqlConnect,
  operation: OperationName,
  settings: LdrSettings,
  detail: LdrDetail,
  io: EngineIo,
): Promise<LdrDetail> {
  const { primary, standby } = detail;
  const isHalf = wantedInto(settings).length > 1 && flowsOf(settings, detail).length === 1;
  return operation === 'setup' && isHalf ? { ...detail, schema: await readSchema(connect, settings, { primary, standby }, io) } : detail;
}

/** For a plan that empties a side: who wrote last, as far as one look can tell. */
async function withWrites(
  connect: SqlConnect,
  operation: OperationName,
  link: LdrLink,
  detail: LdrDetail,
  io: EngineIo,
): Promise<LdrDetail> {
  const into = sideToWeigh(operation, link, detail);
  return into === null ? detail : { ...detail, writes: await readBothWrites(connect, link.settings, into, io) };
}

/** Both sides; and, while no job of the link is live, how fit the tables are for one. */
export async function readDetail(connect: SqlConnect, settings: LdrSettings, io: EngineIo): Promise<LdrDetail> {
  const [primary, standby] = await Promise.all([seeSide(connect, settings, 'primary', io), seeSide(connect, settings, 'standby', io)]);
  const read = { primary, standby };
  const flows = flowsOf(settings, { ...read, schema: { kind: 'skipped' } });
  return { ...read, schema: flows.length > 0 ? { kind: 'skipped' } : await readSchema(connect, settings, read, io) };
}

async function seeSide(connect: SqlConnect, settings: LdrSettings, side: Side, io: EngineIo): Promise<SideRead> {
  const [read, sight] = await Promise.all([
    readSide(connect, settings, side, io),
    readSight(connect, settings[side], settings.interface, io),
  ]);
  return read.kind === 'read' ? { ...read, sight } : read;
}

/** Makes an observation of what both sides said. Pure. `observedAt` is ms since the epoch by the bot's clock. */
export function observationOf(link: LdrLink, detail: LdrDetail, observedAt: number): Observation {
  return {
    link: link.id,
    engine: 'cockroach-ldr',
    observedAt,
    ...headlineOf(link, detail),
    primary: sideView('primary', link.settings, detail),
    standby: sideView('standby', link.settings, detail),
    lag: lagOf(link.settings, detail),
    ...(wantedInto(link.settings).length > 1
      ? { lags: wantedInto(link.settings).map((side) => lagInto(link.settings, detail, side)) }
      : {}),
    facts: factsOf(link.settings, detail),
    // The schema of the detail holds strings, numbers, booleans, nulls, lists and objects only.
    detail: detail as unknown as JsonObject,
  };
}

function sideView(side: Side, settings: LdrSettings, detail: LdrDetail): SideView {
  const read = readOf(detail, side);
  const { cluster } = settings[side];
  return {
    cluster,
    reachable: read !== null,
    problem: problemOf(cluster, detail[side]) ?? tableProblem(side, settings, detail),
    version: read?.release.text ?? null,
    role: roleOf(side, settings, detail),
    writable: writableOf(side, detail),
  };
}

function tableProblem(side: Side, settings: LdrSettings, detail: LdrDetail): string | null {
  const absent = readOf(detail, side)?.tables.flatMap((state, place) => (state === 'absent' ? [place] : [])) ?? [];
  return absent.length === 0 ? null : `${settings[side].cluster} has no ${tablesAt(settings, side, absent)} that can be read.`;
}

/**
 * Logical replication leaves the tables of both sides open: nothing in CockroachDB keeps applications from writing to a side that
 * follows. A side can't take writes while one of its tables is not there (or not published, in an initial copy).
 */
function writableOf(side: Side, detail: LdrDetail): Tristate {
  const read = readOf(detail, side);
  if (read === null) return 'unknown';
  return read.tables.includes('absent') ? 'no' : 'yes';
}

/** By the flow: who follows is the standby. Where both follow, both serve, and each is what the config calls it. */
function roleOf(side: Side, settings: LdrSettings, detail: LdrDetail): SideView['role'] {
  const read = readOf(detail, side);
  if (read === null) return 'unknown';
  const [own, other] = [flowInto(settings, detail, side), flowInto(settings, detail, otherSide(side))];
  if (own !== null && other !== null) return side;
  if (own !== null) return 'standby';
  if (other !== null) return 'primary';
  return detail[otherSide(side)].kind === 'read' ? 'none' : 'unknown';
}

function lagOf(settings: LdrSettings, detail: LdrDetail): Lag {
  const flows = flowsOf(settings, detail);
  if (flows.length === 0) return { kind: 'unknown', why: 'No side is known to follow.' };
  const lags = flows.map(lagMsOf);
  const known = lags.flatMap((ms) => ms ?? []);
  return known.length < lags.length
    ? { kind: 'unknown', why: 'The initial scan has not ended.' }
    : { kind: 'duration', ms: Math.max(...known) };
}

/** Where both sides are to follow, each has a lag of its own, which goes by its name. */
function lagInto(settings: LdrSettings, detail: LdrDetail, side: Side): NamedLag {
  const { cluster } = settings[side];
  const flow = flowInto(settings, detail, side);
  if (flow === null) {
    const why = readOf(detail, side) === null ? `${cluster} does not answer.` : `No job writes into ${cluster}.`;
    return { name: cluster, lag: { kind: 'unknown', why } };
  }
  const ms = lagMsOf(flow);
  return {
    name: cluster,
    lag: ms === null ? { kind: 'unknown', why: `The initial scan into ${cluster} has not ended.` } : { kind: 'duration', ms },
  };
}
