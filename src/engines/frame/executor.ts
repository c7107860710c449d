import type { z } from 'zod';
import { Fault } from '../../domain/faults.ts';
import { canonicalJson } from '../../domain/json.ts';
import type { Link } from '../../domain/link.ts';
import type { Side } from '../../domain/observation.ts';
import type { Act } from '../../domain/plan.ts';
import type { EngineIo, Probe, StepExecutor } from '../engine.ts';
import { impossible } from './probes.ts';

/** What an engine says of one kind of step. */
export interface Frame<L extends Link, Place, P> {
  readonly params: z.ZodType<P>;
  /** Where the act runs and what it may ask; a sentence when the config has come to mean something else than the plan does. */
  locate(act: Act, side: Side, link: L, io: EngineIo): Place | string;
  /** The act anew from its parameters; its statements have to be those that were approved. */
  rebuild(place: Place, params: P): Act;
  probe(place: Place, params: P): Promise<Probe>;
  /** Undefined for a step that only looks. `statement` is the first of `statements`, which are those of the act. */
  readonly perform: ((place: Place, statement: string, params: P, statements: readonly string[]) => Promise<void>) | undefined;
  /** See `StepExecutor.repeatable`. */
  readonly repeatable?: true | undefined;
}

/** Nothing was sent, since what was seen right before speaks against it. */
export const refused = (sentence: string, facts: Fault['facts'] = {}): Fault =>
  new Fault('statement-refused', sentence, { effect: 'not-applied', facts });

/** Makes an executor that touches nothing unless the act still means, word for word, what was approved. */
export function executorFrom<L extends Link, Place, P>(frame: Frame<L, Place, P>): StepExecutor<L> {
  return {
    ...(frame.repeatable === true ? { repeatable: true } : {}),
    probe: async (act, link, io) => {
      const bound = bind(frame, act, link, io);
      return typeof bound === 'string' ? impossible(bound) : frame.probe(bound.place, bound.params);
    },
    perform: async (act, link, io) => {
      const bound = bind(frame, act, link, io);
      if (typeof bound === 'string') throw refused(bound, { kind: act.kind });
      const [statement] = act.statements;
      if (frame.perform === undefined || statement === undefined) {
        throw refused(`'${act.title}' only looks; there is nothing to send.`, { kind: act.kind });
      }
      await frame.perform(bound.place, statement, bound.params, act.statements);
    },
  };
}

function bind<L extends Link, Place, P>(
  { params, locate, rebuild }: Frame<L, Place, P>,
  act: Act,
  link: L,
  io: EngineIo,
): string | { readonly place: Place; readonly params: P } {
  if (act.side === null) return `'${act.title}' names no side.`;
  const place = locate(act, act.side, link, io);
  if (typeof place === 'string') return place;
  const parsed = params.safeParse(act.params);
  if (!parsed.success) return `'${act.title}' was planned by a version of the bot whose parameters this one can't read.`;
  if (canonicalJson(rebuild(place, parsed.data).statements) !== canonicalJson(act.statements)) {
    return `'${act.title}' would be sent in other words now than those that were approved.`;
  }
  return { place, params: parsed.data };
}
