import type { Clock } from '../domain/clock.ts';
import type { LinkId } from '../domain/ids.ts';
import type { Fact, Observation } from '../domain/observation.ts';
import { passesHaltedRuns } from '../domain/operation.ts';
import { hashPlan } from '../domain/plan.ts';
import { isRefusal, type Refusal } from '../domain/refusal.ts';
import type { Entry, RunView } from '../domain/run.ts';
import type { FactDifference } from '../domain/run-ending.ts';
import { patienceOf, type Redirected } from '../engines/engine.ts';
import { fold } from './fold.ts';
import type { Grip } from './grip.ts';
import { halt } from './halt.ts';
import type { Journal, LinkHold, StandingStill } from './ports.ts';
import { standsStill } from './progress.ts';

export interface OpenDeps {
  readonly clock: Clock;
  readonly journal: Journal;
  /** Longest time for one look at both sides, ms. */
  readonly observeMs: number;
  /** Judges the run and its voters again, by the policy and the groups of now; null when all still holds. */
  readonly recheck: (run: RunView) => Promise<Refusal | null>;
  /** As the plan that was approved was made with it, so is the one that it is compared with. */
  readonly redirected?: ((link: LinkId) => Promise<Redirected | null>) | undefined;
}

/** Takes the link, judges again, plans anew, and starts; a difference voids the approval. `waiting` when another run holds the link. */
export async function begin(grip: Grip, deps: OpenDeps): Promise<'moved' | 'waiting'> {
  const run = grip.view();
  if ((await holdLink(grip, deps)) === 'waiting') return 'waiting';
  const objection = await deps.recheck(run);
  if (objection !== null) return voidRun(grip, deps.clock, `The approval no longer holds: ${objection.sentence}`, []);
  const seen = await lookToPlan(grip, deps);
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

/**
 * Takes the link for the run, or a place in its line, which is written down when it changes. A run that makes data safe goes ahead of
 * a holder that stands still.
 */
export async function holdLink(grip: Grip, { journal, clock }: Pick<OpenDeps, 'journal' | 'clock'>): Promise<LinkHold['kind']> {
  const { id, plan, queue } = grip.view();
  const still = passesHaltedRuns(plan.operation.kind) ? await standingStill(plan.link, journal) : null;
  const hold = await journal.holdLink(plan.link, id, still);
  if (hold.kind === 'waiting') {
    if (queue?.behind !== hold.behind || queue.place !== hold.place) {
      await grip.append({ kind: 'queued', at: clock.now(), behind: hold.behind, place: hold.place });
    }
  } else if (hold.passed && still !== null) {
    const sentence = `Run ${still.run} holds link ${plan.link} and stands still; this run goes ahead of it and gives the link back to it.`;
    const note: Entry = { kind: 'noted', at: clock.now(), sentence };
    while ((await grip.append(note)) === 'behind');
  }
  return hold.kind;
}

/** The run that holds the link, if it stands still until a person says how to go on. */
async function standingStill(link: LinkId, journal: Journal): Promise<StandingStill | null> {
  const [holder] = await journal.line(link);
  const records = holder === undefined ? [] : await journal.read(holder);
  if (records.length === 0) return null;
  const run = fold(records);
  return standsStill(run) ? { run: run.id, seq: run.seq } : null;
}

async function voidRun(grip: Grip, clock: Clock, sentence: string, differences: readonly FactDifference[]): Promise<'moved'> {
  await grip.append({ kind: 'voided', at: clock.now(), sentence, differences });
  return 'moved';
}

/** Looks at both sides after the last step: the run succeeds unless two sides accept writes. */
export async function close(grip: Grip, deps: OpenDeps): Promise<void> {
  const seen = await grip.engine.observe(grip.link, grip.io(patienceOf(grip.engine, deps.observeMs)));
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
  const seen = await lookToPlan(grip, deps);
  const differences = differencesOf(grip.view().startFacts, seen.facts);
  const sentence =
    differences.length === 0
      ? 'All that was done has been taken back; both sides are as they were at the start.'
      : 'All that was done has been taken back, but not everything is as it was at the start.';
  await grip.append({ kind: 'undone', at: deps.clock.now(), sentence, differences });
}

/** A look that tells all that the plan rests on: what is as it was at the start is seen only by the same look. Throws a Fault. */
const lookToPlan = (grip: Grip, deps: OpenDeps): Promise<Observation> =>
  grip.engine.observe(grip.link, {
    ...grip.io(patienceOf(grip.engine, deps.observeMs)),
    redirected: async () => (await deps.redirected?.(grip.link.id)) ?? null,
    planning: grip.view().plan.operation.kind,
  });

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
