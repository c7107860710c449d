import type { Step } from './plan.ts';
import type { RunView, StepView } from './run.ts';

/** A step of the plan with its state and its number as people count. */
export interface Standing {
  readonly number: number;
  readonly step: Step;
  readonly view: StepView;
}

/** Steps with their states, in the plan's order. */
export const standings = (run: RunView): readonly Standing[] =>
  run.plan.steps.flatMap((step, index) => {
    const view = run.steps[index];
    return view === undefined ? [] : [{ number: index + 1, step, view }];
  });

/**
 * The step without return whose call may have reached the database: from then on nothing is undone any more. Null while everything
 * can be, also when such a call was answered and surely changed nothing.
 */
export const passedReturn = (run: RunView): Standing | null =>
  standings(run).find(({ step, view }) => step.pointOfNoReturn && (view.state === 'done' || view.sent !== null)) ?? null;

/**
 * What is to be undone, last first. A step that was only under way is undone too: its effect may have happened, and the probe of
 * its inverse tells. What was found done, or was done by somebody else meanwhile, is not ours to take back; the inverse of a step that
 * only looks judges for itself.
 */
export const toUndo = (run: RunView): readonly Standing[] =>
  standings(run)
    .filter(({ step, view }) => step.undo.kind === 'act' && ['done', 'underway', 'undoing'].includes(view.state))
    .filter(({ step, view }) => view.calls > 0 || step.statements.length === 0)
    .reverse();
