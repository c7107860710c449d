import type { Clock } from '../domain/clock.ts';
import { isFault } from '../domain/faults.ts';
import { asUserId } from '../domain/ids.ts';
import type { Log } from '../domain/log.ts';
import type { People, Person } from '../domain/person.ts';
import type { SlackCalls } from './calls.ts';
import type { Groups } from './groups.ts';
import type { SlackUser } from './methods.ts';
import { createRecent } from './recent.ts';
import { bearers, nameOf, standingOf } from './standing.ts';

export interface PeopleDeps {
  readonly calls: SlackCalls;
  readonly clock: Clock;
  readonly log: Log;
  readonly groups: Groups;
  /** Workspaces whose people are ours; empty as long as it is not known which, and then nobody is. */
  readonly teams: () => readonly string[];
}

/**
 * Oldest user object that may decide, ms. Far below the 5 min that are safe, since no event tells every process of a deactivation.
 */
const freshMs = 60_000;
/** The whole list is only for names typed by hand, ms. */
const listMs = 300_000;
/** 200 people each; beyond that nobody is found by name. */
const mostPages = 100;

/** Who somebody is, by Slack. Fails closed: whoever cannot be looked up is `unknown`. */
export function createPeople({ calls, clock, log, groups, teams }: PeopleDeps): People {
  const users = createRecent<SlackUser>(
    clock,
    () => freshMs,
    async (user) => (await calls.call('users.info', { user })).user,
  );
  const everybody = createRecent<readonly SlackUser[]>(
    clock,
    () => listMs,
    async () => {
      const found: SlackUser[] = [];
      let cursor = '';
      for (let page = 0; page < mostPages; page += 1) {
        const answer = await calls.call('users.list', { limit: 200, ...(cursor === '' ? {} : { cursor }) });
        found.push(...answer.members);
        cursor = answer.response_metadata?.next_cursor ?? '';
        if (cursor === '') return found;
      }
      // With part of the list a name could seem to have one bearer and have two.
      return [];
    },
  );
  const unheard = (event: string, cause: unknown) =>
    log.warn({ event, error: isFault(cause) ? (cause.facts['error'] ?? cause.code) : 'bug', cause }, 'Slack did not say who somebody is.');

  return {
    async person(id): Promise<Person> {
      try {
        const user = await users.get(id);
        // Slack answered about somebody else: nothing may be concluded.
        const standing = user.id === id ? standingOf(user, teams()) : 'unknown';
        const { groups: names, problem } = standing === 'member' ? await groups.of(id) : { groups: [], problem: null };
        return { id, name: nameOf(user), standing, groups: names, groupsProblem: problem };
      } catch (cause) {
        unheard('slack.person.unknown', cause);
        return {
          id,
          name: id,
          standing: 'unknown',
          groups: [],
          groupsProblem: 'Slack did not say who this is, so nothing could be looked up.',
        };
      }
    },
    async byName(name) {
      try {
        const [first, ...others] = bearers(await everybody.get('all'), name);
        return first !== undefined && others.length === 0 ? asUserId(first) : null;
      } catch (cause) {
        unheard('slack.name.unknown', cause);
        return null;
      }
    },
  };
}
