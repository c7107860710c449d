import type { UserId } from '../domain/ids.ts';
import type { Link } from '../domain/link.ts';
import type { OperationName } from '../domain/operation.ts';
import type { Person } from '../domain/person.ts';
import { type Refusal, refuse } from '../domain/refusal.ts';
import type { Vote } from '../domain/run.ts';
import type { Means, Requirement } from '../domain/verdict.ts';
import { rulingOn, standingProblem } from './judge.ts';
import { type Ask, compare } from './match.ts';
import type { Policy } from './rules.ts';
import { eitherOf, ended } from './words.ts';

/** A vote that counts, and the groups for which it does. */
export interface CountingVote {
  readonly kind: 'counts';
  readonly groups: readonly string[];
}

const problemOf = (person: Person): string => (person.groupsProblem === null ? '' : ` ${ended(person.groupsProblem)}`);

/** Whether a vote (approval or veto) by this person and means counts towards the requirement; if not, why. Never throws. */
export function voteCounts(requirement: Requirement, person: Person, requester: UserId, means: Means): CountingVote | Refusal {
  const { from, means: accepted, requesterExcluded } = requirement;
  const problem = standingProblem(person.standing);
  if (problem !== null)
    return refuse(
      'not-eligible',
      `Your vote was not counted: only full members of the workspace count, and you are ${problem}.`,
      `Ask somebody in ${eitherOf(from)} to vote.`,
    );
  if (requesterExcluded && person.id === requester)
    return refuse(
      'not-eligible',
      'Your vote was not counted: you asked for this run, and nobody approves their own.',
      `Ask somebody else in ${eitherOf(from)} to vote; you can cancel the run.`,
    );
  const groups = from.filter((group) => person.groups.includes(group));
  if (groups.length === 0)
    return refuse(
      'not-eligible',
      `Your vote was not counted: you are not in ${eitherOf(from)}.${problemOf(person)}`,
      `Ask somebody in ${eitherOf(from)} to vote.`,
    );
  if (!accepted.includes(means))
    return refuse(
      'not-eligible',
      `Your vote was not counted: votes on this run count by ${eitherOf(accepted)}, not by ${means}.`,
      `Vote again by ${eitherOf(accepted)}.`,
    );
  return { kind: 'counts', groups };
}

/**
 * Whether these standing votes are enough: at least `quorum` distinct people approved, each for a group and by a means that
 * counts, and nobody vetoed. A requirement whose quorum is not a whole number from 1 is never reached.
 */
export function quorumReached(requirement: Requirement, votes: readonly Vote[]): boolean {
  const { quorum, from, means } = requirement;
  if (!Number.isSafeInteger(quorum) || quorum < 1) return false;
  if (votes.some(({ choice }) => choice === 'veto')) return false;
  const counting = votes.filter((vote) => means.includes(vote.means) && vote.groups.some((group) => from.includes(group)));
  return new Set(counting.map(({ person }) => person)).size >= quorum;
}

/** Who wants to govern which run. */
export interface Governance {
  readonly person: Person;
  readonly requester: UserId;
  /** What the run's approval asked for; null when it needed none. */
  readonly requirement: Requirement | null;
  /** undefined when the config has the link no more. */
  readonly link: Pick<Link, 'id' | 'engine' | 'environment'> | undefined;
  readonly operation: OperationName;
}

/** Groups that may break the glass for the operation on the link, whoever asks. */
function glassGroups(policy: Policy, ask: Ask): readonly string[] {
  return policy.rules.flatMap((rule) =>
    compare({ ...rule.match, askers: null }, ask).kind === 'fits' ? (rule.breakGlass?.groups ?? []) : [],
  );
}

/** Groups that may govern besides the requester, and whether the present policy would let the person do the same unapproved. */
function entitledBy(policy: Policy | null, governance: Governance): { readonly groups: readonly string[]; readonly alike: boolean } {
  const { person, requirement, link, operation } = governance;
  const approvers = requirement?.from ?? [];
  if (policy === null || link === undefined) return { groups: approvers, alike: false };
  // Governing stops or finishes what is under way, so freezes do not matter, and neither does the time.
  const ask = { operation, link, person, at: 0 };
  const ruling = rulingOn(policy, ask);
  const alike = requirement === null && ruling.kind === 'ruled' && ruling.rule.decision.kind === 'allowed';
  return { groups: [...new Set([...approvers, ...glassGroups(policy, ask)])], alike };
}

/**
 * Why somebody may not cancel, deny, retry, skip or confirm on a run; null when they may: the requester, whoever could approve it,
 * whoever may break the glass for it, and for a run that needed no approval whoever is allowed the same. Without a policy (null)
 * the requester and the approvers that the run was frozen with still may, so that a run can always be stopped. Never throws.
 */
export function mayGovern(policy: Policy | null, governance: Governance): Refusal | null {
  const { person, requester, operation, link } = governance;
  const target = `this ${operation}${link === undefined ? '' : ` of ${link.id}`}`;
  const problem = standingProblem(person.standing);
  if (problem !== null) {
    const sentence = `You may not decide on ${target}: only full members of the workspace may, and you are ${problem}.`;
    return refuse('not-eligible', sentence, 'Ask a full member of the workspace.');
  }
  if (person.id === requester) return null;
  const { groups, alike } = entitledBy(policy, governance);
  if (alike || groups.some((group) => person.groups.includes(group))) return null;
  const others = groups.length === 0 ? '' : ` or somebody in ${eitherOf(groups)}`;
  return refuse(
    'not-permitted',
    `You may not decide on ${target}: that is for <@${requester}>${others}.${problemOf(person)}`,
    `Ask <@${requester}>${others} to do it.`,
  );
}
