import { isFinal, type RunView } from '../../domain/run.ts';
import { type Standing, standings, toUndo } from '../../domain/standing.ts';

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

/** The first step that lets nothing before it be undone once it has begun; null when the plan has none. */
export const firstReturn = (run: RunView): Standing | null => standings(run).find(({ step }) => step.pointOfNoReturn) ?? null;
