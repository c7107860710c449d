import { asUserId, type UserId } from '../domain/ids.ts';
import type { Intent, PersonRef } from '../domain/intent.ts';
import { operationNames } from '../domain/operation.ts';
import type { Person } from '../domain/person.ts';
import { isRefusal, type Refusal, refuse } from '../domain/refusal.ts';
import type { Reply } from '../domain/reply.ts';
import type { RunView } from '../domain/run.ts';
import { quorumReached, voteCounts } from '../policy/votes.ts';
import { type AppDeps, linkAndEngine } from './deps.ts';

export async function showPolicy(deps: AppDeps): Promise<Reply> {
  const shown = await deps.policy.show();
  return isRefusal(shown) ? shown : { kind: 'policy', ...shown };
}

/** What policy would say to somebody, at some time. Changes nothing. */
export async function judgeFor(deps: AppDeps, intent: Extract<Intent, { kind: 'policy-test' }>, asker: Person): Promise<Reply> {
  const found = linkAndEngine(deps, intent.link);
  if (isRefusal(found)) return found;
  const who = intent.as === null ? asker.id : await resolve(deps, intent.as);
  if (isRefusal(who)) return who;
  const person = await deps.people.person(who);
  const at = intent.at ?? deps.clock.now();
  const verdict = await deps.policy.judge({ operation: intent.operation, link: found.link, person, at });
  return { kind: 'judged', verdict, operation: intent.operation, link: intent.link, person, at };
}

async function resolve(deps: AppDeps, ref: PersonRef): Promise<UserId | Refusal> {
  if (ref.kind === 'id') return asUserId(ref.id);
  const id = await deps.people.byName(ref.name);
  return (
    id ??
    refuse(
      'bad-input',
      `Nobody here, or more than one person, goes by '@${ref.name}'.`,
      'Pick the person from the list that Slack offers after @.',
    )
  );
}

/** What the bot knows of a person, and what policy says to each operation on each link. */
export async function tellWho(deps: AppDeps, person: Person): Promise<Reply> {
  const at = deps.clock.now();
  const pairs = [...deps.links.values()].flatMap((link) =>
    operationNames
      .filter((name) => deps.engines.get(link.engine)?.operations[name] !== undefined)
      .map((operation) => ({ link, operation })),
  );
  const may = await Promise.all(
    pairs.map(async ({ link, operation }) => ({
      operation,
      link: link.id,
      sentence: (await deps.policy.judge({ operation, link, person, at })).sentence,
    })),
  );
  return { kind: 'whoami', person, may };
}

/**
 * Judges an approved run again, right before it starts: the policy, the groups and the standing of everybody who counted may have
 * changed. Null when all still holds. Used by the worker that starts the run.
 */
export async function recheck(
  deps: Pick<AppDeps, 'links' | 'engines' | 'policy' | 'people' | 'clock'>,
  run: RunView,
): Promise<Refusal | null> {
  const found = linkAndEngine(deps, run.plan.link);
  if (isRefusal(found)) return found;
  const requester = await deps.people.person(run.origin.person);
  const verdict = await deps.policy.judge({
    operation: run.plan.operation.kind,
    link: found.link,
    person: requester,
    at: deps.clock.now(),
  });
  if (run.glassBroken !== null) {
    return verdict.breakGlass
      ? null
      : refuse('not-permitted', `Breaking the glass is no longer permitted: ${verdict.sentence}`, 'Ask anew.');
  }
  if (verdict.kind === 'allowed') return null;
  if (verdict.kind === 'refused') return refuse(verdict.code, verdict.sentence, verdict.next);
  const counting = await Promise.all(
    run.votes.map(async (vote) => {
      const counts = voteCounts(verdict.requirement, await deps.people.person(vote.person), run.origin.person, vote.means);
      return counts.kind === 'refusal' ? [] : [vote];
    }),
  );
  if (quorumReached(verdict.requirement, counting.flat())) return null;
  return refuse(
    'not-permitted',
    `The rule '${verdict.rule ?? 'default'}' as it is now asks for ${verdict.requirement.quorum} approvals, and ${counting.flat().length} of those given still count.`,
    'Ask anew, so that the people who are entitled now can approve.',
  );
}
