import { otherSide, type Side } from '../../domain/observation.ts';
import type { Refusal } from '../../domain/refusal.ts';
import { isAtLeast } from '../cockroach/version.ts';
import { changeStep, type Draft, lookStep, notNow, noUndo, personStep, undoBy } from '../frame/drafts.ts';
import { settingsByHand } from './acts/by-hand.ts';
import { actsFor } from './acts.ts';
import type { PcrLink } from './config.ts';
import type { PcrSetup } from './config-setup.ts';
import type { GroundRead, ReadSide } from './detail.ts';
import { keptSteps, optionsFor } from './options.ts';
import { type ByHand, forPeople, replaceConnectionStatements, type Setting, type Trust, wayTo } from './statements-setup.ts';
import type { Way } from './way.ts';

/** What has to be made so that a side can copy the other one, or why it can't. `renews`: a connection that is there is written anew. Pure. */
export function wayFrom(link: PcrLink, side: Side, source: string, from: ReadSide, to: ReadSide, renews = false): Way | Refusal {
  const { settings } = link;
  const named = settings.streams[side];
  // Where it was not looked, a connection that the config names is taken to be there.
  const isThere = named !== null && (to.ground == null || to.ground.connections.some(({ name }) => name === named));
  const trust = isAtLeast(to.release, 24, 1) ? 'inline' : 'path';
  const bare = templateRefusal(settings[side].cluster, to);
  if (bare !== null) return bare;
  if (!isThere && wayTo(settings, otherSide(side), trust) === null) return unreachable(link, side);
  const asFound = isThere && !(renews && wayTo(settings, otherSide(side), trust) !== null);
  const refusal = asFound ? null : (gatewayRefusal(link, side, to) ?? userRefusal(link, side, from));
  if (refusal !== null) return refusal;
  return {
    link,
    acts: actsFor(settings),
    side,
    here: settings[side].cluster,
    there: settings[otherSide(side)].cluster,
    read: to,
    sourceRead: from,
    copy: {
      source,
      trust,
      template: !isAtLeast(to.release, 24, 1),
      ...optionsFor(settings.setup, to),
    },
    connect: named !== null && !isThere,
    user: asFound ? null : userFor(link, from),
  };
}

/** v23.2 makes a copy from a template, which only its profile brings; where it was not looked, it is taken to be there. */
function templateRefusal(here: string, { release, ground }: ReadSide): Refusal | null {
  if (isAtLeast(release, 24, 1) || ground == null || ground.virtualClusters.some(({ name }) => name === 'template')) return null;
  return notNow(
    `${here} runs ${release.text} and has no virtual cluster template, so its nodes were not started with --config-profile replication-target, and it can't take a copy.`,
    `Initialize ${here} anew (a new cluster, with cockroach start --config-profile replication-target on every node), or upgrade both sides to v24.1 first, which needs none; then ask again.`,
  );
}

/** What the user of a stream needs on the side that is copied. */
export const privilegeOn = ({ release }: ReadSide): string => (isAtLeast(release, 25, 2) ? 'REPLICATIONSOURCE' : 'REPLICATION');

/** What the stream's user lacks on the side that it reads; null when the config leaves it alone. */
function userFor({ settings: { setup } }: PcrLink, from: ReadSide): Way['user'] {
  const { ground } = from;
  if (setup === null || ground == null || !setup.user.create) return null;
  const privilege = privilegeOn(from);
  const held = ground.admins.includes(setup.user.name) || ground.granted.includes(privilege);
  return { create: !ground.users.includes(setup.user.name), grant: !held, privilege };
}

function userRefusal({ settings }: PcrLink, side: Side, from: ReadSide): Refusal | null {
  const { setup } = settings;
  if (setup === null || setup.user.create || from.ground == null || from.ground.users.includes(setup.user.name)) return null;
  return notNow(
    `${settings[otherSide(side)].cluster} has no user ${setup.user.name}, and the config says that it is not to be created.`,
    `Create it there and grant it SYSTEM ${privilegeOn(from)}, or set settings.setup.user.create to true.`,
  );
}

function gatewayRefusal({ settings }: PcrLink, side: Side, { release }: ReadSide): Refusal | null {
  if (settings.setup?.route !== 'gateway' || isAtLeast(release, 25, 1)) return null;
  return notNow(
    `${settings[side].cluster} runs ${release.text}, which can't follow through a gateway: that exists from v25.1 on.`,
    'Give the address of a node in settings.setup.addresses, and take settings.setup.route out.',
  );
}

function unreachable({ id, settings }: PcrLink, side: Side): Refusal {
  const here = settings[side].cluster;
  const there = settings[otherSide(side)].cluster;
  const key = side === 'primary' ? 'toPrimary' : 'toStandby';
  if (settings.setup === null) {
    return notNow(
      `The config of ${id} does not say how ${here} reaches ${there}, so no copy can be made.`,
      `Create an external connection on ${here} that leads to ${there} and name it in settings.streams.${key}.externalConnection, or write a settings.setup section.`,
    );
  }
  return notNow(
    `The config of ${id} does not say by which certificate the nodes of ${here} know ${there}, and v23.2 takes it from a file on every node.`,
    `Add caPath, where that certificate lies or will lie on the nodes of ${here}, to settings.setup.addresses.${otherSide(side)}.`,
  );
}

interface Astray {
  /** Where the connection leads, and where the config wants it to. */
  readonly found: string;
  readonly wanted: string;
}

/** A connection that is there is taken as it is; null where it leads where the config says, or does not tell where. */
function astrayOf({ settings }: PcrLink, side: Side, { ground }: ReadSide, trust: Trust): Astray | null {
  const name = settings.streams[side];
  const way = wayTo(settings, otherSide(side), trust);
  const found = ground?.connections.find((connection) => connection.name === name)?.uri ?? '';
  if (found === '' || way === null) return null;
  const wanted = `${way.host}:${way.port}`;
  return found === wanted ? null : { found, wanted };
}

/** A rewind begins only if who answers took over from the side itself, so that another node or name of the same cluster is as good. */
export function astrayWarnings(link: PcrLink, side: Side, read: ReadSide, trust: Trust): readonly string[] {
  const { id, settings } = link;
  const from = otherSide(side);
  const astray = astrayOf(link, side, read, trust);
  const { host, port } = settings[from];
  // Where the bot itself reaches that side.
  if (astray === null || astray.found === `${host}:${port}`) return [];
  const [here, there] = [settings[side].cluster, settings[from].cluster];
  return [
    `The external connection ${settings.streams[side]} on ${here} leads to ${astray.found}, and the config of ${id} says ${astray.wanted}: that does no harm where both are ${there}. Where the first is another cluster, ${here} refuses to follow it and keeps what it has.`,
  ];
}

/** A full copy is taken of whoever answers, so a connection that leads to another cluster would copy that one. */
export function astrayRefusal(link: PcrLink, side: Side, read: ReadSide, trust: Trust): Refusal | null {
  const { id, settings } = link;
  const from = otherSide(side);
  const astray = astrayOf(link, side, read, trust);
  if (astray === null) return null;
  return notNow(
    `The external connection ${settings.streams[side]} on ${settings[side].cluster} leads to ${astray.found}, but the config of ${id} says ${astray.wanted}, so what it copied might not be ${settings[from].cluster}.`,
    `Correct the one that is wrong: settings.setup.addresses.${from} in the config, or the connection (ALTER EXTERNAL CONNECTION from v25.4 on; before, drop it, and it is made anew). Then ask again.`,
  );
}

/** One statement of the control plane, ms. */
const statementBudgetMs = 120_000;
/** A full copy of terabytes, ms. When it is over the run asks, and can go on waiting. */
const scanBudgetMs = 24 * 3_600_000;
/** Ten refreshes of a replicated time that moves every half minute, ms. */
const movingBudgetMs = 5 * 60_000;

/** The user with which the stream logs in on the side that is copied. */
export function streamUserSteps({ acts, side, user }: Way): readonly Draft[] {
  if (user === null) return [];
  const from = otherSide(side);
  return [
    ...(user.create ? [changeStep(acts.createUser(from, 'stream'), statementBudgetMs, undoBy(acts.dropUser(from, 'stream')))] : []),
    ...(user.grant
      ? [
          changeStep(
            acts.grantUser(from, 'stream', user.privilege),
            statementBudgetMs,
            undoBy(acts.revokeUser(from, 'stream', user.privilege)),
          ),
        ]
      : []),
  ];
}

/**
 * What lets a connection that is there hold what the config says now; nothing where the config does not say enough. What it holds can't
 * be read, so it can't be seen whether it is still right. `proves`: the source answers the bot.
 */
export function renewalSteps({ settings }: PcrLink, side: Side, { release }: ReadSide, proves: boolean): readonly Draft[] {
  const trust = isAtLeast(release, 24, 1) ? 'inline' : 'path';
  const how = isAtLeast(release, 25, 4) ? 'alter' : 'recreate';
  if (replaceConnectionStatements(settings, side, trust, how, forPeople).length === 0) return [];
  const acts = actsFor(settings);
  const why = noUndo('What it held before can not be read, so it can not be put back.');
  return [
    ...(proves ? [lookStep(acts.proveLogin(otherSide(side)), renewalBudgetMs)] : []),
    changeStep(acts.replaceConnection(side, trust, how), renewalBudgetMs, why, { pointOfNoReturn: true }),
  ];
}

/** Telling a new address is answered at once, ms. */
const renewalBudgetMs = 180_000;

/** The external connection, where it is not there yet. */
export const connectionSteps = ({ acts, side, copy, connect }: Way): readonly Draft[] =>
  connect ? [changeStep(acts.createConnection(side, copy.trust), statementBudgetMs, undoBy(acts.dropConnection(side)))] : [];

/** What up to v24.3 refuses a replication without, and neither a side nor the config has: a person sets it. */
export function unsetOn({ settings: { setup } }: PcrLink, { release, ground }: ReadSide): readonly ByHand[] {
  if (setup === null || ground == null || isAtLeast(release, 25, 1)) return [];
  return [
    ...(ground.organization || setup.organization !== null ? [] : (['organization'] as const)),
    ...(ground.license || setup.license !== null ? [] : (['license'] as const)),
  ];
}

/** What a person is asked to set, and the proof that it is there. */
export function handSettingSteps(link: PcrLink, sides: Readonly<Record<Side, ReadSide>>): readonly Draft[] {
  const acts = actsFor(link.settings);
  return (['primary', 'standby'] as const).flatMap((side) => {
    const unset = unsetOn(link, sides[side]);
    if (unset.length === 0) return [];
    return [
      personStep(settingsByHand(link.settings, side, unset)),
      ...unset.map((setting) => lookStep(acts.seeSetting(side, setting), statementBudgetMs)),
    ];
  });
}

/** Rangefeeds on both sides, since the roles may be swapped one day; organization and licence where the config gives them. */
export function settingSteps({ settings }: PcrLink, grounds: Readonly<Record<Side, GroundRead | null>>): readonly Draft[] {
  const { setup } = settings;
  if (setup === null) return [];
  const acts = actsFor(settings);
  return (['primary', 'standby'] as const).flatMap((side) => {
    const ground = grounds[side];
    if (ground === null) return [];
    const missing: readonly Setting[] = [
      ...(setup.organization !== null && !ground.organization ? (['organization'] as const) : []),
      ...(setup.license !== null && !ground.license ? (['license'] as const) : []),
      ...(ground.rangefeed ? [] : (['rangefeed'] as const)),
    ];
    return missing.map((setting) =>
      changeStep(acts.configure(side, setting, true), statementBudgetMs, undoBy(acts.configure(side, setting, false))),
    );
  });
}

/** Streams read by rangefeeds; where it was not looked, they are taken to be on. */
export function rangefeedSteps({ acts, side, sourceRead, link }: Way): readonly Draft[] {
  if (link.settings.setup === null || sourceRead.ground?.rangefeed !== false) return [];
  const from = otherSide(side);
  return [changeStep(acts.configure(from, 'rangefeed', true), statementBudgetMs, undoBy(acts.configure(from, 'rangefeed', false)))];
}

/** From a way between the sides that is there to a copy that is seen to follow, with the options that the config asks for. */
export function copySteps(way: Way, setup: PcrSetup | null): readonly Draft[] {
  const { acts, side, copy } = way;
  return [
    changeStep(acts.createCopy(side, copy), statementBudgetMs, undoBy(acts.dropNewCopy(side, copy.source, copy.reader))),
    lookStep(acts.awaitScan(side, copy.trust === 'path'), scanBudgetMs),
    lookStep(acts.proveMoving(side, 1), movingBudgetMs),
    lookStep(acts.proveMoving(side, 2), movingBudgetMs),
    ...keptSteps(way, setup),
  ];
}
