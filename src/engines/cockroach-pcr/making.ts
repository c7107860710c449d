import type { Side } from '../../domain/observation.ts';
import type { Refusal } from '../../domain/refusal.ts';
import { isAtLeast } from '../cockroach/version.ts';
import { type Acts, actsFor, changeStep, type Draft, lookStep, personStep, undoBy } from './acts.ts';
import { windowByHand } from './acts-by-hand.ts';
import type { PcrLink } from './config.ts';
import type { PcrSetup } from './config-setup.ts';
import { expiryMsOf, type GroundRead, otherSide, type ReadSide } from './detail.ts';
import { notNow } from './scene.ts';
import { type CopyOptions, wayTo } from './statements-setup.ts';

/** A side with what a replication can be made on. */
export type Grounded = ReadSide & { readonly ground: GroundRead };

/** How a side gets a full copy of the other one. */
export interface Way {
  readonly link: PcrLink;
  readonly acts: Acts;
  /** The side that gets the copy. */
  readonly side: Side;
  readonly here: string;
  readonly there: string;
  readonly read: ReadSide;
  readonly sourceRead: ReadSide;
  readonly copy: CopyOptions;
  /** The external connection has to be made first. */
  readonly connect: boolean;
  readonly user: { readonly create: boolean; readonly grant: boolean; readonly privilege: string } | null;
}

/** What has to be made so that a side can copy the other one, or why it can't. Pure. */
export function wayFrom(link: PcrLink, side: Side, source: string, from: ReadSide, to: ReadSide): Way | Refusal {
  const { settings } = link;
  const named = settings.streams[side];
  // Where it was not looked, a connection that the config names is taken to be there.
  const isThere = named !== null && (to.ground == null || to.ground.connections.some(({ name }) => name === named));
  const trust = isAtLeast(to.release, 24, 1) ? 'inline' : 'path';
  if (!isThere && wayTo(settings, otherSide(side), trust) === null) return unreachable(link, side);
  const refusal = isThere ? null : (gatewayRefusal(link, side, to) ?? userRefusal(link, side, from));
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
      expiration: isAtLeast(to.release, 24, 1) && !isAtLeast(to.release, 25, 2),
    },
    connect: named !== null && !isThere,
    user: isThere ? null : userFor(link, from),
  };
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

/** The external connection, where it is not there yet. */
export const connectionSteps = ({ acts, side, copy, connect }: Way): readonly Draft[] =>
  connect ? [changeStep(acts.createConnection(side, copy.trust), statementBudgetMs, undoBy(acts.dropConnection(side)))] : [];

/** Streams read by rangefeeds; where it was not looked, they are taken to be on. */
export function rangefeedSteps({ acts, side, sourceRead, link }: Way): readonly Draft[] {
  if (link.settings.setup === null || sourceRead.ground?.rangefeed !== false) return [];
  const from = otherSide(side);
  return [changeStep(acts.configure(from, 'rangefeed', true), statementBudgetMs, undoBy(acts.configure(from, 'rangefeed', false)))];
}

/** What the config asks of a copy that follows. */
export const keptSteps = (way: Way, setup: PcrSetup | null): readonly Draft[] => [...windowSteps(way, setup), ...readerSteps(way, setup)];

/** From the way between the sides to a copy that is seen to follow, with the options that the config asks for. */
export function copySteps(way: Way, setup: PcrSetup | null): readonly Draft[] {
  const { acts, side, copy } = way;
  return [
    ...connectionSteps(way),
    changeStep(acts.createCopy(side, copy), statementBudgetMs, undoBy(acts.dropNewCopy(side, copy.source))),
    lookStep(acts.awaitScan(side), scanBudgetMs),
    lookStep(acts.proveMoving(side, 1), movingBudgetMs),
    lookStep(acts.proveMoving(side, 2), movingBudgetMs),
    ...keptSteps(way, setup),
  ];
}

/** From 25.2 on the window is set on the side that is copied, once it knows of the copy. */
function windowSteps({ acts, side, sourceRead, copy, link }: Way, setup: PcrSetup | null): readonly Draft[] {
  const expirationMs = setup?.expirationMs ?? null;
  if (expirationMs === null || !isAtLeast(sourceRead.release, 25, 2)) return [];
  const from = otherSide(side);
  // The act alters the virtual cluster of the link; an older cluster's data is in another one.
  if (copy.source !== link.settings.virtualCluster) return [personStep(windowByHand(link, from, copy.source, expirationMs))];
  // The source has kept it for the default time since the copy began, moments ago.
  const before = undoBy(acts.setExpiration(from, expiryMsOf(sourceRead), 'source'));
  return [changeStep(acts.setExpiration(from, expirationMs, 'source'), statementBudgetMs, before)];
}

/** From 24.3.12 on a copy can be opened for reads while it follows. */
export const canOpenReader = ({ release }: ReadSide): boolean => {
  const patch = Number(/^v\d+\.\d+\.(\d+)/.exec(release.text)?.[1] ?? 0);
  return isAtLeast(release, 25, 1) || (isAtLeast(release, 24, 3) && patch >= 12);
};

/** A reader is up a minute or so after it was asked for, ms. */
const readerBudgetMs = 10 * 60_000;

function readerSteps({ acts, side, read }: Way, setup: PcrSetup | null): readonly Draft[] {
  if (setup?.reader !== true || !canOpenReader(read)) return [];
  return [
    changeStep(acts.openReader(side), statementBudgetMs, undoBy(acts.closeReader(side))),
    lookStep(acts.awaitReader(side), readerBudgetMs),
    lookStep(acts.verifyReader(side), readerBudgetMs),
  ];
}
