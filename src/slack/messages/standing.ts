import type { Step } from '../../domain/plan.ts';
import { isFinal, type RunView, type StepView } from '../../domain/run.ts';

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

/** The step that is under way, stopped at or next, in the direction of the run; null when none is left or the run is over. */
export function current(run: RunView): Standing | null {
  if (isFinal(run.state)) return null;
  const all = standings(run);
  const halted = all.find(({ step }) => run.halt !== null && step.id === run.halt.step);
  if (halted !== undefined) return halted;
  if (run.direction === 'undo') return all.find(({ view }) => view.state === 'undoing') ?? toUndo(run)[0] ?? null;
  return all.find(({ view }) => view.state === 'todo' || view.state === 'underway') ?? null;
}

/** The step of a person that the run waits for; null when it waits for none. */
export function awaited(run: RunView): Standing | null {
  const now = current(run);
  const waits = run.state === 'running' && run.direction === 'forward' && now?.step.by === 'person' && now.view.state === 'underway';
  return waits && now.view.confirmedBy === null ? now : null;
}

/** The first step that has been begun and lets nothing be undone any more; null while everything can be. */
export const passedReturn = (run: RunView): Standing | null =>
  standings(run).find(({ step, view }) => step.pointOfNoReturn && view.state !== 'todo' && view.state !== 'skipped') ?? null;

/** The first step that lets nothing before it be undone once it has begun; null when the plan has none. */
export const firstReturn = (run: RunView): Standing | null => standings(run).find(({ step }) => step.pointOfNoReturn) ?? null;

/** What a cancel would take back now, in the order in which it would. */
export const toUndo = (run: RunView): readonly Standing[] =>
  standings(run)
    .filter(({ step, view }) => step.undo.kind === 'act' && ['done', 'underway', 'undoing'].includes(view.state))
    .reverse();
