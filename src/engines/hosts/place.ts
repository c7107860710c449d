import type { z } from 'zod';
import { Fault } from '../../domain/faults.ts';
import { canonicalJson } from '../../domain/json.ts';
import type { Link } from '../../domain/link.ts';
import type { Side } from '../../domain/observation.ts';
import type { Act } from '../../domain/plan.ts';
import type { ShellConnect, ShellTarget } from '../../transports/shell.ts';
import type { EngineIo, Probe, StepExecutor } from '../engine.ts';
import { impossible } from '../frame/probes.ts';
import { addressOf, type NodeAt } from './acts.ts';

/** One side of a link as its config names it. */
export interface SideHosts {
  readonly cluster: string;
  readonly nodes: readonly ShellTarget[];
}

/** Finds a node of the link by its name and address; a sentence when the config has come to mean another. */
export type FindNode = (
  side: Side,
  wanted: { readonly cluster: string; readonly node: string; readonly address: string },
) => NodeAt | string;

/** Where an act runs and what it may ask. */
export interface HostPlace extends NodeAt {
  readonly connect: ShellConnect;
  readonly act: Act;
  readonly command: string;
  readonly io: EngineIo;
}

export interface HostStep<P extends { readonly node: string; readonly address: string }> {
  readonly params: z.ZodType<P>;
  /** The act anew from its parameters, or why there is none; its statements have to be those that were approved. */
  rebuild(at: NodeAt, params: P, find: FindNode, act: Act): Act | string;
  probe(place: HostPlace, params: P, find: FindNode): Promise<Probe>;
  perform(place: HostPlace, params: P, find: FindNode): Promise<void>;
}

/** Makes an executor: it refuses to touch anything when the config has come to mean other nodes than the plan names. */
export function hostExecutor<L extends Link, P extends { readonly node: string; readonly address: string }>(
  connect: ShellConnect,
  sideOf: (link: L, side: Side) => SideHosts,
  step: HostStep<P>,
): StepExecutor<L> {
  const bound = <T>(
    act: Act,
    link: L,
    io: EngineIo,
    use: (place: HostPlace, params: P, find: FindNode) => Promise<T>,
    or: (why: string) => T,
  ) => {
    const find: FindNode = (side, wanted) => findNode(sideOf(link, side), side, wanted, act);
    const place = bind(connect, step, act, io, find);
    return typeof place === 'string' ? or(place) : use(place.place, place.params, find);
  };
  return {
    probe: async (act, link, io) => bound(act, link, io, step.probe, impossible),
    perform: async (act, link, io) =>
      bound(act, link, io, step.perform, (why) => {
        throw new Fault('statement-refused', why, { effect: 'not-applied', facts: { kind: act.kind } });
      }),
  };
}

function findNode({ cluster, nodes }: SideHosts, side: Side, wanted: Parameters<FindNode>[1], act: Act): NodeAt | string {
  const node = nodes.find(({ name }) => name === wanted.node);
  if (cluster === wanted.cluster && node !== undefined && addressOf(node) === wanted.address) return { side, cluster, node };
  const now = node === undefined ? `names no ${wanted.node} on ${cluster}` : `says ${addressOf(node)} of ${cluster}`;
  return `'${act.title}' was planned for ${wanted.node} (${wanted.address}) of ${wanted.cluster}, but the config now ${now}.`;
}

function bind<P extends { readonly node: string; readonly address: string }>(
  connect: ShellConnect,
  step: HostStep<P>,
  act: Act,
  io: EngineIo,
  find: FindNode,
): string | { readonly place: HostPlace; readonly params: P } {
  const { side, cluster } = act;
  const command = act.statements[0];
  if (side === null || cluster === null || command === undefined) return `'${act.title}' names no side or no command.`;
  const parsed = step.params.safeParse(act.params);
  if (!parsed.success) return `'${act.title}' was planned by a version of the bot whose parameters this one can't read.`;
  const params = parsed.data;
  const at = find(side, { cluster, node: params.node, address: params.address });
  if (typeof at === 'string') return at;
  const anew = step.rebuild(at, params, find, act);
  if (typeof anew === 'string') return anew;
  if (canonicalJson(anew.statements) !== canonicalJson(act.statements)) {
    return `'${act.title}' would be sent in other words now than those that were approved.`;
  }
  return { place: { ...at, connect, act, command, io }, params };
}
