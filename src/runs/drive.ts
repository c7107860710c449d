import type { Clock } from '../domain/clock.ts';
import { type Fault, type FaultCode, isFault } from '../domain/faults.ts';
import type { EffectId } from '../domain/ids.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Act } from '../domain/plan.ts';
import type { Entry } from '../domain/run.ts';
import type { Standing } from '../domain/standing.ts';
import { type Probe, patienceOf, type StepExecutor } from '../engines/engine.ts';
import type { Grip } from './grip.ts';
import { halt } from './halt.ts';
import { lateWords, nothingHappened } from './late-words.ts';
import { intentOf } from './next.ts';
import { actOf, currentStanding, isPastReturn } from './progress.ts';

/** What this process knows of calls that were sent. Lost with the process, and nothing depends on it for safety. */
export interface Memory {
  /** Effects whose call was answered with success: only the proof is awaited. */
  readonly answered: Set<EffectId>;
  /** Effects whose call has surely ended, since its session was ended on every side. */
  readonly ended: Set<EffectId>;
  /** What calls were answered, as far as their engine thinks it worth keeping. */
  readonly told: Map<EffectId, JsonObject>;
  progressAt: number;
  /** The link is known to be the run's since it went on for the time of this number (0: it has never stood still). */
  heldAt: number;
}

export const freshMemory = (): Memory => ({ answered: new Set(), ended: new Set(), told: new Map(), progressAt: 0, heldAt: 0 });

export interface DriveDeps {
  readonly clock: Clock;
  /** Time between two probes, ms. */
  readonly pollMs: number;
  /** Longest time for one probe, ms. */
  readonly probeMs: number;
  /** Least time between two progress entries of one step, ms. */
  readonly progressEveryMs: number;
  /** Asked right before an act without return: null when the journal is safe, else a full sentence why it is not. */
  readonly secure: () => Promise<string | null>;
}

/** Time added to a call's own limit until it counts as over, ms: the way to the server and back. */
const quietSlackMs = 1_000;

/** Faults after which the same act may be tried again within the step's budget, given that nothing was applied. */
const passing: readonly FaultCode[] = ['connect-failed', 'connection-lost', 'deadline-passed', 'aborted'];

type Seen = Probe | { readonly kind: 'no-answer'; readonly sentence: string };

/**
 * One turn of the step loop: look, then do at most one thing. INTENT stands in the journal already. Look before acting; `unknown`
 * and `impossible` stop the run; an effect is sent only after a probe said `todo` and every older call is over.
 */
export async function drive(grip: Grip, standing: Standing, memory: Memory, deps: DriveDeps): Promise<void> {
  const act = actOf(grip.view(), standing.step);
  const executor = grip.engine.steps[act.kind];
  if (executor === undefined) {
    return halt(grip, deps.clock, standing, {
      why: 'impossible',
      sentence: `This version of the bot can't carry out '${act.title}' (${act.kind}).`,
      next: 'Start a bot that can, then press Retry; or press Cancel.',
      evidence: {},
    });
  }
  const older = olderCall(grip, standing, memory, deps);
  if (older !== null) return endOlderCall(grip, older, memory, deps);
  const seen = await look(grip, executor, act, deps);
  switch (seen.kind) {
    case 'done':
      await grip.append(doneEntry(grip, standing, withTold(seen.evidence, standing, memory), deps.clock.now()));
      return;
    case 'underway':
      return onUnderway(grip, standing, seen, memory, deps);
    case 'no-answer':
      return isLate(standing, deps) ? late(grip, standing, seen.sentence, deps) : pause(grip, deps);
    case 'unknown':
    case 'impossible':
      return halt(grip, deps.clock, standing, {
        why: seen.kind,
        sentence: seen.why,
        next: 'Look at the databases, then press Retry to look again, Skip to go on without this step, or Cancel.',
        evidence: seen.evidence,
      });
    case 'todo':
      return onTodo(grip, standing, act, executor, memory, deps);
  }
}

/**
 * On the way back: the call of the way forward that may still be under way. An inverse may look done while that call has not
 * landed yet, so it has to be over before the probe is believed.
 */
function olderCall(grip: Grip, { view }: Standing, memory: Memory, { clock }: DriveDeps): EffectId | null {
  if (grip.view().direction === 'forward' || view.sent === null || view.sent === view.effect) return null;
  return isOver(view.sent, memory) || clock.now() >= (view.quietAt ?? 0) ? null : view.sent;
}

async function look(grip: Grip, executor: StepExecutor, act: Act, deps: DriveDeps): Promise<Seen> {
  try {
    return await executor.probe(act, grip.link, grip.io(patienceOf(grip.engine, deps.probeMs)));
  } catch (cause) {
    if (isFault(cause) && cause.code !== 'lease-lost') return { kind: 'no-answer', sentence: cause.message };
    throw cause;
  }
}

function doneEntry(grip: Grip, { step, view }: Standing, evidence: Extract<Probe, { kind: 'done' }>['evidence'], at: number): Entry {
  if (view.effect === null) throw new TypeError(`step ${step.id} is done without an intent`);
  return { kind: 'done', at, step: step.id, effect: view.effect, evidence, undoing: grip.view().direction === 'undo' };
}

/** The database's own word goes before what it answered to the call. */
function withTold(evidence: JsonObject, { view }: Standing, { told }: Memory): JsonObject {
  const answer = view.effect === null ? undefined : told.get(view.effect);
  const untold = Object.entries(answer ?? {}).filter(([key]) => evidence[key] == null);
  return { ...evidence, ...Object.fromEntries(untold) };
}

/** What is recorded of an act that the database itself does not show. */
const answeredEvidence = (at: number): Extract<Probe, { kind: 'done' }>['evidence'] => ({
  'answered by': new Date(at).toISOString(),
  why: 'The database took it. It does not show it, and taking it again would have changed nothing.',
});

async function onUnderway(grip: Grip, standing: Standing, seen: Extract<Probe, { kind: 'underway' }>, memory: Memory, deps: DriveDeps) {
  const { step, view } = standing;
  if (isLate(standing, deps)) return late(grip, standing, seen.note, deps);
  const now = deps.clock.now();
  const moved = view.progress?.note !== seen.note || view.progress?.fraction !== seen.fraction;
  if (moved && now - memory.progressAt >= deps.progressEveryMs) {
    memory.progressAt = now;
    await grip.append({ kind: 'progress', at: now, step: step.id, fraction: seen.fraction, note: seen.note });
  }
  return pause(grip, deps);
}

async function onTodo(grip: Grip, standing: Standing, act: Act, executor: StepExecutor, memory: Memory, deps: DriveDeps): Promise<void> {
  const { view } = standing;
  const now = deps.clock.now();
  const ours = view.sent !== null && view.sent === view.effect;
  if (executor.repeatable === true && ours && memory.answered.has(view.effect)) {
    await grip.append(doneEntry(grip, standing, answeredEvidence(now), now));
    return;
  }
  if (isLate(standing, deps)) return late(grip, standing, nothingHappened, deps);
  if (ours && memory.answered.has(view.effect)) return pause(grip, deps);
  if (view.sent !== null && !isOver(view.sent, memory) && now < (view.quietAt ?? 0)) return endOlderCall(grip, view.sent, memory, deps);
  if (ours) {
    const left = (view.deadlineAt ?? now) - now;
    await grip.append(intentOf(grip.view(), standing, now, left));
    return;
  }
  return perform(grip, standing, act, executor, memory, deps);
}

/** Whether a call has surely ended: it was answered, or its session was ended. The call of the way forward counts for the way back too. */
const isOver = (effect: EffectId, { answered, ended }: Memory): boolean => answered.has(effect) || ended.has(effect);

/**
 * A call was sent whose outcome was never heard, by us or by an older owner, and it may still be under way. Its session is ended,
 * and the next turn looks again; where that can't be done, its time is waited out.
 */
async function endOlderCall(grip: Grip, effect: EffectId, memory: Memory, deps: DriveDeps): Promise<void> {
  try {
    // No call of ours is under way here, so sessions with our own fence go too; the tag keeps the ending session itself out of it.
    const io = { ...grip.io(deps.probeMs), tag: 'replops/evict' };
    const ended = await grip.engine.evict(grip.link, grip.view().id, grip.lease.fence + 1, io);
    memory.ended.add(effect);
    for (const sentence of ended) await grip.append({ kind: 'noted', at: deps.clock.now(), sentence });
  } catch (cause) {
    if (!isFault(cause) || cause.code === 'lease-lost') throw cause;
    await pause(grip, deps);
  }
}

async function perform(grip: Grip, standing: Standing, act: Act, executor: StepExecutor, memory: Memory, deps: DriveDeps): Promise<void> {
  const { step, view } = standing;
  if (view.effect === null) throw new TypeError(`step ${step.id} is performed without an intent`);
  if (step.pointOfNoReturn && grip.view().direction === 'forward' && !(await isSecure(grip, standing, deps))) return;
  const at = deps.clock.now();
  const sending: Entry = { kind: 'performing', at, step: step.id, effect: view.effect, quietAt: at + step.performMs + quietSlackMs };
  if ((await grip.append(sending)) === 'behind') return;
  const { effect } = view;
  try {
    await executor.perform(act, grip.link, { ...grip.io(step.performMs), told: (evidence) => void memory.told.set(effect, evidence) });
    memory.answered.add(view.effect);
  } catch (cause) {
    if (!isFault(cause) || cause.code === 'lease-lost') throw cause;
    if (cause.effect === 'applied') memory.answered.add(view.effect);
    if (cause.effect === 'not-applied') return refused(grip, standing, act, cause, deps);
    // A server that breaks off every call at once is not to be asked as fast as it can break them off.
    if (cause.effect === 'unknown') await pause(grip, deps);
  }
}

async function isSecure(grip: Grip, standing: Standing, deps: DriveDeps): Promise<boolean> {
  const problem = await deps.secure();
  if (problem === null) return true;
  await halt(grip, deps.clock, standing, {
    why: 'failed',
    sentence: `'${standing.step.title}' can't be taken back, and it was not begun: ${problem}`,
    next: 'Mend Redis and press Retry; or press Cancel to take back what was done.',
    evidence: {},
  });
  return false;
}

/** The call surely changed nothing: that is written down, and what may pass by itself is tried again within the step's budget. */
async function refused(grip: Grip, { step, view }: Standing, act: Act, fault: Fault, deps: DriveDeps): Promise<void> {
  if (view.effect === null) return;
  const entry: Entry = { kind: 'not-applied', at: deps.clock.now(), step: step.id, effect: view.effect, sentence: fault.message };
  while ((await grip.append(entry)) === 'behind');
  if (passing.includes(fault.code)) return pause(grip, deps);
  const standing = currentStanding(grip.view());
  if (standing?.step.id !== step.id) return;
  await halt(grip, deps.clock, standing, {
    why: grip.view().direction === 'undo' ? 'undo-failed' : 'failed',
    sentence: `'${act.title}' was refused and changed nothing: ${fault.message}`,
    next: 'Mend the cause and press Retry; or press Cancel.',
    evidence: { ...fault.facts },
  });
}

const isLate = ({ view }: Standing, { clock }: DriveDeps): boolean => clock.now() >= (view.deadlineAt ?? 0);

const pause = ({ lease }: Grip, { clock, pollMs }: DriveDeps): Promise<void> => clock.sleep(pollMs, lease.signal);

/** The budget is used up: a write stop is taken back by itself, anything else stops and asks. */
async function late(grip: Grip, standing: Standing, seen: string, deps: DriveDeps): Promise<void> {
  const run = grip.view();
  const at = deps.clock.now();
  const { step } = standing;
  if (run.direction === 'forward' && step.onLate === 'undo' && !isPastReturn(run)) {
    await grip.append({ kind: 'undo-begun', at, sentence: lateWords.takesBack(step.title, step.budgetMs, seen) });
    return;
  }
  await halt(grip, deps.clock, standing, {
    why: run.direction === 'undo' ? 'undo-failed' : 'late',
    sentence: lateWords.halts(actOf(run, step).title, step.budgetMs, seen),
    next: 'Press Retry to give it the same time again, Skip to go on without it, or Cancel.',
    evidence: {},
  });
}
