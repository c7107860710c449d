import { isFault } from '../../domain/faults.ts';
import type { Side } from '../../domain/observation.ts';
import type { Refusal } from '../../domain/refusal.ts';
import type { SqlConnect } from '../../transports/sql.ts';
import { firstValue, withSession } from '../cockroach/session.ts';
import type { Release } from '../cockroach/version.ts';
import type { EngineIo } from '../engine.ts';
import { notNow } from '../frame/drafts.ts';
import type { PcrSettings } from './config.ts';
import type { PcrDetail, ReadSide, SideRead } from './detail.ts';
import { phaseOf, writableOf } from './phase.ts';
import type { Scene } from './scene.ts';

export const majorOf = ({ year, number }: Release): string => `${year}.${number}`;

/** `25.4` of `25.4` or `25.4-upgrading-to-26.1-step-004`; null when the text names none. */
export const majorOfActive = (text: string): string | null => /^(\d{2}\.\d{1,2})(?!\d)/.exec(text)?.[1] ?? null;

/** An upgrade has begun and has not ended. */
export const isUnfinished = (active: string): boolean => /upgrading|-step-/.test(active);

/** Negative, zero or positive: releases count by year, then by number. */
export function compareMajors(a: string, b: string): number {
  const [yearA = 0, numberA = 0] = a.split('.').map(Number);
  const [yearB = 0, numberB = 0] = b.split('.').map(Number);
  return yearA === yearB ? numberA - numberB : yearA - yearB;
}

/** What an upgrade may skip: of 24 the second, later every odd one. */
const isInnovation = (year: number, number: number): boolean => (year >= 25 ? number % 2 === 1 : year === 24 && number === 2);

/** The newest major to which one upgrade leads. */
export function nextMajor(major: string): string {
  const [year = 0, number = 0] = major.split('.').map(Number);
  const last = year === 23 ? 2 : year === 24 ? 3 : 4;
  const [y, n] = number < last ? [year, number + 1] : [year + 1, 1];
  return isInnovation(y, n) ? nextMajor(`${y}.${n}`) : `${y}.${n}`;
}

/** Why a side can't follow the other by their releases, and what to do; null when it can: it has to be as new, or one upgrade ahead. */
export function followRefusal(here: string, read: ReadSide, there: string, source: ReadSide): Refusal | null {
  return applicationRefusal(there, source) ?? releaseRefusal(here, read, there, source) ?? lateRefusal(here, read, there, source);
}

function releaseRefusal(here: string, read: ReadSide, there: string, source: ReadSide): Refusal | null {
  const [own, others] = [majorOf(read.release), majorOf(source.release)];
  const runs = `${here} runs ${read.release.text}`;
  if (compareMajors(own, others) < 0) {
    return notNow(
      `${runs}, which is older than ${source.release.text} on ${there}, so it can't follow it.`,
      `Upgrade ${here} first, then ask again.`,
    );
  }
  const most = nextMajor(others);
  if (compareMajors(own, most) > 0) {
    return notNow(
      `${runs}, which is more than one upgrade ahead of ${source.release.text} on ${there}, so it can't follow it.`,
      `Upgrade ${there} first, or use a cluster for ${here} that runs v${others} to v${most}.`,
    );
  }
  const [active, needed] = [majorOfActive(read.activeVersion), majorOfActive(source.activeVersion)];
  if (active === null || needed === null || compareMajors(active, needed) >= 0) return null;
  return notNow(
    `${runs}, but its active version is ${read.activeVersion}, older than ${source.activeVersion} on ${there}, so it can't follow it.`,
    `Finalize the upgrade of ${here} first (SET CLUSTER SETTING version = '${needed}'), then ask again.`,
  );
}

/** A virtual cluster against the control plane under which it is to run: null when nothing says that it is newer. */
export const outruns = (application: string | null | undefined, active: string): boolean => {
  const [own, system] = [majorOfActive(application ?? ''), majorOfActive(active)];
  return own !== null && system !== null && compareMajors(own, system) > 0;
};

/** A virtual cluster against the binaries that are to run it: they start only one that is as new as they are, or one upgrade behind. */
export const lags = (application: string | null | undefined, binaries: string): boolean => {
  const own = majorOfActive(application ?? '');
  return own !== null && compareMajors(binaries, nextMajor(own)) > 0;
};

/** What people should know before they promote one that may be too old for the binaries which are to run it. */
export function lateWarnings({ link, follower: { read }, here, sourceRead, there }: Scene): readonly string[] {
  if (sourceRead.kind !== 'read' || !lags(sourceRead.appVersion, majorOf(read.release))) return [];
  return [
    `${link.settings.virtualCluster} on ${there} has the active version ${sourceRead.appVersion}, more than one upgrade behind ${read.release.text} on ${here}, so it may not start there once it is promoted. If ${there} can wait, finalize it there first: /repl upgrade ${link.id} does.`,
  ];
}

/** Why a copy of a virtual cluster would not start where it is to be: null when nothing says that it is too old. */
function lateRefusal(here: string, { release }: ReadSide, there: string, { appVersion, ...source }: ReadSide): Refusal | null {
  if (!lags(appVersion, majorOf(release))) return null;
  return notNow(
    `The application's virtual cluster on ${there} has the active version ${appVersion}, more than one upgrade behind ${release.text} on ${here}: once promoted, it would not start there, so no copy of it can be relied on.`,
    `Finalize v${majorOf(source.release)} on ${there} first, on its system interface and then in that virtual cluster (SET CLUSTER SETTING version in each), then ask again.`,
  );
}

/** Why a virtual cluster can't be copied as it is: no control plane runs one that is newer than itself. */
function applicationRefusal(there: string, { appVersion, activeVersion }: ReadSide): Refusal | null {
  if (!outruns(appVersion, activeVersion)) return null;
  return notNow(
    `The application's virtual cluster on ${there} has the active version ${appVersion}, newer than ${activeVersion} of the system virtual cluster there, so no copy of it can be relied on.`,
    `Finalize the upgrade of ${there} first (SET CLUSTER SETTING version on its system interface), then ask again.`,
  );
}

/** Why a side could not serve, once it is promoted, what it gets from the other one; null when nothing that was read says so. */
export function serveRefusal(operation: string, { link: { id }, follower: { read }, here, sourceRead, there }: Scene): Refusal | null {
  if (sourceRead.kind !== 'read') return null;
  // A failover may be the only way out, and that such a one does not start is derived, not documented: there it is a warning.
  if (operation !== 'failover' && lags(sourceRead.appVersion, majorOf(read.release))) {
    return notNow(
      `The application's virtual cluster on ${there} has the active version ${sourceRead.appVersion}, more than one upgrade behind ${read.release.text} on ${here}: once promoted, it would not start there, so no ${operation} of ${id} is planned and ${there} goes on.`,
      `Finalize it on ${there} first: /repl upgrade ${id} does, or a user of it there (SET CLUSTER SETTING version = '${majorOfActive(sourceRead.activeVersion)}'). Then ask again.`,
    );
  }
  if (!outruns(sourceRead.appVersion, read.activeVersion)) return null;
  return notNow(
    `The application's virtual cluster on ${there} has the active version ${sourceRead.appVersion}, newer than ${read.activeVersion} on ${here}: once promoted, it would not start there, so no ${operation} of ${id} is planned and ${there} goes on.`,
    `Upgrade ${here} and finalize it first: put the new binaries on its nodes, and /repl upgrade ${id} does the rest in the right order.`,
  );
}

/** What nobody could see of a virtual cluster: only a session inside it tells its version, and only where it serves. */
export function unseenVersion(there: string, name: string, source: SideRead): readonly string[] {
  const why = untoldBy(source);
  if (why !== null) {
    return [
      `Which active version ${name} has can't be asked while ${there} ${why}: the side that is promoted starts it only if that is not newer than its own, and not more than one upgrade older (SHOW CLUSTER SETTING version there).`,
    ];
  }
  if (source.kind !== 'read' || source.appVersion === undefined) return [];
  if (source.appVersion !== null && majorOfActive(source.appVersion) !== null) return [];
  return [
    `The active version of ${name} on ${there} is unknown: the bot could not read it there. A side serves it only while it is not newer than that side's own, and not more than one upgrade older: run SHOW CLUSTER SETTING version in ${name} on ${there}.`,
  ];
}

function untoldBy(source: SideRead): string | null {
  if (source.kind !== 'read') return 'tells nothing';
  return phaseOf(source.vc) === 'ready' && source.vc?.service === 'none' ? 'does not serve it' : null;
}

/** Adds the active version of the application's virtual cluster where it serves, which only a session inside it can tell. */
export async function withAppVersion(connect: SqlConnect, settings: PcrSettings, detail: PcrDetail, io: EngineIo): Promise<PcrDetail> {
  const add = async (side: Side): Promise<SideRead> => {
    const read = detail[side];
    const name = read.kind === 'read' ? servedBy(settings, side, read) : null;
    return read.kind !== 'read' || name === null ? read : { ...read, appVersion: await appVersion(connect, settings, side, name, io) };
  };
  const [primary, standby] = await Promise.all([add('primary'), add('standby')]);
  return { primary, standby };
}

/** The virtual cluster with the application's data on a side; null when none serves, or when it is the control plane itself. */
function servedBy({ virtualCluster, setup }: PcrSettings, side: Side, read: ReadSide): string | null {
  if (read.vc !== null) return writableOf(read) === 'yes' ? virtualCluster : null;
  if (read.elsewhere !== undefined && read.elsewhereServes === true) return read.elsewhere;
  // A copy may get another name than what it is a copy of.
  const source = setup?.source ?? 'system';
  return side === 'primary' && source !== 'system' && source !== virtualCluster ? source : null;
}

/** Null when it can't be read, such as for a user that does not exist there. */
async function appVersion(connect: SqlConnect, settings: PcrSettings, side: Side, name: string, io: EngineIo): Promise<string | null> {
  try {
    return await withSession(connect, settings[side], name, io, async (session) =>
      firstValue(await session.read('SHOW CLUSTER SETTING version')),
    );
  } catch (cause) {
    if (!isFault(cause) || io.signal.aborted) throw cause;
    return null;
  }
}
