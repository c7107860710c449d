import { isFault } from '../domain/faults.ts';
import type { ChannelId } from '../domain/ids.ts';
import type { Finding } from '../domain/reply.ts';
import type { SlackCalls } from './calls.ts';
import type { Channel, Channels } from './channels.ts';
import type { Groups } from './groups.ts';
import { slackMethods } from './methods.ts';
import type { Receiver } from './receiver.ts';

export interface DoctorDeps {
  readonly calls: SlackCalls;
  readonly channels: Channels;
  readonly groups: Groups;
  readonly receiver: Receiver;
  readonly incidentChannels: readonly ChannelId[];
}

/** Scopes without which something is not heard; those of the methods come on top. */
export const heardScopes = ['commands', 'app_mentions:read', 'im:history', 'reactions:read', 'usergroups:read'] as const;

/** Every scope that the bot's code makes use of, sorted. */
export const neededScopes: readonly string[] = [
  ...new Set<string>([...heardScopes, ...Object.values(slackMethods).flatMap(({ scopes }) => scopes)]),
].sort();

const passed = (name: string, seen: string): Finding => ({ name, outcome: 'passed', seen, next: null });
const warned = (name: string, seen: string, next: string): Finding => ({ name, outcome: 'warned', seen, next });
const failed = (name: string, seen: string, next: string): Finding => ({ name, outcome: 'failed', seen, next });

async function token(calls: SlackCalls): Promise<Finding> {
  const name = 'Slack token';
  try {
    const { team, team_id: id, response_metadata: metadata } = await calls.call('auth.test', {});
    const granted = metadata?.scopes;
    const where = `The bot token works in ${team ?? id}`;
    if (granted === undefined)
      return warned(name, `${where}, but Slack did not say which scopes it has.`, 'Compare the scopes of the app with manifest.yml.');
    const missing = neededScopes.filter((scope) => !granted.includes(scope));
    if (missing.length > 0)
      return failed(
        name,
        `${where}, but these scopes are missing: ${missing.join(', ')}.`,
        'Add them in the app’s settings as in manifest.yml, and reinstall the app.',
      );
    const spare = granted.filter((scope) => scope !== '' && !neededScopes.includes(scope));
    if (spare.length > 0)
      return warned(
        name,
        `${where} and has scopes that nothing uses: ${spare.join(', ')}.`,
        'Take them away, so that a stolen token can do less.',
      );
    return passed(name, `${where} and has all ${neededScopes.length} scopes.`);
  } catch (cause) {
    if (!isFault(cause)) throw cause;
    return failed(name, cause.message, 'Check the bot token and whether slack.com can be reached from here.');
  }
}

function reception(receiver: Receiver): Finding {
  const { receiving, healthy, sentence, connections, problems } = receiver.health();
  const all = connections > 0 ? ` The app has ${connections} open in all processes.` : '';
  if (receiving && problems.length === 0) return passed('Slack reception', `${sentence}${all}`);
  const seen = `${sentence}${all} ${problems.join('; ')}.`;
  const next = 'Check the app-level token, and that nobody else opens sockets for this app (Slack allows 10).';
  return receiving || healthy ? warned('Slack reception', seen, next) : failed('Slack reception', seen, next);
}

function channelFinding(id: ChannelId, { reach, joined, archived, name, refused }: Channel): Finding {
  const title = `Incident channel ${name === null ? id : `#${name}`}`;
  if (refused !== null)
    return failed(
      title,
      `Slack does not show this channel to the bot (${refused}).`,
      'Invite the bot there, or correct the id in the config.',
    );
  if (archived)
    return failed(title, 'This channel is archived, so nobody hears of runs there.', 'Unarchive it, or name another one in the config.');
  if (!joined) return failed(title, 'The bot is not a member of this channel.', 'Invite it there with /invite.');
  if (reach !== 'internal')
    return warned(
      title,
      'This channel is shared with another organisation, which reads what is told there.',
      'Name a channel of your own workspace in the config.',
    );
  return passed(title, 'The bot is a member of this channel.');
}

async function groupFindings(groups: Groups): Promise<readonly Finding[]> {
  return (await groups.look()).map(({ name, source, people, refused }) => {
    const title = `Group ${name}`;
    if (refused !== null) {
      const used = people === 0 ? 'and the config has no fixed list, so nobody is in it' : `so the config's fixed list of ${people} counts`;
      return (people === 0 ? failed : warned)(
        title,
        `Slack does not say who is in it (${refused}), ${used}.`,
        'Check the id of the user group, and whether the workspace has user groups at all.',
      );
    }
    if (people === 0) return warned(title, 'Nobody is in this group, so no approval can come from it.', 'Add people to it.');
    return passed(title, `It has ${people} ${people === 1 ? 'person' : 'people'}, by ${source === 'slack' ? 'Slack' : 'the config'}.`);
  });
}

/** Looks at everything that Slack has to provide. Throws only for bugs. */
export async function examineSlack({ calls, channels, groups, receiver, incidentChannels }: DoctorDeps): Promise<readonly Finding[]> {
  const seen = await Promise.all([...new Set(incidentChannels)].map(async (id) => channelFinding(id, await channels.look(id))));
  return [await token(calls), reception(receiver), ...seen, ...(await groupFindings(groups))];
}
