import type { LinkId } from '../../domain/ids.ts';
import type { JsonObject } from '../../domain/json.ts';
import { type Observation, otherSide, type Side, type SideView } from '../../domain/observation.ts';
import type { ShellConnect } from '../../transports/shell.ts';
import { type EngineIo, fenceOffers } from '../engine.ts';
import type { CrrLink, CrrSettings } from './config.ts';
import type { CrrDetail, SideRead } from './detail.ts';
import { factsOf } from './facts.ts';
import { headlineOf } from './headline.ts';
import { remember } from './history.ts';
import { lagOf, lagsOf } from './lags.ts';
import { pastOf } from './past-view.ts';
import { planFence } from './plans/end.ts';
import { newSideMemory, type SideMemory } from './reads/memory.ts';
import { withApplied, withStanding } from './reads/running.ts';
import { readSide } from './reads/side.ts';
import type { Ran } from './running.ts';
import { sideProblem } from './side-problem.ts';
import { followersOf, roleOf, writableOf } from './state.ts';
import { type Rans, rememberedOf, trailOf } from './trail.ts';
import { problemOf } from './words.ts';

/** What this process keeps of one link between looks, since it is dear to read. Nothing rests on it that another bot would not know. */
interface LinkMemory {
  readonly primary: SideMemory;
  readonly standby: SideMemory;
}

export type Memory = Map<LinkId, LinkMemory>;

function memoryOf(memory: Memory, link: CrrLink): LinkMemory {
  const known = memory.get(link.id) ?? { primary: newSideMemory(), standby: newSideMemory() };
  memory.set(link.id, known);
  return known;
}

/** Share of the time in which it is asked since when services run. */
const standingShare = 0.5;

/** What one look saw, together with what was remembered, and what it leaves for later ones. */
interface Looked {
  readonly detail: CrrDetail;
  readonly trail: JsonObject;
}

/** Reads both sides. Throws a Fault only when the caller itself gave up. */
export async function observeCrr(shell: ShellConnect, memory: Memory, link: CrrLink, io: EngineIo): Promise<Observation> {
  const { detail, trail } = await lookCrr(shell, memory, link, io);
  return { ...observationOf(link, detail, io.clock.now()), trail };
}

/** Reads both sides, and what bots remember of them. `fresh`: nothing that is read may be from an earlier look. */
export async function lookCrr(shell: ShellConnect, memory: Memory, link: CrrLink, io: EngineIo, fresh = false): Promise<Looked> {
  const { settings } = link;
  const known = memoryOf(memory, link);
  const before = rememberedOf(await io.history(), io.clock.now());
  for (const side of ['primary', 'standby'] as const) takeOver(known[side], before.resets?.[side] ?? {});
  const [primary, standby] = await Promise.all([
    readSide(shell, settings.primary, known.primary, io, fresh),
    readSide(shell, settings.standby, known.standby, io, fresh),
  ]);
  const stands = await standingsOf(shell, link, { primary, standby }, before.ran, io);
  const { read } = stands;
  const at = io.clock.now();
  const [follower] = followersOf(read);
  const added = follower === undefined ? [] : known[otherSide(follower.side)].added;
  const past = remember(before.past, read, at, { primary: settings.primary.cluster, standby: settings.standby.cluster }, added);
  const counts = { primary: Object.fromEntries(known.primary.resets), standby: Object.fromEntries(known.standby.resets) };
  return { detail: { ...read, past: pastOf(past, read, at) }, trail: trailOf(past, follower !== undefined, counts, stands.ran) };
}

/** Both sides with what their services act by, as far as it can be told. Throws a Fault only when the caller itself gave up. */
async function standingsOf(shell: ShellConnect, { settings }: CrrLink, seen: Readonly<Record<Side, SideRead>>, rans: Rans, io: EngineIo) {
  const short = { ...io, timeoutMs: Math.ceil(io.timeoutMs * standingShare) };
  const on = async (side: Side): Promise<{ readonly read: SideRead; readonly ran: Ran | null }> => {
    const read = seen[side];
    const seat = { shell, cluster: settings[side], io: short };
    return read.kind === 'read' ? withStanding(seat, await withApplied(seat, read), rans[side]) : { read, ran: rans[side] };
  };
  const [primary, standby] = await Promise.all([on('primary'), on('standby')]);
  return { read: { primary: primary.read, standby: standby.read }, ran: { primary: primary.ran, standby: standby.ran } };
}

/** Resets that another bot has counted meanwhile are no news: what it made of them stands in what is remembered. */
function takeOver(memory: SideMemory, counts: Readonly<Record<string, number>>): void {
  memory.added.length = 0;
  for (const [node, count] of Object.entries(counts)) memory.resets.set(node, count);
}

/** Makes an observation of what both sides said. Pure. `observedAt` is ms since the epoch by the bot's clock. */
export function observationOf(link: CrrLink, detail: CrrDetail, observedAt: number): Observation {
  const { settings } = link;
  return {
    link: link.id,
    engine: 'tigergraph-crr',
    observedAt,
    ...headlineOf(settings, detail),
    primary: sideView('primary', settings, detail),
    standby: sideView('standby', settings, detail),
    lag: lagOf(detail),
    lags: lagsOf(detail),
    facts: factsOf(settings, detail),
    // The schema of the detail holds strings, numbers, booleans, nulls, lists and objects only.
    detail: detail as unknown as JsonObject,
    offers: fenceOffers(planFence({ kind: 'fence', link: link.id }, link, detail)),
  };
}

function sideView(side: Side, settings: CrrSettings, detail: CrrDetail): SideView {
  const read = detail[side];
  const { cluster } = settings[side];
  return {
    cluster,
    reachable: read.kind === 'read',
    problem: problemOf(cluster, read) ?? sideProblem(side, settings, detail, read),
    version: read.kind === 'read' ? (read.version?.text ?? null) : null,
    role: roleOf(read),
    writable: writableOf(read),
  };
}
