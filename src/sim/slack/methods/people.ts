import type { JsonObject } from '../../../domain/json.ts';
import { type Answer, type Call, type Methods, needs, no, pageOf, yes } from '../api-method.ts';
import { asText, type Group, isTrue, type Person } from '../model.ts';
import { slackbot, type World } from '../world.ts';

/** A user object; `profile.email` only with its scope. */
function userJson(person: Person, withEmail: boolean): JsonObject {
  const guest = person.kind === 'guest' || person.kind === 'single-channel-guest';
  return {
    id: person.id,
    team_id: person.teamId,
    name: person.name,
    real_name: person.realName,
    deleted: person.kind === 'deactivated',
    tz: 'Europe/Amsterdam',
    tz_offset: 3600,
    is_admin: person.admin,
    is_owner: false,
    is_primary_owner: false,
    is_restricted: guest,
    is_ultra_restricted: person.kind === 'single-channel-guest',
    is_bot: person.kind === 'bot',
    is_app_user: false,
    ...(person.kind === 'stranger' ? { is_stranger: true } : {}),
    ...(person.kind === 'invited' ? { is_invited_user: true } : {}),
    updated: 1_700_000_000,
    profile: {
      real_name: person.realName,
      display_name: person.name,
      title: person.title,
      team: person.teamId,
      ...(withEmail && person.kind !== 'bot' ? { email: `${person.name}@acme.example` } : {}),
    },
  };
}

/** Slackbot claims not to be a bot. */
const slackbotJson = (world: World): JsonObject => ({
  ...userJson(
    { id: slackbot, name: 'slackbot', realName: 'Slackbot', title: '', kind: 'member', admin: false, teamId: world.team.id },
    false,
  ),
});

function groupJson(world: World, group: Group, withPeople: boolean): JsonObject {
  return {
    id: group.id,
    team_id: world.team.id,
    is_usergroup: true,
    is_subteam: true,
    name: group.name,
    description: '',
    handle: group.handle,
    is_external: false,
    date_delete: 0,
    user_count: group.people.length,
    ...(withPeople ? { users: group.people } : {}),
  };
}

const seesEmail = (call: Call): boolean => call.scopes.has('users:read.email');

function info(call: Call): Answer {
  const id = asText(call.args['user']);
  if (id === slackbot) return yes({ user: slackbotJson(call.world) });
  const person = call.world.people.get(id);
  return person === undefined ? no('user_not_found') : yes({ user: userJson(person, seesEmail(call)) });
}

function list(call: Call): Answer {
  // Strangers are not in the workspace, so they are not listed.
  const home = [...call.world.people.values()].filter((person) => person.kind !== 'stranger');
  const { items, next } = pageOf(call, home, 200);
  const members = items.map((person) => userJson(person, seesEmail(call)));
  return yes({ members: [...members, slackbotJson(call.world)], cache_ts: 0, response_metadata: { next_cursor: next } });
}

function byEmail(call: Call): Answer {
  const email = asText(call.args['email']).toLowerCase();
  const person = [...call.world.people.values()].find((one) => one.kind !== 'bot' && `${one.name}@acme.example` === email);
  return person === undefined ? no('users_not_found') : yes({ user: userJson(person, true) });
}

function groupPeople(call: Call): Answer {
  const group = call.world.groups.get(asText(call.args['usergroup']));
  return group === undefined ? no('no_such_subteam') : yes({ users: group.people });
}

function botInfo(call: Call): Answer {
  if (asText(call.args['bot']) !== call.world.bot) return no('bot_not_found');
  const { bot, app, botUser } = call.world;
  return yes({ bot: { id: bot, deleted: false, name: 'ReplOps', updated: 0, app_id: app, user_id: botUser, icons: {} } });
}

export const people: Methods = {
  'users.info': { tier: 4, scopes: needs('users:read'), run: info },
  'users.list': { tier: 2, scopes: needs('users:read'), run: list },
  'users.lookupByEmail': { tier: 3, scopes: needs('users:read.email'), run: byEmail },
  'usergroups.list': {
    tier: 2,
    scopes: needs('usergroups:read'),
    run: (call) =>
      yes({ usergroups: [...call.world.groups.values()].map((group) => groupJson(call.world, group, isTrue(call.args['include_users']))) }),
  },
  'usergroups.users.list': { tier: 2, scopes: needs('usergroups:read'), run: groupPeople },
  'bots.info': { tier: 3, scopes: needs('users:read'), run: botInfo },
};
