import type { Person } from '../domain/person.ts';
import { type Refusal, refuse } from '../domain/refusal.ts';
import { type Choice, type Entry, isFinal, type RunState, type RunView, type Vote } from '../domain/run.ts';
import type { Means } from '../domain/verdict.ts';
import { voteCounts } from '../policy/votes.ts';
import { decided } from './next.ts';
import { currentStanding, isPastReturn, standsStill } from './progress.ts';

/** What a person's word does to a run: entries to be written in order (none when it changes nothing), and a sentence for the person. */
export interface Decision {
  readonly kind: 'decision';
  readonly entries: readonly Entry[];
  readonly sentence: string;
}

const decision = (sentence: string, ...entries: readonly Entry[]): Decision => ({ kind: 'decision', entries, sentence });

export interface GivenVote {
  readonly person: Person;
  readonly choice: Choice;
  readonly means: Means;
  readonly reason: string | null;
  /** Plan hash that the button or message carried; null for a command. */
  readonly planHash: string | null;
}

/** Judges one vote. A vote that doesn't count is a refusal with the reason, and is not written. Pure. */
export function decideVote(run: RunView, given: GivenVote, now: number): Decision | Refusal {
  const requirement = run.requirement;
  if (run.state !== 'awaiting-approval' || requirement === null) return tooLate(run, 'take a vote');
  if (run.expiresAt !== null && now >= run.expiresAt) return tooLate({ ...run, state: 'expired' }, 'take a vote');
  if (given.planHash !== null && given.planHash !== run.planHash) {
    return refuse(
      'stale-plan',
      `Your vote was for another plan than the one that run ${run.id} has now, so it was not counted.`,
      'Read the plan as it is now and vote on that.',
    );
  }
  const counts = voteCounts(requirement, given.person, run.origin.person, given.means);
  if (counts.kind === 'refusal') return counts;
  const before = run.votes.find((vote) => vote.person === given.person.id);
  if (before?.choice === given.choice) return decision(`Your ${given.choice === 'approve' ? 'approval' : 'veto'} was counted already.`);
  const vote: Vote = {
    person: given.person.id,
    choice: given.choice,
    means: given.means,
    groups: counts.groups,
    reason: given.reason,
    at: now,
  };
  const votes = [...run.votes.filter((other) => other.person !== vote.person), vote];
  const end = decided(run, requirement, votes, now);
  const entry: Entry = { kind: 'voted', at: now, vote, planHash: run.planHash };
  if (end === null) return decision(`Your approval counts: ${votes.length} of ${requirement.quorum}.`, entry);
  const sentence =
    end.kind === 'denied' ? 'Your veto ended the run. Nothing was changed.' : 'Your approval completes the quorum; the run starts now.';
  return decision(sentence, entry, end);
}

/** Takes a vote back. Only until quorum, and a reaction that is taken away takes back only a vote that was a reaction. Pure. */
export function decideWithdrawal(run: RunView, person: Person, means: Means, now: number): Decision | Refusal {
  const vote = run.votes.find((one) => one.person === person.id);
  if (vote === undefined || (means === 'reaction' && vote.means !== 'reaction')) return decision('You had no vote to take back.');
  if (run.state !== 'awaiting-approval') return tooLate(run, 'give back a vote');
  return decision('Your vote was taken back.', { kind: 'vote-withdrawn', at: now, person: person.id, means });
}

/** Cancels what has not begun, asks a running run to take back what it did, and ends a halted one. Pure. */
export function decideCancel(run: RunView, person: Person, now: number): Decision | Refusal {
  if (isFinal(run.state)) return tooLate(run, 'be cancelled');
  if (run.state === 'running') {
    if (isPastReturn(run)) {
      if (standsStill(run)) return giveUpWaiting(run, now);
      return refuse(
        'illegal-move',
        `Run ${run.id} on ${run.plan.link} is past its point of no return, so it can't be cancelled while it runs.`,
        'Let it go on; when it halts or waits for somebody, you can give it up there.',
      );
    }
    if (run.cancelAskedBy !== null || run.direction === 'undo') return decision('It is being taken back already.');
    return decision('It stops after the present call and takes back what it did.', { kind: 'cancel-asked', at: now, by: person.id });
  }
  if (run.state === 'halted') return decideGivingUp(run, now);
  const sentence = 'It was cancelled before anything was changed.';
  return decision(sentence, { kind: 'cancelled', at: now, by: person.id, sentence });
}

function decideGivingUp(run: RunView, now: number): Decision {
  const databases = run.halt?.databases ?? 'The state of the databases is not known.';
  if (run.direction === 'forward' && !isPastReturn(run)) {
    const sentence = 'It was given up, so what was done is taken back.';
    return decision(sentence, { kind: 'undo-begun', at: now, sentence });
  }
  const sentence = `It was given up while it was halted: ${run.halt?.sentence ?? 'no reason is recorded.'}`;
  return decision('The run is given up; the databases stay as they are.', { kind: 'failed', at: now, sentence, databases, next: leftAsIs });
}

const leftAsIs = 'The databases stay as they are now; look at the link with describe and finish by hand or with a new run.';

/** Nobody has to wait for people who do not come: the link may be needed for a failover. */
function giveUpWaiting(run: RunView, now: number): Decision {
  const waiting = currentStanding(run);
  const sentence = `It was given up while it waited for people${waiting === null ? '' : `: ${waiting.step.title}.`}`;
  const ended = run.steps.filter(({ state }) => state === 'done' || state === 'skipped').length;
  const databases = `${ended} of ${run.steps.length} steps are done, and nothing of them is taken back.`;
  return decision('The run is given up; the databases stay as they are.', { kind: 'failed', at: now, sentence, databases, next: leftAsIs });
}

/** Lets a halted run go on with the step at which it stopped, looking before acting. Pure. */
export function decideRetry(run: RunView, person: Person, now: number): Decision | Refusal {
  if (run.state !== 'halted') return notHalted(run, 'retried');
  return decision('It goes on: the step is looked at again before anything is done.', { kind: 'retried', at: now, by: person.id });
}

/** Lets a halted run go on without the step at which it stopped. Pure. */
export function decideSkip(run: RunView, person: Person, reason: string, now: number): Decision | Refusal {
  if (run.state !== 'halted') return notHalted(run, 'skipped');
  const step = run.halt?.step ?? null;
  if (step === null) {
    return refuse(
      'illegal-move',
      `Run ${run.id} on ${run.plan.link} has no step left to skip; it halted at the last look at both sides.`,
      'Mend what it says and press Retry, or cancel the run.',
    );
  }
  return decision(`It goes on without step ${step}.`, { kind: 'skipped', at: now, step, by: person.id, reason });
}

/** Takes a person's word that a step of theirs is done. Pure. */
export function decideConfirmation(run: RunView, stepId: string, person: Person, means: Means, now: number): Decision | Refusal {
  const current = run.state === 'running' && run.direction === 'forward' ? currentStanding(run) : null;
  if (current?.step.id !== stepId || current.step.by !== 'person' || current.view.state !== 'underway') {
    const done = run.steps.find((step) => step.id === stepId)?.confirmedBy ?? null;
    if (done !== null) return decision('It was confirmed already.');
    return refuse(
      'illegal-move',
      `Run ${run.id} on ${run.plan.link} is not waiting for step ${stepId}.`,
      'Look at the run to see where it is.',
    );
  }
  if (current.view.confirmedBy !== null) return decision('It was confirmed already.');
  return decision('Thank you; the run goes on.', { kind: 'confirmed', at: now, step: stepId, by: person.id, means });
}

const stateWords: Readonly<Record<RunState, string>> = {
  proposed: 'has only just been proposed',
  'awaiting-approval': 'awaits approval',
  queued: 'is approved already and about to start',
  running: 'is running already',
  halted: 'has halted',
  succeeded: 'has succeeded',
  failed: 'has failed',
  undone: 'was undone',
  cancelled: 'was cancelled',
  denied: 'was denied',
  expired: 'has expired',
};

function tooLate(run: RunView, what: string): Refusal {
  const next = isFinal(run.state) ? 'Ask for a new run if it is still wanted.' : 'Look at the run to see where it is.';
  return refuse('too-late', `Run ${run.id} on ${run.plan.link} ${stateWords[run.state]}, so it can't ${what} any more.`, next);
}

const notHalted = (run: RunView, what: string): Refusal =>
  refuse(
    'illegal-move',
    `Run ${run.id} on ${run.plan.link} ${stateWords[run.state]}, so no step can be ${what}.`,
    'Look at the run to see where it is.',
  );
