import type { z } from 'zod';
import { otherSide, type Side } from '../../domain/observation.ts';
import type { Act } from '../../domain/plan.ts';
import type { ShellConnect, ShellTarget } from '../../transports/shell.ts';
import type { EngineIo, Probe, StepExecutor } from '../engine.ts';
import { executorFrom } from '../frame/executor.ts';
import { addressOf } from '../hosts/acts.ts';
import type { At } from './acts.ts';
import type { CrrCluster, CrrLink } from './config.ts';

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

/** Makes an executor: it refuses to touch anything when the config has come to mean something else than the plan does. */
export const executorOf = <P>(connect: ShellConnect, step: CrrStep<P>): StepExecutor<CrrLink> =>
  executorFrom<CrrLink, Place, P>({
    params: step.params,

    locate: (act, side, link, io) => locate(connect, act, side, link, io),
    rebuild: ({ link, side, node }, params) => step.rebuild({ settings: link.settings, side, node }, params),
    probe: (place, params) => step.probe(place, params),
    perform: step.perform === undefined ? undefined : async (place, _statement, params) => step.perform?.(place, params),
  });

function locate(connect: ShellConnect, act: Act, side: Side, link: CrrLink, io: EngineIo): Place | string {
  const { settings } = link;
  const cluster = settings[side];
  const node = cluster.nodes.find(({ name }) => name === act.params['node']);
  if (cluster.cluster !== act.cluster || node === undefined || addressOf(node) !== act.params['address']) {
    const now = node === undefined ? `names no such node of ${cluster.cluster}` : `says ${addressOf(node)} of ${cluster.cluster}`;
    return `'${act.title}' was planned for ${act.params['node']} (${act.params['address']}) of ${act.cluster}, but the config of ${link.id} now ${now}.`;
  }
  return { connect, link, side, here: cluster.cluster, there: settings[otherSide(side)].cluster, cluster, node, act, io };
}
