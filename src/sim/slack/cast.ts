import type { ChannelSpec, GroupSpec, PersonSpec, Timing } from './options.ts';

/** The people a newcomer meets. */
export const defaultPeople: readonly PersonSpec[] = [
  { name: 'ana', realName: 'Ana Duarte', title: 'on-call engineer, requester' },
  { name: 'bob', realName: 'Bob Lindqvist', title: 'database approver' },
  { name: 'chloe', realName: 'Chloe Okafor', title: 'database approver' },
  { name: 'iris', realName: 'Iris Tanaka', title: 'incident commander' },
  { name: 'oscar', realName: 'Oscar Brandt', title: 'member without groups' },
  { name: 'amir', realName: 'Amir Haddad', title: 'workspace admin without groups', admin: true },
  { name: 'gwen', realName: 'Gwen Ferrari', title: 'guest', kind: 'guest' },
  { name: 'sam', realName: 'Sam Ortiz', title: 'single-channel guest', kind: 'single-channel-guest' },
  { name: 'stan', realName: 'Stan Novak', title: 'stranger from Northwind', kind: 'stranger' },
  { name: 'dora', realName: 'Dora Weiss', title: 'deactivated', kind: 'deactivated' },
  { name: 'deploybot', realName: 'Deploy Bot', title: 'another bot', kind: 'bot' },
];

export const defaultGroups: readonly GroupSpec[] = [
  { handle: 'dba', name: 'Database administrators', people: ['bob', 'chloe'] },
  { handle: 'oncall', name: 'On-call engineers', people: ['ana', 'bob'] },
  { handle: 'incident-command', name: 'Incident commanders', people: ['iris'] },
];

const staff = ['ana', 'bob', 'chloe', 'iris', 'oscar', 'amir'];

export const defaultChannels: readonly ChannelSpec[] = [
  {
    name: 'ops',
    kind: 'public',
    bot: true,
    people: [...staff, 'gwen', 'deploybot'],
    topic: 'Replication of the databases. Type /repl help',
  },
  { name: 'incidents', kind: 'public', bot: true, people: [...staff, 'sam'], topic: 'What is broken, and who is on it' },
  { name: 'random', kind: 'public', bot: false, people: staff },
  { name: 'dba-private', kind: 'private', bot: true, people: ['bob', 'chloe', 'iris'] },
  { name: 'northwind-shared', kind: 'connect', bot: true, people: ['ana', 'bob', 'stan'], topic: 'Shared with Northwind' },
  { name: 'old-ops', kind: 'public', bot: true, people: ['ana', 'bob'], archived: true },
];

export const defaultScopes: readonly string[] = [
  ...['commands', 'chat:write', 'app_mentions:read', 'reactions:read', 'reactions:write', 'users:read', 'usergroups:read'],
  ...['channels:manage', 'channels:read', 'channels:history', 'groups:read', 'groups:write', 'groups:history'],
  ...['im:read', 'im:write', 'im:history', 'channels:join', 'pins:write', 'bookmarks:write', 'files:write'],
];

export const defaultSubscriptions: readonly string[] = [
  ...['app_home_opened', 'app_mention', 'message.im', 'reaction_added', 'reaction_removed', 'member_joined_channel', 'member_left_channel'],
  ...['channel_archive', 'channel_rename', 'subteam_members_changed', 'app_uninstalled', 'tokens_revoked'],
];

export const slackTiming: Timing = {
  ackDeadlineMs: 3_000,
  eventRetryDelaysMs: [200, 60_000, 300_000],
  triggerLifeMs: 3_000,
  responseUrlLifeMs: 30 * 60_000,
};
