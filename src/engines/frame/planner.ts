import type { z } from 'zod';
import type { EngineId, Link } from '../../domain/link.ts';
import { fingerprintOf, type Observation } from '../../domain/observation.ts';
import type { Operation } from '../../domain/operation.ts';
import type { Plan } from '../../domain/plan.ts';
import { isRefusal, type Refusal, refuse } from '../../domain/refusal.ts';
import type { Outline } from './drafts.ts';

/**
 * Makes the `plan` of an engine from what decides on one operation: reads the detail of the observation back, numbers the steps and
 * binds the plan to the facts that it rests on. `observedAt`: ms since the epoch. Pure: equal arguments give an equal plan.
 */
export const plannerOf =
  <L extends Link, Detail>(
    engine: EngineId,
    detailOf: z.ZodType<Detail>,
    outlineOf: (operation: Operation, link: L, detail: Detail, observedAt: number) => Outline | Refusal,
  ) =>
  (operation: Operation, link: L, seen: Observation): Plan | Refusal => {
    const detail = detailOf.safeParse(seen.detail);
    if (!detail.success) {
      return refuse(
        'stale-plan',
        `The observation of ${link.id} was made by another version of the bot and can't be planned on.`,
        'Ask again; the databases are then looked at anew.',
      );
    }
    const outline = outlineOf(operation, link, detail.data, seen.observedAt);
    if (isRefusal(outline)) return outline;
    const { steps, ...rest } = outline;
    const facts = seen.facts.filter((fact) => fact.binding);
    return {
      kind: 'plan',
      link: link.id,
      engine,
      operation,
      ...rest,
      steps: steps.map((draft, index) => ({ id: `s${index + 1}`, ...draft })),
      fingerprint: fingerprintOf(facts),
      facts,
    };
  };
