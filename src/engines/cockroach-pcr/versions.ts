import { isFault } from '../../domain/faults.ts';
import type { SqlConnect } from '../../transports/sql.ts';
import { firstValue, withSession } from '../cockroach/session.ts';
import type { Release } from '../cockroach/version.ts';
import type { EngineIo } from '../engine.ts';
import type { PcrSettings } from './config.ts';
import { type PcrDetail, type SideRead, writableOf } from './detail.ts';

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
