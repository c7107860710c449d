import { join, leave, post, react, remove, unreact, whisper } from './acts.ts';
import { answerAtOnce } from './answers.ts';
import { type ActingDeps, type ClickOptions, click, notSent, outcomeOf } from './clicking.ts';
import type { Actor, Outcome, SeenView } from './contract.ts';
import { isEmojiName } from './methods/reactions.ts';
import { asObject, asText, type Channel, type Message, type Person } from './model.ts';
import { commandPayload, type Site } from './payloads.ts';
import { closeView, submitView } from './submitting.ts';
import { stackOf, topView } from './views.ts';
import { ephemeralOf, findChannel, findMessage, openDirect, type World } from './world.ts';

/** A test or the page asked for something that the client would not offer. */
function impossible(sentence: string): never {
  throw new TypeError(sentence);
}

/** The channel that a person means: `#name`, `name`, id, or `@bot`. */
function channelOf(world: World, person: Person, name: string): Channel {
  if (name === '@bot') return openDirect(world, person.id);
  const channel = findChannel(world, name);
  if (channel === undefined) return impossible(`there is no channel ${name}`);
  const hidden = channel.kind === 'private' || channel.kind === 'im' || channel.kind === 'connect';
  if (hidden && !channel.members.has(person.id)) return impossible(`${person.name} does not see ${channel.name}`);
  return channel;
}

function writable(world: World, person: Person, name: string): Channel {
  const channel = channelOf(world, person, name);
  if (person.kind === 'deactivated') return impossible(`${person.name} is deactivated`);
  if (channel.archived) return impossible(`#${channel.name} is archived`);
  return channel;
}

function messageIn(channel: Channel, ts: string): Message {
  return findMessage(channel, ts) ?? impossible(`there is no message ${ts} in ${channel.name}`);
}

function siteOf(world: World, person: Person, channelName: string, ts: string): Site {
  const channel = channelOf(world, person, channelName);
  const ephemeral = ephemeralOf(world, person.id, channel.id, ts);
  if (ephemeral !== undefined) return { kind: 'ephemeral', channel, ephemeral };
  return { kind: 'message', channel, message: messageIn(channel, ts) };
}

/** Why the client would not let this person send a command or a click; null when it would. */
const barred = (person: Person): string | null =>
  person.kind === 'deactivated' || person.kind === 'bot' || person.kind === 'invited' ? `${person.name} cannot use the client` : null;

async function command(deps: ActingDeps, person: Person, line: string, channelName: string): Promise<Outcome> {
  const { world } = deps;
  const channel = channelOf(world, person, channelName);
  const name = /^\S+/.exec(line)?.[0] ?? '';
  const problem = commandProblem(deps, person, channel, name);
  if (problem !== null) {
    whisper(world, { channel: channel.id, person: person.id, text: problem, from: 'slackbot' });
    return notSent('refused', problem);
  }
  const target = { person: person.id, channel: channel.id, original: null, command: line };
  const triggerId = deps.tickets.issueTrigger(person.id);
  const responseUrl = `${deps.origin}/response/${deps.tickets.issueResponse(target)}`;
  const payload = commandPayload(world, person, channel, line, { triggerId, responseUrl });
  const receipt = await deps.dispatch.send({ kind: 'command', type: 'slash_commands', payload, acceptsAnswer: true });
  const outcome = outcomeOf(receipt, triggerId, 'operation_timeout');
  const wrong = outcome.state === 'acked' ? answerAtOnce(world, target, outcome.payload) : outcome.problem;
  if (wrong === null) return outcome;
  whisper(world, { channel: channel.id, person: person.id, text: `${name} failed with the error “${wrong}”`, from: 'slackbot' });
  return { ...outcome, problem: wrong };
}

function commandProblem(deps: ActingDeps, person: Person, channel: Channel, name: string): string | null {
  if (!deps.commands.has(name))
    return `${name} is not a valid command. In Slack, all messages that start with “/” are interpreted as commands.`;
  if (person.kind === 'stranger') return 'Slash commands of this workspace’s apps are not available to other organisations.';
  if (channel.archived) return 'This channel is archived: commands cannot be used here.';
  return barred(person);
}

function seenView(world: World, person: Person): SeenView | null {
  const open = topView(world, person.id);
  if (open === undefined) return null;
  const title = asText(asObject(open.view['title'])['text']);
  const depth = stackOf(world, person.id).length;
  return { id: open.id, callbackId: asText(open.view['callback_id']), title, view: open.view, errors: open.errors, depth };
}

type Talking = Pick<Actor, 'mention' | 'say' | 'directMessage' | 'react' | 'unreact' | 'remove' | 'join' | 'leave' | 'invite'>;

function talking(world: World, person: Person): Talking {
  const say = (channelName: string, text: string, threadTs?: string): string => {
    const channel = writable(world, person, channelName);
    const parent = threadTs === undefined ? null : messageIn(channel, threadTs);
    return post(world, channel, { user: person.id, text, threadTs: parent === null ? null : (parent.threadTs ?? parent.ts) }).ts;
  };
  const reaction = (act: typeof react, channelName: string, ts: string, name: string): void => {
    if (!isEmojiName(name)) impossible(`${name} is not an emoji name`);
    const channel = writable(world, person, channelName);
    act(world, channel, messageIn(channel, ts), person.id, name);
  };
  return {
    say,
    mention: (channel, text, threadTs) => say(channel, `<@${world.botUser}> ${text}`, threadTs),
    directMessage: (text, threadTs) => say('@bot', text, threadTs),
    react: (channel, ts, name) => reaction(react, channel, ts, name),
    unreact: (channel, ts, name) => reaction(unreact, channel, ts, name),
    remove: (channelName, ts) => {
      const channel = writable(world, person, channelName);
      const message = messageIn(channel, ts);
      if (message.user !== person.id && !person.admin) return impossible(`${person.name} may not delete this message`);
      remove(world, channel, message);
    },
    join: (channel) => void join(world, writable(world, person, channel), person.id, null),
    leave: (channel) => void leave(world, channelOf(world, person, channel), person.id),
    invite: (channel, other) => void join(world, writable(world, person, channel), findPerson(world, other).id, person.id),
  };
}

/** By handle or id. Throws TypeError for somebody who is not there. */
export function findPerson(world: World, nameOrId: string): Person {
  const found = world.people.get(nameOrId) ?? [...world.people.values()].find((person) => person.name === nameOrId);
  return found ?? impossible(`there is nobody called ${nameOrId}`);
}

function onView(deps: ActingDeps, person: Person, actionId: string, options: ClickOptions): Promise<Outcome> {
  const view = topView(deps.world, person.id);
  if (view === undefined) return Promise.resolve(notSent('refused', 'no modal is open'));
  return click(deps, person, { kind: 'view', view }, actionId, options);
}

function onHome(deps: ActingDeps, person: Person, actionId: string, options: ClickOptions): Promise<Outcome> {
  const view = deps.world.homes.get(person.id);
  if (view === undefined) return Promise.resolve(notSent('refused', 'the Home tab is empty'));
  return click(deps, person, { kind: 'view', view }, actionId, options);
}

function openHome(world: World, person: Person): void {
  const channel = openDirect(world, person.id);
  world.happen({
    channel: null,
    event: { type: 'app_home_opened', user: person.id, channel: channel.id, tab: 'home', event_ts: world.mintTs() },
  });
}

/** Somebody at a client. */
export function createActor(deps: ActingDeps, nameOrId: string): Actor {
  const { world } = deps;
  const person = findPerson(world, nameOrId);
  const allowed = async (act: () => Promise<Outcome>): Promise<Outcome> => {
    const problem = barred(person);
    return problem === null ? act() : notSent('refused', problem);
  };
  return {
    id: person.id,
    name: person.name,
    ...talking(world, person),
    command: async (line, channel) => command(deps, person, line, channel),
    click: (channel, ts, actionId, options = {}) =>
      allowed(() => click(deps, person, siteOf(world, person, channel, ts), actionId, options)),
    view: () => seenView(world, person),
    clickInView: (actionId, options = {}) => allowed(() => onView(deps, person, actionId, options)),
    submitView: (values = {}) => allowed(() => submitView(deps, person, values)),
    closeView: () => closeView(deps, person),
    openHome: () => openHome(world, person),
    home: () => world.homes.get(person.id)?.view ?? null,
    clickHome: (actionId, options = {}) => allowed(() => onHome(deps, person, actionId, options)),
  };
}
