import type { Clock } from '../domain/clock.ts';
import { isFault } from '../domain/faults.ts';
import type { Log } from '../domain/log.ts';
import type { SlackCalls } from './calls.ts';
import { createRecent } from './recent.ts';

/** A group of the config: who is in it is asked of Slack where a user group is named. */
export interface GroupSource {
  readonly name: string;
  /** Slack's id of a user group (`S…`); null for a group that only the config knows. */
  readonly usergroup: string | null;
  /** User ids; the whole group when there is no user group, the fallback when Slack cannot be asked. */
  readonly fixed: readonly string[];
}

export interface Groups {
  /** Never throws. `problem` is a sentence when Slack could not be asked about some group. */
  of(user: string): Promise<{ readonly groups: readonly string[]; readonly problem: string | null }>;
  /** Slack says that a user group changed. */
  changed(usergroup: string): void;
  /** What each group rests on, for `doctor`. */
  look(): Promise<
    readonly { readonly name: string; readonly source: 'slack' | 'config'; readonly people: number; readonly refused: string | null }[]
  >;
}

/** Oldest answer that may decide, ms. */
const freshMs = 60_000;
/** How long a refusal is believed before Slack is asked again, ms: the method allows 20 calls a minute. */
const refusedMs = 10_000;

type Members = { readonly kind: 'read'; readonly users: ReadonlySet<string> } | { readonly kind: 'refused'; readonly error: string };

export interface GroupsDeps {
  readonly calls: SlackCalls;
  readonly clock: Clock;
  readonly log: Log;
  readonly sources: readonly GroupSource[];
}

/** Who is in which group, at most 60 s old. */
export function createGroups({ calls, clock, log, sources }: GroupsDeps): Groups {
  const members = createRecent<Members>(
    clock,
    ({ kind }) => (kind === 'read' ? freshMs : refusedMs),
    async (usergroup) => {
      try {
        const { users } = await calls.call('usergroups.users.list', { usergroup });
        return { kind: 'read', users: new Set(users) };
      } catch (cause) {
        const error = isFault(cause) ? String(cause.facts['error'] ?? cause.code) : 'bug';
        log.warn({ event: 'slack.group.refused', usergroup, error, cause }, 'Slack did not say who is in a user group.');
        return { kind: 'refused', error };
      }
    },
  );

  async function resolve({ name, usergroup, fixed }: GroupSource) {
    if (usergroup === null) return { name, source: 'config' as const, users: new Set(fixed), refused: null };
    const answer = await members.get(usergroup);
    return answer.kind === 'read'
      ? { name, source: 'slack' as const, users: answer.users, refused: null }
      : { name, source: 'config' as const, users: new Set(fixed), refused: answer.error };
  }

  return {
    async of(user) {
      const resolved = await Promise.all(sources.map(resolve));
      const refused = resolved.filter((group) => group.refused !== null);
      const problem = refused.map(
        ({ name, refused: error, users }) =>
          `Slack does not say who is in ${name} (${error}), so ${users.size === 0 ? 'nobody counts as in it' : 'the fixed list of the config is used'}.`,
      );
      return {
        groups: resolved.filter(({ users }) => users.has(user)).map(({ name }) => name),
        problem: problem.length === 0 ? null : problem.join(' '),
      };
    },
    changed: (usergroup) => members.forget(usergroup),
    look: async () => (await Promise.all(sources.map(resolve))).map(({ users, ...group }) => ({ ...group, people: users.size })),
  };
}
