import type { Clock } from '../domain/clock.ts';
import type { Fact, Observation } from '../domain/observation.ts';
import { hashPlan } from '../domain/plan.ts';
import { isRefusal, type Refusal } from '../domain/refusal.ts';
import type { FactDifference, RunView } from '../domain/run.ts';
import type { Grip } from './grip.ts';
import { halt } from './halt.ts';
import type { Journal } from './ports.ts';

export interface OpenDeps {
  readonly clock: Clock;
  readonly journal: Journal;
  /** Longest time for one look at both sides, ms. */
  readonly observeMs: number;
  /** Judges the run and its voters again, by the policy and the groups of now; null when all still holds. */
  readonly recheck: (run: RunView) => Promise<Refusal | null>;
}

/** Takes the link, judges again, plans anew, and starts; a difference voids the approval. `waiting` when another run holds the link. */
export async function begin(grip: Grip, deps: OpenDeps): Promise<'moved' | 'waiting'> {
  const run = grip.view();
  const hold = await deps.journal.holdLink(run.plan.link, run.id);
  if (hold.kind === 'waiting') {
    if (run.queue?.behind !== hold.behind || run.queue.place !== hold.place) {
      await grip.append({ kind: 'queued', at: deps.clock.now(), behind: hold.behind, place: hold.place });
    }
    return 'waiting';
  }
  const objection = await deps.recheck(run);
  if (objection !== null) return voidRun(grip, deps.clock, `The approval no longer holds: ${objection.sentence}`, []);
  const seen = await grip.engine.observe(grip.link, grip.io(deps.observeMs));
  const plan = grip.engine.plan(run.plan.operation, grip.link, seen);
  if (isRefusal(plan)) {
    return voidRun(
      grip,
      deps.clock,
      `The databases have moved since it was approved: ${plan.sentence}`,
      differencesOf(run.plan.facts, seen.facts),
    );
  }
  if (hashPlan(plan) !== run.planHash) {
    const sentence = 'The databases have moved since it was approved, so another plan would be needed. Nothing was changed.';
    return voidRun(grip, deps.clock, sentence, differencesOf(run.plan.facts, plan.facts));
  }
  await grip.append({ kind: 'started', at: deps.clock.now(), observation: seen });
  return 'moved';
}

async function voidRun(grip: Grip, clock: Clock, sentence: string, differences: readonly FactDifference[]): Promise<'moved'> {
  await grip.append({ kind: 'voided', at: clock.now(), sentence, differences });
  return 'moved';
}

/** Looks at both sides after the last step: the run succeeds unless two sides accept writes. */
export async function close(grip: Grip, deps: OpenDeps): Promise<void> {
  const seen = await grip.engine.observe(grip.link, grip.io(deps.observeMs));
  if (seen.health === 'danger') return haltForDanger(grip, deps.clock, seen);
  await grip.append({ kind: 'succeeded', at: deps.clock.now(), report: grip.engine.report(grip.view(), seen) });
}

const haltForDanger = (grip: Grip, clock: Clock, seen: Observation): Promise<void> =>
  halt(grip, clock, null, {
    why: 'split-brain',
    sentence: `All steps are done, but the data is in danger: ${seen.headline}`,
    next: 'Stop the applications on the old primary and fence it, then press Retry to look again.',
    evidence: {},
  });

/** Looks at both sides after the last inverse and names what is not as it was at the start. */
export async function closeUndo(grip: Grip, deps: OpenDeps): Promise<void> {
  const seen = await grip.engine.observe(grip.link, grip.io(deps.observeMs));
  const differences = differencesOf(grip.view().startFacts, seen.facts);
  const sentence =
    differences.length === 0
      ? 'All that was done has been taken back; both sides are as they were at the start.'
      : 'All that was done has been taken back, but not everything is as it was at the start.';
  await grip.append({ kind: 'undone', at: deps.clock.now(), sentence, differences });
}

/** Binding facts that are not the same before and now, with the label that people know. Pure. */
export function differencesOf(before: readonly Fact[], now: readonly Fact[]): readonly FactDifference[] {
  const names = [...new Set([...before, ...now].filter((fact) => fact.binding).map((fact) => fact.name))];
  return names.flatMap((name) => {
    const was = before.find((fact) => fact.name === name);
    const is = now.find((fact) => fact.name === name);
    if (was?.value === is?.value) return [];
    return [{ label: was?.label ?? is?.label ?? name, before: was?.value ?? 'not there', now: is?.value ?? 'not there' }];
  });
}
