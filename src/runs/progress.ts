import type { Act, Step } from '../domain/plan.ts';
import type { RunView } from '../domain/run.ts';
import { passedReturn, type Standing, standings, toUndo } from '../domain/standing.ts';

export const isPastReturn = (run: RunView): boolean => passedReturn(run) !== null;

/** The step that comes next or is under way, in the direction of the run; null when there is none left. */
export function currentStanding(run: RunView): Standing | null {
  const rest =
    run.direction === 'undo' ? toUndo(run) : standings(run).filter(({ view }) => view.state === 'todo' || view.state === 'underway');
  return rest[0] ?? null;
}

/** Whether nothing happens until a person says something: it halted, or it waits for somebody to confirm a step. */
export function standsStill(run: RunView): boolean {
  if (run.state !== 'running' || run.cancelAskedBy !== null) return run.state === 'halted';
  const current = currentStanding(run);
  return current?.step.by === 'person' && current.view.state === 'underway' && current.view.confirmedBy === null;
}

/** Changes whenever a run that stood still may go on. */
export const timesMoved = ({ halts, steps, cancelAskedBy }: RunView): number =>
  halts + steps.filter(({ confirmedBy }) => confirmedBy !== null).length + (cancelAskedBy === null ? 0 : 1);

/** What is to be done for a step in the direction of the run. Throws TypeError when a step without inverse is to be undone. */
export function actOf(run: RunView, step: Step): Act {
  if (run.direction === 'forward') return step;
  if (step.undo.kind === 'none') throw new TypeError(`step ${step.id} of run ${run.id} has no inverse`);
  return step.undo.act;
}
