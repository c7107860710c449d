import type { Entry, RunView, StepView } from '../domain/run.ts';

type StepEntry = Extract<
  Entry,
  { kind: 'intent' | 'performing' | 'not-applied' | 'progress' | 'done' | 'confirmed' | 'retried' | 'skipped' }
>;

const stepKinds: readonly Entry['kind'][] = ['intent', 'performing', 'not-applied', 'progress', 'done', 'confirmed', 'retried', 'skipped'];

export const isStepEntry = (entry: Entry): entry is StepEntry => stepKinds.includes(entry.kind);

/** Folds the entries that move one step. Pure. Throws TypeError when the plan has no such step. */
export function foldStep(view: RunView, entry: StepEntry): RunView {
  switch (entry.kind) {
    case 'intent':
      return change(view, entry.step, (step) => ({
        ...step,
        state: entry.undoing ? 'undoing' : 'underway',
        effect: entry.effect,
        attempts: entry.attempt,
        beganAt: entry.undoing && step.state !== 'undoing' ? entry.at : (step.beganAt ?? entry.at),
        deadlineAt: entry.deadlineAt,
        endedAt: null,
        progress: null,
      }));
    case 'performing':
      return change(view, entry.step, (step) => ({
        ...step,
        sent: entry.effect,
        calls: step.calls + (step.state === 'undoing' ? 0 : 1),
        quietAt: Math.max(step.quietAt ?? 0, entry.quietAt),
      }));
    case 'not-applied':
      return change(view, entry.step, (step) => (step.sent === entry.effect ? notApplied(step) : step));
    case 'progress':
      return change(view, entry.step, (step) => ({ ...step, progress: { fraction: entry.fraction, note: entry.note } }));
    case 'done':
      return change(view, entry.step, (step) => ({
        ...step,
        state: entry.undoing ? 'undone' : 'done',
        sent: null,
        quietAt: null,
        endedAt: entry.at,
        progress: null,
        evidence: entry.evidence,
      }));
    case 'confirmed':
      return change(view, entry.step, (step) => ({ ...step, confirmedBy: entry.by }));
    case 'retried':
      return {
        ...view,
        halt: null,
        retried: view.halt === null ? view.retried : [...view.retried, view.halt.evidence],
        steps: view.steps.map(rearm),
      };
    case 'skipped':
      return {
        ...change(view, entry.step, (step) => ({
          ...step,
          state: view.direction === 'undo' ? 'undone' : 'skipped',
          sent: null,
          endedAt: entry.at,
          evidence: { skipped: entry.reason },
        })),
        halt: null,
      };
  }
}

const notApplied = (step: StepView): StepView => ({
  ...step,
  sent: null,
  quietAt: null,
  calls: step.state === 'undoing' ? step.calls : step.calls - 1,
});

/** After a retry the step writes a fresh intent; what may still be under way from the older one is kept in `sent` and `quietAt`. */
const rearm = (step: StepView): StepView =>
  step.state === 'underway' || step.state === 'undoing' ? { ...step, deadlineAt: null, progress: null } : step;

function change(view: RunView, id: string, how: (step: StepView) => StepView): RunView {
  if (!view.steps.some((step) => step.id === id)) throw new TypeError(`the plan of ${view.id} has no step '${id}'`);
  return { ...view, steps: view.steps.map((step) => (step.id === id ? how(step) : step)) };
}
