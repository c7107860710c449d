import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock } from '../../domain/clock.ts';
import { createActor, findPerson } from './actor.ts';
import { archive } from './acts.ts';
import type { TokenHolder } from './api-method.ts';
import { defaultScopes, defaultSubscriptions, slackTiming } from './cast.ts';
import type { ActingDeps } from './clicking.ts';
import type { ApiCall, Ids, Workspace } from './contract.ts';
import { createDispatch } from './dispatch.ts';
import { createFaults, type FaultReach } from './faults.ts';
import { createHttpCourier, verifyUrl } from './http-courier.ts';
import type { Channel } from './model.ts';
import type { PersonKind, Timing, WorkspaceOptions } from './options.ts';
import { createPageServer } from './page-server.ts';
import { createQuota } from './quota.ts';
import { ephemeralsFor, seenMessage, seenThread, topMessages } from './seen.ts';
import { createWorkspaceServer, type ServerDeps } from './server.ts';
import { createSocketCourier } from './socket-courier.ts';
import { createTickets } from './tickets.ts';
import { createWorld, findChannel, findMessage, openDirect, type World } from './world.ts';

const botToken = 'xoxb-simulated-bot';
const appToken = 'xapp-simulated-app';
const mostCalls = 20_000;
const userToken = 'xoxp-simulated-other-app';

function idsOf(world: World): Ids {
  const { team, foreignTeam, app, botUser, bot } = world;
  const people = Object.fromEntries([...world.people.values()].map((person) => [person.name, person.id]));
  const groups = Object.fromEntries([...world.groups.values()].map((group) => [group.handle, group.id]));
  const named = [...world.channels.values()].filter((channel) => channel.kind !== 'im');
  const channels = Object.fromEntries(named.map((channel) => [channel.name, channel.id]));
  return { team: team.id, foreignTeam, app, botUser, bot, people, groups, channels };
}

function holdersOf(world: World): ReadonlyMap<string, TokenHolder> {
  const borrowed = [...world.people.values()].find((person) => person.kind === 'member');
  return new Map<string, TokenHolder>([
    [botToken, { kind: 'bot', user: world.botUser, botId: world.bot }],
    [appToken, { kind: 'app', user: world.botUser, botId: null }],
    [userToken, { kind: 'user', user: borrowed?.id ?? world.botUser, botId: null }],
  ]);
}

function channelNamed(world: World, name: string, person?: string): Channel {
  if (name === '@bot' && person !== undefined) return openDirect(world, person);
  const channel = findChannel(world, name);
  if (channel === undefined) throw new TypeError(`there is no channel ${name}`);
  return channel;
}

function setGroup(world: World, handle: string, names: readonly string[]): void {
  const group = [...world.groups.values()].find((one) => one.handle === handle);
  if (group === undefined) throw new TypeError(`there is no user group ${handle}`);
  const before = group.people;
  group.people = names.map((name) => findPerson(world, name).id);
  const added = group.people.filter((id) => !before.includes(id));
  const removed = before.filter((id) => !group.people.includes(id));
  const counts = { added_users_count: added.length, removed_users_count: removed.length };
  const event = {
    type: 'subteam_members_changed',
    subteam_id: group.id,
    team_id: world.team.id,
    added_users: added,
    removed_users: removed,
  };
  world.happen({ channel: null, event: { ...event, ...counts, event_ts: world.mintTs() } });
}

function setKind(world: World, name: string, kind: PersonKind): void {
  findPerson(world, name).kind = kind;
  world.tell({ kind: 'people' });
}

type Reading = Pick<Workspace, 'messages' | 'thread' | 'message' | 'ephemerals' | 'setGroup' | 'setKind' | 'archive'>;

const reading = (world: World): Reading => ({
  messages: (channel) => topMessages(channelNamed(world, channel)),
  thread: (channel, ts) => seenThread(channelNamed(world, channel), ts),
  message: (name, ts) => {
    const channel = channelNamed(world, name);
    const message = findMessage(channel, ts);
    return message === undefined ? null : seenMessage(channel, message);
  },
  ephemerals: (person, channel) => {
    const { id } = findPerson(world, person);
    return ephemeralsFor(world, id, channelNamed(world, channel, id).id);
  },
  setGroup: (handle, people) => setGroup(world, handle, people),
  setKind: (person, kind) => setKind(world, person, kind),
  archive: (channel) => archive(world, channelNamed(world, channel), world.botUser),
});

/** The parts of a workspace, wired but for the port. */
function assemble(options: WorkspaceOptions) {
  const clock = options.clock ?? systemClock;
  const timing: Timing = { ...slackTiming, ...options.timing };
  const world = createWorld(options, clock);
  const tickets = createTickets(clock, timing, world.mintId);
  const scopes = new Set(options.scopes ?? defaultScopes);
  const { faults, state } = createFaults((): FaultReach => reach);
  const sockets = createSocketCourier({ clock, timing, faults: state, app: world.app, mintId: world.mintId });
  const { delivery } = options;
  const courier = delivery === 'socket' ? sockets : createHttpCourier(delivery, clock, timing);
  const subscriptions = new Set(options.subscriptions ?? defaultSubscriptions);
  const dispatch = createDispatch({ world, clock, timing, faults: state, courier, subscriptions, scopes });
  world.onHappening(dispatch.event);
  const reach: FaultReach = { release: dispatch.release, disconnect: sockets.disconnect, cut: sockets.cut, send: sockets.sendFrame };
  return { clock, world, tickets, scopes, faults, state, sockets, dispatch };
}

type Parts = ReturnType<typeof assemble>;

/** Calls as they come; the oldest are forgotten. */
function createRecord() {
  const calls: ApiCall[] = [];
  return {
    add: (call: ApiCall): void => {
      calls.push(call);
      // A demo runs for days; a test looks at far fewer.
      if (calls.length > mostCalls) calls.shift();
    },
    calls: (method?: string): readonly ApiCall[] => calls.filter((call) => method === undefined || call.method === method),
    forgetCalls: (): void => void calls.splice(0),
  };
}

async function listen(server: Server, port: number): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  // `address()` of a listening TCP server is an object.
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** What the server needs once the port is known. */
function serverParts(options: WorkspaceOptions, parts: Parts, origin: string, record: (call: ApiCall) => void) {
  const { clock, world, tickets, scopes, state, sockets, dispatch } = parts;
  const acting: ActingDeps = { world, tickets, dispatch, origin, commands: new Set(options.commands ?? ['/repl']) };
  const openLink = () => `${origin.replace('http', 'ws')}${sockets.openPath()}`;
  const quota = options.rateLimits === true ? createQuota(clock) : null;
  const callContext = { world, tickets, origin, openLink };
  const api = { clock, scopes, faults: state, quota, record, holders: holdersOf(world), callContext };
  return { acting, deps: { api, page: createPageServer(acting), upgrade: sockets.upgrade } satisfies ServerDeps };
}

function closer(parts: Parts, deps: ServerDeps, server: Server): () => Promise<void> {
  return async () => {
    deps.page.close();
    await parts.dispatch.close();
    await parts.sockets.close();
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    await closed;
  };
}

/**
 * Starts a Slack workspace on a loopback port, to which the real Bolt connects by `slackApiUrl`.
 * The caller closes it. Coverage: `coverage.ts`.
 */
export async function startWorkspace(options: WorkspaceOptions): Promise<Workspace> {
  const parts = assemble(options);
  const { clock, world, faults, sockets, dispatch } = parts;
  const record = createRecord();
  const server = createWorkspaceServer((): ServerDeps => deps);
  const origin = await listen(server, options.port ?? 0);
  const { acting, deps } = serverParts(options, parts, origin, record.add);
  const { delivery } = options;
  return {
    ...{ botToken, appToken, userToken, domain: world.team.domain, faults },
    url: `${origin}/`,
    apiUrl: `${origin}/api/`,
    signingSecret: delivery === 'socket' ? 'simulated-signing-secret' : delivery.signingSecret,
    ids: idsOf(world),
    as: (person) => createActor(acting, person),
    ...reading(world),
    calls: record.calls,
    forgetCalls: record.forgetCalls,
    sockets: sockets.count,
    verifyRequestUrl: async () => (delivery === 'socket' ? false : verifyUrl(delivery, clock, world.mintId('ch'))),
    idle: dispatch.idle,
    close: closer(parts, deps, server),
  };
}
