import { asEffectId } from '../domain/ids.ts';
import type { Entry, RunView, Vote } from '../domain/run.ts';
import { isFinal } from '../domain/run.ts';
import { type Standing, standings, toUndo } from '../domain/standing.ts';
import type { Requirement } from '../domain/verdict.ts';
import { quorumReached } from '../policy/votes.ts';
import { currentStanding, isPastReturn } from './progress.ts';

/** What the worker that holds a run has to do next. */
export type Next =
  | { readonly kind: 'write'; readonly entry: Entry }
  /** Take the link, judge again, observe, plan anew, and begin. */
  | { readonly kind: 'begin' }
  | { readonly kind: 'drive'; readonly standing: Standing }
  /** All steps are done: look at both sides and close the run. */
  | { readonly kind: 'close' }
  /** All inverses are done: look at both sides and say what differs from the start. */
  | { readonly kind: 'close-undo' }
  /** Nothing to do until then (ms since the epoch), or until somebody writes an entry. */
  | { readonly kind: 'wait'; readonly until: number | null }
  /** Give the link back and take the run off the list. */
  | { readonly kind: 'clean-up' };

/** Least time that an inverse gets, ms: undoing has a fresh deadline, whatever was left of the step's own. */
const leastUndoMs = 120_000;

/** Time in which a run has to start that broke the glass in a freeze, where no rule gives one, ms. */
const brokenGlassMs = 900_000;

/** Decides the next move of a run from its state and the wall time alone. Pure. */
export function next(run: RunView, now: number): Next {
  if (isFinal(run.state)) return { kind: 'clean-up' };
  switch (run.state) {
    case 'proposed':
      return { kind: 'write', entry: afterProposal(run, now) };
    case 'awaiting-approval':
      return whileAsking(run, now);
    case 'queued':
      return expired(run, now)
        ? {
            kind: 'write',
            entry: { kind: 'expired', at: now, sentence: 'It was approved, but could not start in the time that the rule gives.' },
          }
        : { kind: 'begin' };
    case 'halted':
      return { kind: 'wait', until: null };
    default:
      return run.direction === 'forward' ? forward(run, now) : back(run, now);
  }
}

const expired = (run: RunView, now: number): boolean => run.expiresAt !== null && now >= run.expiresAt;

function afterProposal(run: RunView, now: number): Entry {
  const { verdict } = run;
  if (run.breakGlass !== null && verdict.breakGlass) {
    return run.glassBroken === null
      ? { kind: 'glass-broken', at: now, person: run.origin.person, reason: run.breakGlass }
      : { kind: 'approved', at: now, by: [], startBy: now + startWithinMs(run) };
  }
  if (verdict.kind === 'refused') return { kind: 'cancelled', at: now, by: null, sentence: verdict.sentence };
  if (verdict.kind === 'allowed') return { kind: 'approved', at: now, by: [], startBy: now + startWithinMs(run) };
  return { kind: 'approval-asked', at: now, requirement: verdict.requirement, expiresAt: now + verdict.requirement.approvalWithinMs };
}

function startWithinMs(run: RunView): number {
  const { verdict } = run;
  if (verdict.kind === 'allowed') return verdict.startWithinMs;
  return verdict.kind === 'needs-approval' ? verdict.requirement.startWithinMs : brokenGlassMs;
}

function whileAsking(run: RunView, now: number): Next {
  const requirement = run.requirement;
  if (requirement === null) throw new TypeError(`run ${run.id} asks for approval without saying which`);
  const entry = decided(run, requirement, run.votes, now);
  if (entry !== null) return { kind: 'write', entry };
  if (expired(run, now)) {
    const sentence = `Nobody decided in time: ${run.votes.length} of ${requirement.quorum} approvals were there.`;
    return { kind: 'write', entry: { kind: 'expired', at: now, sentence } };
  }
  return { kind: 'wait', until: run.expiresAt };
}

/** The decision that the votes have come to; null while there is none. One veto ends it. Pure. */
export function decided(run: RunView, requirement: Requirement, votes: readonly Vote[], now: number): Entry | null {
  const veto = votes.find((vote) => vote.choice === 'veto');
  if (veto !== undefined) return { kind: 'denied', at: now, by: veto.person, reason: veto.reason };
  if (!quorumReached(requirement, votes)) return null;
  return { kind: 'approved', at: now, by: votes.map((vote) => vote.person), startBy: now + startWithinMs(run) };
}

function forward(run: RunView, now: number): Next {
  if (run.cancelAskedBy !== null && !isPastReturn(run)) return { kind: 'write', entry: afterCancel(run, run.cancelAskedBy, now) };
  const current = currentStanding(run);
  if (current === null) return { kind: 'close' };
  const { step, view } = current;
  if (needsIntent(current)) return { kind: 'write', entry: intentOf(run, current, now, step.budgetMs) };
  if (step.by === 'engine') return { kind: 'drive', standing: current };
  if (view.confirmedBy !== null) return { kind: 'write', entry: confirmedEntry(current, view.confirmedBy, now) };
  return { kind: 'wait', until: null };
}

function confirmedEntry({ step, view }: Standing, by: string, now: number): Entry {
  return {
    kind: 'done',
    at: now,
    step: step.id,
    effect: view.effect ?? asEffectId(step.id),
    evidence: { 'confirmed by': by },
    undoing: false,
  };
}

function afterCancel(run: RunView, by: NonNullable<RunView['cancelAskedBy']>, now: number): Entry {
  const touched = toUndo(run).length > 0 || standings(run).some(({ view }) => view.calls > 0);
  return touched
    ? { kind: 'undo-begun', at: now, sentence: 'It was cancelled, so what was done is taken back.' }
    : { kind: 'cancelled', at: now, by, sentence: 'It was cancelled before anything was changed.' };
}

function back(run: RunView, now: number): Next {
  const current = currentStanding(run);
  if (current === null) return { kind: 'close-undo' };
  if (current.view.state !== 'undoing' || current.view.deadlineAt === null) {
    return { kind: 'write', entry: intentOf(run, current, now, Math.max(current.step.budgetMs, leastUndoMs)) };
  }
  return { kind: 'drive', standing: current };
}

const needsIntent = ({ view }: Standing): boolean => view.state === 'todo' || view.deadlineAt === null;

/** The intent that has to stand in the journal before a step is touched; a retry or another attempt gets a new effect id. Pure. */
export function intentOf(run: RunView, { step, view }: Standing, now: number, budgetMs: number): Entry {
  const undoing = run.direction === 'undo';
  const attempt = undoing && view.state !== 'undoing' ? 1 : view.attempts + 1;
  return {
    kind: 'intent',
    at: now,
    step: step.id,
    effect: asEffectId(`${run.id}/${step.id}/${undoing ? 'undo/' : ''}${attempt}`),
    attempt,
    deadlineAt: now + budgetMs,
    inverse: undoing ? null : step.undo.kind === 'act' ? step.undo.act : null,
    undoing,
  };
}
