import type { z } from 'zod';
import { Fault, type FaultCode, isFault } from '../../domain/faults.ts';
import type { JsonObject } from '../../domain/json.ts';
import { otherSide, type Side } from '../../domain/observation.ts';
import type { Act, StepKind } from '../../domain/plan.ts';
import type { BoltConnect } from '../../transports/bolt.ts';
import type { EngineIo, Probe, StepExecutor } from '../engine.ts';
import { executorFrom } from '../frame/executor.ts';
import { impossible, underway } from '../frame/probes.ts';
import { type Acts, actsFor } from './acts.ts';
import type { CcdrCluster, CcdrLink } from './config.ts';
import type { DatabaseView, Glance } from './detail.ts';
import { readDatabase } from './read-database.ts';
import { glanceAt } from './read-side.ts';
import { sendChange, withLeader } from './session.ts';
import { phaseOf, writableOf } from './state.ts';
import { explained } from './surface.ts';
import { phaseWords, problemOf } from './words.ts';

/** Where an act runs and what it may ask. */
export interface Place {
  readonly connect: BoltConnect;
  readonly link: CcdrLink;
  readonly side: Side;
  readonly here: string;
  readonly there: string;
  readonly cluster: CcdrCluster;
  readonly other: CcdrCluster;
  readonly io: EngineIo;
}

export interface CcdrStep<P> {
  readonly params: z.ZodType<P>;
  /** The act anew from its parameters; its statements have to be those that were approved. */
  rebuild(acts: Acts, side: Side, params: P): Act;
  /** Asks the leader of `system`, whose word is newest. */
  probe(place: Place, params: P): Promise<Probe>;
  /** Left out by a step that only looks. */
  perform?(place: Place, statement: string, params: P): Promise<void>;
  /** See `StepExecutor.repeatable`. */
  readonly repeatable?: true;
}

/** Makes an executor: it refuses to touch anything when the config has come to mean something else than the plan does. */
export const executorOf = <P>(connect: BoltConnect, step: CcdrStep<P>): StepExecutor<CcdrLink> =>
  executorFrom<CcdrLink, Place, P>({
    params: step.params,
    repeatable: step.repeatable,
    locate: (act, side, link, io) => locate(connect, act, side, link, io),
    rebuild: ({ link, side }, params) => step.rebuild(actsFor(link.settings), side, params),
    probe: (place, params) => step.probe(place, params),
    perform: performer(step),
  });

function performer<P>(step: CcdrStep<P>): ((place: Place, statement: string, params: P) => Promise<void>) | undefined {
  if (step.perform === undefined) return undefined;
  return async (place, statement, params) => {
    try {
      await step.perform?.(place, statement, params);
    } catch (cause) {
      throw isAnswer(cause) ? await weighed(cause, place, () => step.probe(place, params)) : cause;
    }
  };
}

/** Something may have changed although the server said no. */
const isAnswer = (cause: unknown): cause is Fault =>
  isFault(cause) && cause.effect === 'unknown' && String(cause.facts['neo4jCode']).startsWith('Neo.');

/** After these the server itself does not know: a leader changed meanwhile, or a write to `system` may be committed yet. */
const isUnsure = ({ facts }: Fault): boolean =>
  /^Neo\.TransientError\.(Transaction\.LeaderSwitch$|Cluster\.)/.test(String(facts['neo4jCode'])) ||
  String(facts['gqlCauses']).split(' ').includes('52N40');

/** What passes by itself is tried again by the runner. */
const codeOf = ({ code, facts }: Fault): FaultCode =>
  String(facts['neo4jCode']).startsWith('Neo.TransientError.') ? 'connection-lost' : code;

/** Between a statement that went wrong by no fault of its own and the next look, ms. */
const breathMs = 1_000;

/**
 * What a refusal is worth. A server that has answered is done with the statement, so when a look finds that it has not happened, it
 * never will: it is not sent again, and people hear the server's reason.
 */
async function weighed(refusal: Fault, { io }: Place, probe: () => Promise<Probe>): Promise<Fault> {
  if (isUnsure(refusal)) {
    await io.clock.sleep(breathMs, io.signal);
    return refusal;
  }
  try {
    const seen = await probe();
    const { message, facts } = refusal;
    return seen.kind === 'todo' ? new Fault(codeOf(refusal), message, { effect: 'not-applied', facts, cause: refusal }) : refusal;
  } catch (cause) {
    if (!isFault(cause)) throw cause;
    return refusal;
  }
}

function locate(connect: BoltConnect, act: Act, side: Side, link: CcdrLink, io: EngineIo): Place | string {
  const { settings } = link;
  const [cluster, other] = [settings[side], settings[otherSide(side)]];
  return driftOf(act, cluster, other) ?? { connect, link, side, here: cluster.cluster, there: other.cluster, cluster, other, io };
}

const namesOf = ({ database, spareDatabase }: CcdrCluster): readonly (string | null)[] => [database, spareDatabase];

/** A sentence when the config no longer means what the act names. */
function driftOf({ title, cluster, params }: Act, here: CcdrCluster, there: CcdrCluster): string | null {
  if (cluster !== here.cluster) return `'${title}' was planned for ${cluster}, but the config now says ${here.cluster}.`;
  const { database, remote } = params;
  if (typeof database === 'string' && !namesOf(here).includes(database)) {
    return `'${title}' was planned for the database ${database} on ${here.cluster}, which the config no longer names.`;
  }
  if (typeof remote === 'string' && !namesOf(there).includes(remote)) {
    return `'${title}' was planned for the database ${remote} on ${there.cluster}, which the config no longer names.`;
  }
  return null;
}

/** The database of that name at the place, by the leader's word. Throws a Fault. */
export const look = ({ connect, cluster, io }: Place, database: string): Promise<DatabaseView | null> =>
  withLeader(connect, cluster, io, (session) => readDatabase(session, database));

/** The database of that name on the other side. Throws a Fault. */
export const lookThere = ({ connect, other, io }: Place, database: string): Promise<DatabaseView | null> =>
  withLeader(connect, other, io, (session) => readDatabase(session, database));

/** Sends one effect. Throws a Fault that says what is known of it. */
export async function change({ connect, cluster, io }: Place, statement: string): Promise<void> {
  try {
    await sendChange(connect, cluster, io, statement);
  } catch (cause) {
    throw explained(cause, cluster.cluster);
  }
}

/** Adds to a server's refusal what usually is behind it; other errors are left as they are. */
export function hinted(cause: unknown, hint: string): unknown {
  if (!isFault(cause) || cause.facts['neo4jCode'] !== 'Neo.ClientError.Procedure.ProcedureCallFailed') return cause;
  return new Fault(cause.code, `${cause.message} ${hint}`, { effect: cause.effect, facts: cause.facts, cause });
}

/** Longest that a look at the other side may take, ms: it may be gone, and this side's answer must not wait for it. */
const peekMs = 4_000;

/** Looks at the other side; a side that can't be asked is an answer. */
export function peek({ connect, other, io }: Place): Promise<Glance> {
  return glanceAt(connect, other, { ...io, timeoutMs: Math.min(peekMs, Math.ceil(io.timeoutMs / 2)) });
}

/**
 * Null while the other side takes writes; `impossible` otherwise, but for a change of its writer, which is waited for. Throws a Fault
 * when it can't be asked. `so` goes on after `takes no writes, so`.
 */
export async function unlessOtherServes(place: Place, so: string): Promise<Probe | null> {
  const other = await peek(place);
  const deaf = problemOf(place.there, other);
  if (deaf !== null) throw new Fault('connect-failed', deaf, { effect: 'not-applied', facts: { cluster: place.there } });
  if (writableOf(other) === 'yes') return null;
  return other.kind === 'read' && phaseOf(other.database) === 'electing'
    ? underway(`${place.there} has no writer at this moment, so ${so}.`)
    : impossible(`${place.there} takes no writes, so ${so}.`);
}

/** Goes on after `…: `. */
export const stateWords = (view: DatabaseView | null): string => phaseWords[phaseOf(view)];

/** Evidence that an earlier step of the run recorded; the newest one of that kind on that cluster. */
export const earlierOf = ({ io }: Place, kind: StepKind, cluster: string): JsonObject | null =>
  io.earlier.findLast((entry) => entry.kind === kind && entry.cluster === cluster)?.evidence ?? null;
