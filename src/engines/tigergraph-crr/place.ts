import type { z } from 'zod';
import { Fault } from '../../domain/faults.ts';
import { canonicalJson, type JsonObject } from '../../domain/json.ts';
import type { Side } from '../../domain/observation.ts';
import type { Act } from '../../domain/plan.ts';
import type { ShellConnect, ShellTarget } from '../../transports/shell.ts';
import type { EngineIo, Probe, StepExecutor } from '../engine.ts';
import { addressOf } from '../hosts/acts.ts';
import type { At } from './acts.ts';
import { type CrrCluster, type CrrLink, otherSide } from './config.ts';

/** Where an act runs and what it may ask. */
export interface Place {
  readonly connect: ShellConnect;
  readonly link: CrrLink;
  readonly side: Side;
  /** Name of the act's cluster. */
  readonly here: string;
  /** Name of the other one. */
  readonly there: string;
  readonly cluster: CrrCluster;
  readonly node: ShellTarget;
  readonly act: Act;
  readonly io: EngineIo;
}

export interface CrrStep<P> {
  readonly params: z.ZodType<P>;
  /** The act anew from its parameters; its statements have to be those that were approved. */
  rebuild(at: At, params: P): Act;
  probe(place: Place, params: P): Promise<Probe>;
  /** Left out by a step that only looks. */
  perform?(place: Place, params: P): Promise<void>;
}

export const impossible = (why: string, evidence: JsonObject = {}): Probe => ({ kind: 'impossible', why, evidence });
export const unknown = (why: string, evidence: JsonObject = {}): Probe => ({ kind: 'unknown', why, evidence });
export const done = (evidence: JsonObject): Probe => ({ kind: 'done', evidence });
export const underway = (note: string, fraction: number | null = null): Probe => ({ kind: 'underway', fraction, note });
export const todo: Probe = { kind: 'todo' };

/** Makes an executor: it refuses to touch anything when the config has come to mean other nodes than the plan names. */
export function executorOf<P>(connect: ShellConnect, step: CrrStep<P>): StepExecutor<CrrLink> {
  return {
    probe: async (act, link, io) => {
      const bound = bind(connect, step, act, link, io);
      return typeof bound === 'string' ? impossible(bound) : step.probe(bound.place, bound.params);
    },
    perform: async (act, link, io) => {
      const bound = bind(connect, step, act, link, io);
      if (typeof bound === 'string' || step.perform === undefined) {
        const why = typeof bound === 'string' ? bound : `'${act.title}' only looks; there is nothing to send.`;
        throw new Fault('statement-refused', why, { effect: 'not-applied', facts: { kind: act.kind } });
      }
      await step.perform(bound.place, bound.params);
    },
  };
}

function bind<P>(
  connect: ShellConnect,
  step: CrrStep<P>,
  act: Act,
  link: CrrLink,
  io: EngineIo,
): string | { readonly place: Place; readonly params: P } {
  const { side } = act;
  if (side === null) return `'${act.title}' names no side.`;
  const { settings } = link;
  const cluster = settings[side];
  const node = cluster.nodes.find(({ name }) => name === act.params['node']);
  if (cluster.cluster !== act.cluster || node === undefined || addressOf(node) !== act.params['address']) {
    const now = node === undefined ? `names no such node of ${cluster.cluster}` : `says ${addressOf(node)} of ${cluster.cluster}`;
    return `'${act.title}' was planned for ${act.params['node']} (${act.params['address']}) of ${act.cluster}, but the config of ${link.id} now ${now}.`;
  }
  const params = step.params.safeParse(act.params);
  if (!params.success) return `'${act.title}' was planned by a version of the bot whose parameters this one can't read.`;
  if (canonicalJson(step.rebuild({ settings, side, node }, params.data).statements) !== canonicalJson(act.statements)) {
    return `'${act.title}' would be sent in other words now than those that were approved.`;
  }
  const there = settings[otherSide(side)].cluster;
  return { place: { connect, link, side, here: cluster.cluster, there, cluster, node, act, io }, params: params.data };
}
