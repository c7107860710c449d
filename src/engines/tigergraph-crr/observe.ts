import type { LinkId } from '../../domain/ids.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Lag } from '../../domain/lag.ts';
import type { Observation, Side, SideView } from '../../domain/observation.ts';
import type { ShellConnect } from '../../transports/shell.ts';
import type { EngineIo } from '../engine.ts';
import { type CrrLink, type CrrSettings, otherSide } from './config.ts';
import type { CrrDetail } from './detail.ts';
import { factsOf } from './facts.ts';
import { headlineOf } from './headline.ts';
import { noPast, type Past, pastOf, remember } from './history.ts';
import { newSideMemory, readSide, type SideMemory } from './read-side.ts';
import { sideProblem } from './side-problem.ts';
import { followersOf, roleOf, writableOf } from './state.ts';
import { problemOf } from './words.ts';

/** What the bot remembers of one link since it started. */
interface LinkMemory {
  past: Past;
  readonly primary: SideMemory;
  readonly standby: SideMemory;
}

export type Memory = Map<LinkId, LinkMemory>;

function memoryOf(memory: Memory, link: CrrLink): LinkMemory {
  const known = memory.get(link.id) ?? { past: noPast, primary: newSideMemory(), standby: newSideMemory() };
  memory.set(link.id, known);
  return known;
}

/** Reads both sides. Throws a Fault only when the caller itself gave up. */
export async function observeCrr(shell: ShellConnect, memory: Memory, link: CrrLink, io: EngineIo): Promise<Observation> {
  const detail = await lookCrr(shell, memory, link, io);
  return observationOf(link, detail, io.clock.now());
}

/** Reads both sides and remembers it. `fresh`: nothing of it may be from an earlier look. */
export async function lookCrr(shell: ShellConnect, memory: Memory, link: CrrLink, io: EngineIo, fresh = false): Promise<CrrDetail> {
  const { settings } = link;
  const known = memoryOf(memory, link);
  const [primary, standby] = await Promise.all([
    readSide(shell, settings.primary, known.primary, io, fresh),
    readSide(shell, settings.standby, known.standby, io, fresh),
  ]);
  const read = { primary, standby };
  const at = io.clock.now();
  const [follower] = followersOf(read);
  const resets = follower === undefined ? [] : known[otherSide(follower.side)].added.splice(0);
  known.past = remember(known.past, read, at, { primary: settings.primary.cluster, standby: settings.standby.cluster }, resets);
  return { ...read, past: pastOf(known.past, read, at) };
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
    facts: factsOf(settings, detail),
    // The schema of the detail holds strings, numbers, booleans, nulls, lists and objects only.
    detail: detail as unknown as JsonObject,
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

/** A time where the product tells one; else changes and records together, when both are known. */
function lagOf(detail: CrrDetail): Lag {
  const [follower] = followersOf(detail);
  if (follower === undefined) return { kind: 'unknown', why: 'No side is known to follow.' };
  const { past } = detail;
  const { native } = follower.read;
  if (past.outdated.length > 0) return { kind: 'unknown', why: 'The follower is outdated, so numbers of both sides do not compare.' };
  if (native.kind === 'read' && native.seconds !== null) return { kind: 'duration', ms: native.seconds * 1_000 };
  if (detail[otherSide(follower.side)].kind !== 'read') return { kind: 'unknown', why: 'The side that is followed does not answer.' };
  return past.changes === null || past.records === null
    ? { kind: 'unknown', why: past.words }
    : { kind: 'sequence', sequences: Math.max(0, past.changes) + past.records };
}
