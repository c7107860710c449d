import type { z } from 'zod';
import { Fault } from '../../domain/faults.ts';
import { canonicalJson, type JsonObject } from '../../domain/json.ts';
import type { Side } from '../../domain/observation.ts';
import type { Act } from '../../domain/plan.ts';
import type { SqlConnect } from '../../transports/sql.ts';
import type { ClusterAddress } from '../cockroach/address.ts';
import { sendChange, withSystem } from '../cockroach/session.ts';
import { timestampOfMicros } from '../cockroach/times.ts';
import type { EngineIo, Probe, StepExecutor } from '../engine.ts';
import { type Acts, actsFor } from './acts.ts';
import type { PcrLink } from './config.ts';
import { otherSide, type Phase, phaseOf, type SideRead, type VirtualClusterView, writableOf } from './detail.ts';
import { asConfigured } from './ground.ts';
import { readSide, readVirtualCluster, type VirtualClusterReading } from './read-side.ts';
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

export const impossible = (why: string, evidence: JsonObject = {}): Probe => ({ kind: 'impossible', why, evidence });
export const unknown = (why: string, evidence: JsonObject = {}): Probe => ({ kind: 'unknown', why, evidence });
export const done = (evidence: JsonObject): Probe => ({ kind: 'done', evidence });
export const underway = (note: string, fraction: number | null = null): Probe => ({ kind: 'underway', fraction, note });
export const todo: Probe = { kind: 'todo' };

/** Makes an executor: it refuses to touch anything when the config has come to mean other clusters than the plan names. */
export function executorOf<P>(connect: SqlConnect, step: PcrStep<P>): StepExecutor<PcrLink> {
  return {
    ...(step.repeatable === true ? { repeatable: true } : {}),
    probe: async (act, link, io) => {
      const bound = bind(connect, step, act, link, io);
      return typeof bound === 'string' ? impossible(bound) : step.probe(bound.place, bound.params);
    },
    perform: async (act, link, io) => {
      const bound = bind(connect, step, act, link, io);
      const statement = act.statements[0];
      if (typeof bound === 'string' || step.perform === undefined || statement === undefined) {
        const why = typeof bound === 'string' ? bound : `'${act.title}' only looks; there is nothing to send.`;
        throw new Fault('statement-refused', why, { effect: 'not-applied', facts: { kind: act.kind } });
      }
      await step.perform(bound.place, statement, bound.params, act.statements);
    },
  };
}

function bind<P>(
  connect: SqlConnect,
  step: PcrStep<P>,
  act: Act,
  link: PcrLink,
  io: EngineIo,
): string | { readonly place: Place; readonly params: P } {
  const { side } = act;
  if (side === null) return `'${act.title}' names no side.`;
  const { settings } = link;
  const address = settings[side];
  const name = settings.virtualCluster;
  if (address.cluster !== act.cluster || act.params['virtualCluster'] !== name) {
    return `'${act.title}' was planned for ${act.params['virtualCluster']} on ${act.cluster}, but the config of ${link.id} now says ${name} on ${address.cluster}.`;
  }
  const params = step.params.safeParse(act.params);
  if (!params.success) return `'${act.title}' was planned by a version of the bot whose parameters this one can't read.`;
  if (canonicalJson(step.rebuild(actsFor(settings), side, params.data).statements) !== canonicalJson(act.statements)) {
    return `'${act.title}' would be sent in other words now than those that were approved.`;
  }
  const there = settings[otherSide(side)].cluster;
  return { place: { connect, link, side, here: address.cluster, there, address, name, io }, params: params.data };
}

/** Reads the virtual cluster at the place. Throws a Fault. */
export const look = ({ connect, address, name, io }: Place): Promise<VirtualClusterReading> =>
  withSystem(connect, address, io, (session) => readVirtualCluster(session, address.cluster, name));

export const change = async ({ connect, address, io }: Place, statement: string): Promise<void> => {
  await sendChange(connect, address, io, statement);
};

/** Longest that a look at the other side may take, ms: it may be gone, and this side's answer must not wait for it. */
const peekMs = 3_000;

/** Looks at the other side; a side that can't be asked is an answer. */
export function peek({ connect, link, side, name, io }: Place): Promise<SideRead> {
  const timeoutMs = Math.min(peekMs, Math.ceil(io.timeoutMs / 2));
  return readSide(connect, link.settings[otherSide(side)], name, { ...io, timeoutMs });
}

/**
 * `todo` while the other side serves, for an act that destroys data on this one. `otherwise` goes on after `… takes no writes, so`.
 * Throws a Fault when the other side can't be asked.
 */
export async function onlyIfOtherServes(place: Place, otherwise: string): Promise<Probe> {
  const other = await peek(place);
  const deaf = problemOf(place.there, other);
  if (deaf !== null) throw new Fault('connect-failed', deaf, { effect: 'not-applied', facts: { cluster: place.there } });
  return writableOf(asConfigured(place.link.settings, otherSide(place.side), other)) === 'yes'
    ? todo
    : impossible(`${place.there} takes no writes, so ${otherwise}.`);
}

export const phaseThere = (read: SideRead): Phase | null => (read.kind === 'read' ? phaseOf(read.vc) : null);

/** A time of the database as evidence; `microsOfTimestamp` reads it back. */
export const evidenceTime = (digits: string | bigint | null): string | null => (digits === null ? null : timestampOfMicros(BigInt(digits)));

export const statusOf = (vc: VirtualClusterView | null): string => vc?.status ?? 'absent';
