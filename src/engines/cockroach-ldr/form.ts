import type { Side } from '../../domain/observation.ts';
import { isAtLeast, type Release } from '../cockroach/version.ts';
import type { LdrSettings } from './config.ts';
import type { ReadSide } from './detail.ts';
import { isSameTable } from './table-name.ts';

/**
 * With which statement replication into a side is started. `create`: CREATE LOGICALLY REPLICATED makes the tables there. `stream`:
 * CREATE LOGICAL REPLICATION STREAM writes into tables that are there. `neither`: no statement fits what is there.
 */
export type Form = 'create' | 'stream' | 'neither';

type Told = Pick<ReadSide, 'release' | 'tables'>;

/** The statement that the versions and the tables on the side that is to follow call for. Pure. */
export function formOf(into: Told, source: Pick<ReadSide, 'release'>): Form {
  const absent = into.tables.filter((state) => state === 'absent').length;
  if (absent === 0) return 'stream';
  return absent === into.tables.length && knowsCreate(into.release) && knowsCreate(source.release) ? 'create' : 'neither';
}

/** CREATE LOGICALLY REPLICATED came with 25.1. */
export const knowsCreate = (release: Release): boolean => isAtLeast(release, 25, 1);

/** Whether one CREATE LOGICALLY REPLICATED can make all the tables on a side: they have to lie in one schema of one database. */
export function liesTogether({ tables }: LdrSettings, side: Side): boolean {
  const [first] = tables;
  return first === undefined || tables.every((pair) => isSameTable({ ...pair[side], table: '' }, { ...first[side], table: '' }));
}

/** The older one of two releases: what it can't do, the pair can't. */
export const older = (a: Release, b: Release): Release => (isAtLeast(a, b.year, b.number) ? b : a);
