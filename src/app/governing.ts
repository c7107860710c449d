import type { App } from '../app.ts';
import { asRunId, type RunId, type UserId } from '../domain/ids.ts';
import type { Person } from '../domain/person.ts';
import { isRefusal, type Refusal, refuse } from '../domain/refusal.ts';
import type { Reply } from '../domain/reply.ts';
import type { Entry, RunView } from '../domain/run.ts';
import { mayGovern } from '../policy/votes.ts';
import { type Decision, decideCancel, decideConfirmation, decideRetry, decideSkip, decideVote, decideWithdrawal } from '../runs/decide.ts';
import { fold, foldMore } from '../runs/fold.ts';
import type { AppDeps } from './deps.ts';

export type Governing = Pick<App, 'vote' | 'withdraw' | 'confirm' | 'cancel' | 'retry' | 'skip'>;

type Decide = (run: RunView, person: Person) => Decision | Refusal;

/** How often a word is decided anew because somebody wrote in between, before the person is asked to try again. */
const mostTries = 20;

/** What people say to runs: every word is decided on the run as it is, and written only if nobody wrote in between. */
export function createGoverning(deps: AppDeps): Governing {
  const { clock, policy } = deps;
  const speak = (run: RunId, by: UserId, decide: Decide): Promise<Reply> => say(deps, run, by, decide);

  /** Cancel, retry, skip and confirm are for the requester and for those who could have approved the run. */
  const governed = async (id: RunId, by: UserId, decide: Decide): Promise<Reply> => {
    const rules = await policy.current();
    return speak(id, by, (run, person) => {
      const link = deps.links.get(run.plan.link);
      const objection = mayGovern(rules, {
        person,
        requester: run.origin.person,
        requirement: run.requirement,
        link,
        operation: run.plan.operation.kind,
      });
      return objection ?? decide(run, person);
    });
  };

  return {
    vote: (ballot) => speak(ballot.run, ballot.person, (run, person) => decideVote(run, { ...ballot, person }, clock.now())),
    withdraw: (run, by, means) => speak(run, by, (view, person) => decideWithdrawal(view, person, means, clock.now())),
    confirm: (run, step, by, means) => governed(run, by, (view, person) => decideConfirmation(view, step, person, means, clock.now())),
    cancel: (run, by) => governed(run, by, (view, person) => decideCancel(view, person, clock.now())),
    retry: (run, by) => governed(run, by, (view, person) => decideRetry(view, person, clock.now())),
    skip: (run, by, reason) => governed(run, by, (view, person) => decideSkip(view, person, reason, clock.now())),
  };
}

async function say(deps: AppDeps, id: RunId, by: UserId, decide: Decide): Promise<Reply> {
  const records = await deps.journal.read(asRunId(id));
  if (records.length === 0) return refuse('unknown-run', `There is no run '${id}'.`, 'Ask for `runs` to see them.');
  const person = await deps.people.person(by);
  let run = fold(records);
  for (let tries = 0; tries < mostTries; tries += 1) {
    const decision = decide(run, person);
    if (isRefusal(decision)) return decision;
    const after = await write(deps, run, decision.entries);
    if (after.kind === 'written') {
      if (decision.entries.length > 0) deps.nudge(run.id);
      return { kind: 'accepted', run: after.run, sentence: decision.sentence, by };
    }
    run = after.run;
  }
  return refuse('not-possible-now', `Run ${id} is being written to by too many at once, so your word was not taken.`, 'Try again.');
}

/**
 * Writes a decision's entries. Only the first needs the run to be as it was decided on: what follows it in a decision is what the
 * worker would write by itself from the same state, so when somebody comes in between, it is left to the worker.
 */
async function write(deps: AppDeps, before: RunView, entries: readonly Entry[]): Promise<{ kind: 'written' | 'behind'; run: RunView }> {
  let run = before;
  for (const [index, entry] of entries.entries()) {
    const answer = await deps.journal.append({ run: run.id, fence: null, expectedSeq: run.seq, entry, dueInMs: 0 });
    run = foldMore(run, await deps.journal.read(run.id, run.seq));
    if (answer.kind === 'behind' || answer.kind === 'fenced') return { kind: index === 0 ? 'behind' : 'written', run };
  }
  return { kind: 'written', run };
}
