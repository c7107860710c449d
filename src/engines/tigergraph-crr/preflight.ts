import { type Observation, otherSide, type Side } from '../../domain/observation.ts';
import type { Operation } from '../../domain/operation.ts';
import type { Check, Plan } from '../../domain/plan.ts';
import type { Refusal } from '../../domain/refusal.ts';
import type { ShellConnect } from '../../transports/shell.ts';
import type { EngineIo } from '../engine.ts';
import { failed, passed, planChecks, warned } from '../frame/checks.ts';
import { type CrrLink, sides } from './config.ts';
import type { CrrDetail, ReadSide } from './detail.ts';
import { wayTo } from './kafka.ts';
import { lookCrr, type Memory, observationOf } from './observe.ts';
import { licenseCheck, reachCheck, superuserCheck } from './preflights/asked.ts';
import { bucketChecks } from './preflights/bucket.ts';
import type { Asks, Known } from './preflights/check.ts';
import { deepChecks } from './preflights/deep.ts';
import { largestGraph, type Need, type NodeRoom, readRooms, roomChecks } from './preflights/nodes.ts';
import { outdatedChecks } from './preflights/outdated.ts';
import { freshnessCheck, pairChecks } from './preflights/pair.ts';
import { sideChecks } from './preflights/side.ts';
import { storeCheck } from './preflights/store.ts';
import { brokersOf, isFollower, phaseOf } from './state.ts';
import { problemOf } from './words.ts';

/** Decides what an operation would do: the engine's planner. */
export type PlanCrr = (operation: Operation, link: CrrLink, seen: Observation) => Plan | Refusal;

/** The side that follows, or that would: the one that does not serve. Pure. */
export function followerToBe(detail: Pick<CrrDetail, Side>): Side {
  const follower = sides.find((side) => isFollower(phaseOf(detail[side])));
  if (follower !== undefined) return follower;
  const promoted = detail.standby.kind === 'read' && (detail.standby.crr.prefix ?? '') !== '' && phaseOf(detail.standby) === 'serving';
  return promoted ? 'primary' : 'standby';
}

function asksOf(operation: Operation, link: CrrLink, detail: CrrDetail): Asks {
  const follower = followerToBe(detail);
  const named = (cluster: string | null): Side | null => sides.find((side) => link.settings[side].cluster === cluster) ?? null;
  switch (operation.kind) {
    case 'setup':
    case 'rebuild':
    case 'failback':
    case 'upgrade':
      return { fills: follower, backs: otherSide(follower) };
    case 'backup':
      return { fills: null, backs: operation.action.kind === 'create' ? (named(operation.on) ?? otherSide(follower)) : null };
    case 'restore':
      return { fills: named(operation.on), backs: null };
    default:
      return { fills: null, backs: null };
  }
}

/** The side that is to fetch from the other one afterwards; null when none begins to. */
function fetchesOf(operation: Operation, detail: CrrDetail, { fills }: Asks): Side | null {
  if (operation.kind === 'resume') return followerToBe(detail);
  return operation.kind === 'restore' ? null : fills;
}

/** Looks at everything that an operation will need. Changes nothing. */
export async function preflightCrr(
  shell: ShellConnect,
  memory: Memory,
  plan: PlanCrr,
  operation: Operation,
  link: CrrLink,
  io: EngineIo,
): Promise<readonly Check[]> {
  const { detail } = await lookCrr(shell, memory, link, io, true);
  const asks = asksOf(operation, link, detail);
  const fetches = fetchesOf(operation, detail, asks);
  const known = sides.flatMap((side) => {
    const read = detail[side];
    return read.kind === 'read' ? [{ side, read, cluster: link.settings[side] }] : [];
  });
  const [asked, room, reach, deep, bucket] = await Promise.all([
    Promise.all(known.flatMap(({ cluster, read }) => [superuserCheck(shell, cluster, read, io), licenseCheck(shell, cluster, read, io)])),
    roomOf(shell, link, detail, asks, io),
    fetches === null ? [] : reachOf(shell, link, detail, fetches, io),
    deepChecks(shell, { operation, link, detail, asks, known }, io),
    bucketOf(shell, operation, link, asks, known, io),
  ]);
  const seen = observationOf(link, detail, io.clock.now());
  return [
    ...planChecks(operation.kind, plan(operation, link, seen), seen.headline),
    ...sides.flatMap((side) => reachableCheck(operation, link, detail, side)),
    ...known.flatMap(({ cluster, read }) => sideChecks(cluster, read)),
    ...asked,
    ...(asks.fills === null ? [] : pairChecks(link, detail, asks.fills)),
    ...known.flatMap(({ side, cluster, read }) => (side === asks.fills || side === asks.backs ? [storeCheck(cluster, read)] : [])),
    ...bucket,
    ...backupCheck(operation, link, detail, asks, io.clock.now()),
    ...outdatedChecks(operation, link, detail),
    ...room,
    ...reach,
    ...deep,
  ];
}

/** Where one side is filled from a backup of the other. */
async function bucketOf(
  shell: ShellConnect,
  operation: Operation,
  link: CrrLink,
  { fills }: Asks,
  known: readonly Known[],
  io: EngineIo,
): Promise<readonly Check[]> {
  const to = known.find(({ side }) => side === fills);
  const from = known.find(({ side }) => side !== fills);
  if (to === undefined || from === undefined || (operation.kind === 'restore' && operation.from === 'own')) return [];
  return bucketChecks(shell, link, from, to, io);
}

function reachableCheck(operation: Operation, { settings }: CrrLink, detail: CrrDetail, side: Side): readonly Check[] {
  const { cluster } = settings[side];
  const name = `${cluster}: reachable`;
  const problem = problemOf(cluster, detail[side]);
  if (problem === null) return [passed(name, `${cluster} answers.`)];
  const next = `Make ${cluster} reachable for the bot.`;
  return [operation.kind === 'failover' ? warned(name, problem, next) : failed(name, problem, next)];
}

function backupCheck(operation: Operation, { settings }: CrrLink, detail: CrrDetail, { fills }: Asks, now: number): readonly Check[] {
  if (operation.kind !== 'restore' || fills === null) return [];
  const side = operation.from === 'own' ? fills : otherSide(fills);
  const read = detail[side];
  return read.kind === 'read' ? [freshnessCheck(operation, read, settings[side].cluster, now) ?? []].flat() : [];
}

function reachOf(shell: ShellConnect, { settings }: CrrLink, detail: CrrDetail, fills: Side, io: EngineIo): Promise<readonly Check[]> {
  const source = otherSide(fills);
  const { cluster } = settings[source];
  const addresses = brokersOf(settings[source], detail[source]);
  return reachCheck(shell, settings[fills], { cluster, addresses, port: wayTo(settings[source], detail[source]).port }, io).then(
    (check) => [check],
  );
}

/** A restore keeps the old data beside the new one; a backup is packed in a staging folder first, to a third of its size or less. */
async function roomOf(
  shell: ShellConnect,
  { settings }: CrrLink,
  detail: CrrDetail,
  { fills, backs }: Asks,
  io: EngineIo,
): Promise<readonly Check[]> {
  const source = backs ?? (fills === null ? null : otherSide(fills));
  const wanted = [source, fills].filter((side) => side !== null);
  const rooms = new Map<Side, { readonly read: ReadSide; readonly rooms: readonly NodeRoom[] }>();
  await Promise.all(
    wanted.map(async (side) => {
      const read = detail[side];
      if (read.kind === 'read') rooms.set(side, { read, rooms: await readRooms(shell, settings[side], read, io) });
    }),
  );
  const largest = largestGraph((source === null ? undefined : rooms.get(source))?.rooms ?? []);
  return [...rooms].flatMap(([side, known]) =>
    roomChecks(settings[side], known.read, known.rooms, needOf(largest, side === fills, side === backs)),
  );
}

function needOf(largest: number | null, isFilled: boolean, isBacked: boolean): Need {
  if (largest === null) return { data: null, folder: null };
  const third = Math.ceil(largest / 3);
  return { data: isFilled ? 2 * largest : isBacked ? largest : 0, folder: third };
}
