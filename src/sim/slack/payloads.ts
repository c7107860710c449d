import type { Json, JsonObject } from '../../domain/json.ts';
import type { Channel, Ephemeral, Happening, Message, OpenView, Person } from './model.ts';
import { viewJson } from './views.ts';
import { messageJson, type World } from './world.ts';

/** Deprecated at Slack and never to be trusted, but always present. */
const verificationToken = 'not-a-secret';

const shownName = (channel: Channel): string =>
  channel.kind === 'im' ? 'directmessage' : channel.kind === 'private' ? 'privategroup' : channel.name;

const teamJson = (world: World): JsonObject => ({ id: world.team.id, domain: world.team.domain });

const userRef = (person: Person): JsonObject => ({ id: person.id, username: person.name, name: person.name, team_id: person.teamId });

interface Handles {
  readonly triggerId: string;
  readonly responseUrl: string;
}

export function commandPayload(world: World, person: Person, channel: Channel, line: string, handles: Handles): JsonObject {
  const [command = '', ...rest] = line.trimStart().split(/(?<=^\S+)\s+/);
  return {
    token: verificationToken,
    team_id: world.team.id,
    team_domain: world.team.domain,
    channel_id: channel.id,
    channel_name: shownName(channel),
    user_id: person.id,
    user_name: person.name,
    command,
    text: rest.join(' ').trimEnd(),
    api_app_id: world.app,
    is_enterprise_install: 'false',
    response_url: handles.responseUrl,
    trigger_id: handles.triggerId,
  };
}

export function eventPayload(world: World, happening: Happening, external: boolean): JsonObject {
  const eventId = world.mintId('Ev');
  return {
    token: verificationToken,
    team_id: world.team.id,
    api_app_id: world.app,
    event: happening.event,
    type: 'event_callback',
    event_id: eventId,
    event_time: Math.floor(world.clock.now() / 1000),
    authorizations: [{ enterprise_id: null, team_id: world.team.id, user_id: world.botUser, is_bot: true, is_enterprise_install: false }],
    is_ext_shared_channel: external,
    context_team_id: world.team.id,
    context_enterprise_id: null,
    event_context: `4-${Buffer.from(eventId).toString('base64url')}`,
  };
}

/** Where an element was acted on. */
export type Site =
  | { readonly kind: 'message'; readonly channel: Channel; readonly message: Message }
  | { readonly kind: 'ephemeral'; readonly channel: Channel; readonly ephemeral: Ephemeral }
  | { readonly kind: 'view'; readonly view: OpenView };

function siteJson(world: World, site: Site, responseUrl: string): JsonObject {
  if (site.kind === 'view') return { container: { type: 'view', view_id: site.view.id }, view: viewJson(world, site.view) };
  const { channel } = site;
  const shared = { channel: { id: channel.id, name: shownName(channel) }, response_url: responseUrl };
  const source = site.kind === 'message' ? site.message : site.ephemeral;
  const container = {
    type: 'message',
    message_ts: source.ts,
    channel_id: channel.id,
    is_ephemeral: site.kind === 'ephemeral',
    ...(source.threadTs === null ? {} : { thread_ts: source.threadTs }),
  };
  // The payload of a click on an ephemeral carries no message.
  if (site.kind === 'ephemeral') return { ...shared, container };
  return {
    ...shared,
    container,
    message: { ...messageJson(world, channel, site.message, false), thread_ts: source.threadTs ?? undefined } as JsonObject,
  };
}

export function actionPayload(world: World, person: Person, site: Site, action: JsonObject, handles: Handles): JsonObject {
  return {
    type: 'block_actions',
    api_app_id: world.app,
    token: verificationToken,
    team: teamJson(world),
    enterprise: null,
    is_enterprise_install: false,
    user: userRef(person),
    trigger_id: handles.triggerId,
    ...siteJson(world, site, handles.responseUrl),
    state: { values: {} },
    actions: [{ ...action, action_ts: world.mintTs() }],
  };
}

export function viewPayload(
  world: World,
  person: Person,
  open: OpenView,
  happened:
    | { readonly type: 'view_submission'; readonly values: JsonObject; readonly triggerId: string }
    | { readonly type: 'view_closed'; readonly cleared: boolean },
): JsonObject {
  const rest: Record<string, Json> =
    happened.type === 'view_submission' ? { trigger_id: happened.triggerId, response_urls: [] } : { is_cleared: happened.cleared };
  return {
    type: happened.type,
    team: teamJson(world),
    user: userRef(person),
    api_app_id: world.app,
    token: verificationToken,
    enterprise: null,
    is_enterprise_install: false,
    view: viewJson(world, open, happened.type === 'view_submission' ? happened.values : {}),
    ...rest,
  };
}
