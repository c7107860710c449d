import type { Standing } from '../domain/person.ts';
import type { SlackUser } from './methods.ts';

/** Slackbot says of itself that it is no bot. */
const slackbot = 'USLACKBOT';

/** What somebody counts as, by Slack's own word; `teams` are the workspaces whose people are ours. Whatever Slack leaves out counts against. */
export function standingOf(user: SlackUser, teams: readonly string[]): Standing {
  if (user.id === slackbot || user.is_bot === true || user.is_workflow_bot === true) return 'bot';
  if (user.deleted === true) return 'deactivated';
  const homes = [user.team_id, ...(user.enterprise_user?.teams ?? [])].filter((team) => team !== undefined);
  if (homes.length === 0) return 'unknown';
  if (user.is_stranger === true || !homes.some((team) => teams.includes(team))) return 'stranger';
  if (user.is_restricted === true || user.is_ultra_restricted === true) return 'guest';
  // Somebody who has not accepted the invitation has proved nothing yet.
  if (user.is_invited_user === true) return 'stranger';
  // A user object that does not say whether it is a guest or gone is not one that Slack documents.
  if (user.is_restricted === undefined || user.is_ultra_restricted === undefined || user.deleted === undefined) return 'unknown';
  return user.is_bot === undefined ? 'unknown' : 'member';
}

/** The name that others see; the handle when the person chose none. */
export const nameOf = (user: SlackUser): string =>
  [user.profile?.display_name, user.profile?.real_name, user.name].find((name) => name !== undefined && name !== '') ?? user.id;

/** One spelling for names that look the same. */
const plainName = (name: string): string => name.normalize('NFKC').replace(/^@/, '').trim().toLowerCase();

/** Ids of the people who bear a name: handle, display name or full name, in any case. */
export function bearers(users: readonly SlackUser[], name: string): readonly string[] {
  const wanted = plainName(name);
  if (wanted === '') return [];
  const bears = ({ name: handle, profile }: SlackUser) =>
    [handle, profile?.display_name, profile?.real_name].some((one) => one !== undefined && plainName(one) === wanted);
  return users.filter((user) => user.deleted !== true && bears(user)).map(({ id }) => id);
}
