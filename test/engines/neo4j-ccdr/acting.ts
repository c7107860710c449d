import type { Plan, Step } from '../../../src/domain/plan.ts';
import { anIo, carryOut, executorFor, settle, through } from '../../conformance/drive.ts';
import type { CcdrBed } from '../../conformance/neo4j-ccdr-bed.ts';

export function stepOf(plan: Plan, kind: string): Step {
  const step = plan.steps.find((candidate) => candidate.kind === kind);
  if (step === undefined) throw new TypeError(`no ${kind}`);
  return step;
}

/** Carries out what stands before a step. */
export async function upTo(on: CcdrBed, plan: Plan, kind: string): Promise<Step> {
  const step = stepOf(plan, kind);
  const before = plan.steps.slice(0, plan.steps.indexOf(step));
  await through(on, { ...plan, steps: before }, async (one) => void (await carryOut(on, one, () => on.engine())));
  return step;
}

/** Asks until the answer is settled. */
export const ask = (on: CcdrBed, step: Step) => settle(on, step, () => on.engine());

/** Asks once. */
export const look = (on: CcdrBed, step: Step) => executorFor(on.engine(), step).probe(step, on.link, anIo());
