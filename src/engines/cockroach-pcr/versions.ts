import { isFault } from '../../domain/faults.ts';
import type { Refusal } from '../../domain/refusal.ts';
import type { SqlConnect } from '../../transports/sql.ts';
import { firstValue, withSession } from '../cockroach/session.ts';
import type { Release } from '../cockroach/version.ts';
import type { EngineIo } from '../engine.ts';
import { notNow } from '../frame/drafts.ts';
import type { PcrSettings } from './config.ts';
import { type PcrDetail, type ReadSide, type SideRead, writableOf } from './detail.ts';

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
function nextMajor(major: string): string {
  const [year = 0, number = 0] = major.split('.').map(Number);
  const last = year === 23 ? 2 : year === 24 ? 3 : 4;
  const [y, n] = number < last ? [year, number + 1] : [year + 1, 1];
  return isInnovation(y, n) ? nextMajor(`${y}.${n}`) : `${y}.${n}`;
}

/** Why a side can't follow the other by their releases, and what to do; null when it can: it has to be as new, or one upgrade ahead. */
export function followRefusal(here: string, read: ReadSide, there: string, source: ReadSide): Refusal | null {
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

/** Adds the active version of the virtual cluster where it serves, which only a session inside it can tell. */
export async function withAppVersion(connect: SqlConnect, settings: PcrSettings, detail: PcrDetail, io: EngineIo): Promise<PcrDetail> {
  const add = async (side: 'primary' | 'standby'): Promise<SideRead> => {
    const read = detail[side];
    if (read.kind !== 'read' || read.vc === null || writableOf(read) !== 'yes') return read;
    return { ...read, appVersion: await appVersion(connect, settings, side, io) };
  };
  const [primary, standby] = await Promise.all([add('primary'), add('standby')]);
  return { primary, standby };
}

/** Null when it can't be read, such as for a user that does not exist there. */
async function appVersion(connect: SqlConnect, settings: PcrSettings, side: 'primary' | 'standby', io: EngineIo): Promise<string | null> {
  try {
    return await withSession(connect, settings[side], settings.virtualCluster, io, async (session) =>
      firstValue(await session.read('SHOW CLUSTER SETTING version')),
    );
  } catch (cause) {
    if (!isFault(cause) || io.signal.aborted) throw cause;
    return null;
  }
}
