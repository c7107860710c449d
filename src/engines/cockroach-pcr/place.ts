import type { z } from 'zod';
import { Fault } from '../../domain/faults.ts';
import { otherSide, type Side } from '../../domain/observation.ts';
import type { Act } from '../../domain/plan.ts';
import type { SqlConnect } from '../../transports/sql.ts';
import type { ClusterAddress } from '../cockroach/address.ts';
import { sendChange, withSystem } from '../cockroach/session.ts';
import { timestampOfMicros } from '../cockroach/times.ts';
import type { EngineIo, Probe, StepExecutor } from '../engine.ts';
import { executorFrom } from '../frame/executor.ts';
import { impossible, todo, unknown } from '../frame/probes.ts';
import { type Acts, actsFor } from './acts.ts';
import type { PcrLink } from './config.ts';
import type { SideRead, VirtualClusterView } from './detail.ts';
import { asKnown } from './ground.ts';
import { type Phase, phaseOf, writableOf } from './phase.ts';
import { type Glance, glanceAt, readSide, readVirtualCluster, type VirtualClusterReading } from './read-side.ts';
import { readHistory, readStand, type StandRead, writableIn } from './stand.ts';
import { problemOf } from './words.ts';

/** Where an act runs and what it may ask. */
export interface Place {
  readonly connect: SqlConnect;
  readonly link: PcrLink;
  readonly side: Side;
  readonly here: string;
  readonly there: string;
  readonly address: ClusterAddress;
  readonly name: string;
  readonly io: EngineIo;
}

export interface PcrStep<P> {
  readonly params: z.ZodType<P>;
  /** The act anew from its parameters; its statements have to be those that were approved. */
  rebuild(acts: Acts, side: Side, params: P): Act;
  probe(place: Place, params: P): Promise<Probe>;
  /** Left out by a step that only looks. `statement` is the first of `statements`. */
  perform?(place: Place, statement: string, params: P, statements: readonly string[]): Promise<void>;
  /** See `StepExecutor.repeatable`. */
  readonly repeatable?: true;
}

/** Makes an executor: it refuses to touch anything when the config has come to mean something else than the plan does. */
export const executorOf = <P>(connect: SqlConnect, step: PcrStep<P>): StepExecutor<PcrLink> =>
  executorFrom<PcrLink, Place, P>({
    params: step.params,
    repeatable: step.repeatable,
    locate: (act, side, link, io) => locate(connect, act, side, link, io),
    rebuild: ({ link, side }, params) => step.rebuild(actsFor(link.settings), side, params),
    probe: (place, params) => step.probe(place, params),
    perform: step.perform?.bind(step),
  });

function locate(connect: SqlConnect, act: Act, side: Side, link: PcrLink, io: EngineIo): Place | string {
  const { settings } = link;
  const address = settings[side];
  const name = settings.virtualCluster;
  if (address.cluster !== act.cluster || act.params['virtualCluster'] !== name) {
    return `'${act.title}' was planned for ${act.params['virtualCluster']} on ${act.cluster}, but the config of ${link.id} now says ${name} on ${address.cluster}.`;
  }
  return { connect, link, side, here: address.cluster, there: settings[otherSide(side)].cluster, address, name, io };
}

/** Reads the virtual cluster at the place. Throws a Fault. */
export const look = ({ connect, address, name, io }: Place): Promise<VirtualClusterReading> =>
  withSystem(connect, address, io, (session) => readVirtualCluster(session, address.cluster, name));

/** The same without jobs when they come too late, for a step that a promotion must not wait for. Throws a Fault. */
export const glance = ({ connect, address, name, io }: Place): Promise<Glance> =>
  withSystem(connect, address, io, (session) => glanceAt(session, address.cluster, name));

export const change = async ({ connect, address, io }: Place, statement: string): Promise<void> => {
  await sendChange(connect, address, io, statement);
};

/**
 * Looks at the other side; a side that can't be asked is an answer. One that is far away, or slow, is given all the time that this side
 * is: what is taken for gone after less may well serve. So it is asked beside this side where that must not wait for one that is gone.
 */
export const peek = ({ connect, link, side, name, io }: Place): Promise<SideRead> =>
  readSide(connect, link.settings[otherSide(side)], name, io);

/** The same, where all that matters is whether it serves. */
export const standThere = ({ connect, link, side, name, io }: Place): Promise<StandRead> =>
  readStand(connect, link.settings[otherSide(side)], name, io);

/** The same, where all that matters is the history that it keeps for this side. */
export const historyThere = ({ connect, link, side, name, io }: Place) => readHistory(connect, link.settings[otherSide(side)], name, io);

/**
 * `todo` while the other side serves, for an act that destroys data on this one. `otherwise` goes on after `… takes no writes, so`.
 * `own`: what this side has, which may know the other one better than the config does. Throws a Fault when the other side can't be asked.
 */
export async function onlyIfOtherServes(place: Place, otherwise: string, own: VirtualClusterView | null = null): Promise<Probe> {
  const other = await standThere(place);
  const { there, link, side } = place;
  const deaf = problemOf(there, other);
  if (deaf !== null) throw new Fault('connect-failed', deaf, { effect: 'not-applied', facts: { cluster: there } });
  const whole = other.kind === 'read' ? other.whole : null;
  switch (whole === null ? writableIn(other) : writableOf(asKnown(link.settings, otherSide(side), whole, own))) {
    case 'yes':
      return todo;
    case 'no':
      return impossible(`${there} takes no writes, so ${otherwise}.`);
    default:
      return unknown(`Whether applications can write on ${there} is not known; if they can't, ${otherwise}.`);
  }
}

export const phaseThere = (read: StandRead): Phase | null => (read.kind === 'read' ? phaseOf(read.vc) : null);

/** A time of the database as evidence; `microsOfTimestamp` reads it back. */
export const evidenceTime = (digits: string | bigint | null): string | null => (digits === null ? null : timestampOfMicros(BigInt(digits)));

export const statusOf = (vc: VirtualClusterView | null): string => vc?.status ?? 'absent';
