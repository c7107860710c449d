import type { Act, Step } from '../domain/plan.ts';
import type { RunView, StepView } from '../domain/run.ts';

/** A step of the plan with its state. */
export interface Standing {
  readonly step: Step;
  readonly view: StepView;
}

/** Steps and their states, in the plan's order. */
export const standings = (run: RunView): readonly Standing[] =>
  run.plan.steps.map((step, index) => {
    const view = run.steps[index];
    if (view === undefined) throw new TypeError(`run ${run.id} has fewer step states than steps`);
    return { step, view };
  });

/** True once the call of a step without return may have reached the database: nothing is undone any more. */
export const isPastReturn = (run: RunView): boolean =>
  standings(run).some(({ step, view }) => step.pointOfNoReturn && (view.state === 'done' || view.sent !== null));

/** The step that comes next or is under way, in the direction of the run; null when there is none left. */
export function currentStanding(run: RunView): Standing | null {
  return (run.direction === 'forward' ? forwardRest(run) : undoRest(run))[0] ?? null;
}

const forwardRest = (run: RunView): readonly Standing[] =>
  standings(run).filter(({ view }) => view.state === 'todo' || view.state === 'underway');

/**
 * What is to be undone, last first. A step that was only under way is undone too: its effect may have happened, and the probe of
 * its inverse tells.
 */
const undoRest = (run: RunView): readonly Standing[] =>
  standings(run)
    .filter(
      ({ step, view }) => step.undo.kind === 'act' && (view.state === 'done' || view.state === 'underway' || view.state === 'undoing'),
    )
    .reverse();

/** What is to be done for a step in the direction of the run. Throws TypeError when a step without inverse is to be undone. */
export function actOf(run: RunView, step: Step): Act {
  if (run.direction === 'forward') return step;
  if (step.undo.kind === 'none') throw new TypeError(`step ${step.id} of run ${run.id} has no inverse`);
  return step.undo.act;
}
