import { z } from 'zod';
import { isFault } from '../../../domain/faults.ts';
import type { JsonObject } from '../../../domain/json.ts';
import { otherSide, type Side } from '../../../domain/observation.ts';
import type { SqlSession } from '../../../transports/sql.ts';
import type { Micros } from '../../cockroach/times.ts';
import type { JobView } from '../detail.ts';
import { isAfter, newestId } from '../own-jobs.ts';
import { jobsOn, on, type Place } from '../place.ts';
import { readQueuesIfTold } from '../reads/queues.ts';
import { rowsSinceQuery } from '../reads/row-stock.ts';
import { lastLookMs, readEach, type Untold, untoldBy } from '../reads/writes.ts';
import { showTable, type TableName } from '../table-name.ts';
import { readTtlMarks } from '../ttl-marks.ts';
import { broughtUpTo } from '../weigh.ts';
import { type Leave, lackOf, noLeave, type Tallies, type Tally } from './tally.ts';

/** Longest time for all tables, ms. */
const allMs = 2 * 3_600_000;

/**
 * What the other side may lack: rows whose writes or dead letters people gave up, and what a TTL deletes there alone. `pairs`: tables of
 * which nobody gave up any. Throws only when the caller gave up, or for a mistake of ours.
 */
export async function readLeave(place: Place, counts: Tallies, pairs: readonly number[]): Promise<Leave> {
  return { ttl: await discardedHere(place), given: await readGiven(place, counts, pairs) };
}

async function orNull<T>({ io }: Place, read: () => Promise<T>): Promise<T | null> {
  try {
    return await read();
  } catch (cause) {
    if (!isFault(cause) || io.signal.aborted) throw cause;
    return null;
  }
}

const jobsIn = (place: Place, side: Side): Promise<readonly JobView[] | null> => orNull(place, () => jobsOn(place, side));

async function readGiven(place: Place, counts: Tallies, pairs: readonly number[]): Promise<Tally> {
  const { connect, settings, side, io } = place;
  const open = settings.tables.flatMap((_, pair) => (!pairs.includes(pair) && (lackOf(counts, noLeave, pair) ?? 0) > 0 ? [pair] : []));
  if (open.length === 0) return settings.tables.map((_, pair) => (pairs.includes(pair) ? null : 0));
  const jobs = (await jobsIn(place, otherSide(side))) ?? [];
  const { dlq } = await readQueuesIfTold(connect, settings, otherSide(side), io);
  const letters = (pair: number) => dlq.reduce((sum, queue) => sum + (queue.pair === pair ? (queue.entries ?? 0) : 0), 0);
  const written = await readEach(
    { connect, settings, side, options: { tableMs: lastLookMs, allMs }, io, tell: () => undefined },
    (session, name, pair) => (open.includes(pair) ? countSince(session, name, broughtUpTo(jobs, pair)) : Promise.resolve(0)),
  );
  return written.map((rows, pair) => (pairs.includes(pair) ? null : (typeof rows === 'number' ? rows : 0) + letters(pair)));
}

/** None where no job tells up to when the other side has everything: then every row would be new. */
async function countSince(session: SqlSession, name: TableName, since: Micros | null): Promise<number | Untold> {
  if (since === null) return 0;
  try {
    const rows = Number((await session.read(rowsSinceQuery(name, String(since * 1000n))))[0]?.['n'] ?? '');
    return Number.isSafeInteger(rows) ? rows : 0;
  } catch (cause) {
    return untoldBy(cause);
  }
}

/** Tables whose deletes by TTL on the other side are not brought here. Only of a side that follows it, or followed it last. */
async function discardedHere(place: Place): Promise<readonly number[]> {
  const { settings, side } = place;
  if (!settings.options.discardTtlDeletes) return [];
  const [own, others] = [await jobsIn(place, side), await jobsIn(place, otherSide(side))];
  if (own === null || others === null) return [];
  if (!own.some(({ source }) => source !== 'other') || isAfter(newestId(others), newestId(own))) return [];
  const source = otherSide(side);
  const marked = await readPairs(place, source, async (session, name) => {
    const { expires, isMarked } = await readTtlMarks(session, name);
    return expires && isMarked;
  });
  return marked ?? [];
}

/** Tables that delete rows by age themselves on this side; none where that is not told. */
export const expiringHere = async (place: Place): Promise<readonly number[]> =>
  (await readPairs(place, place.side, async (session, name) => (await readTtlMarks(session, name)).expires)) ?? [];

const readPairs = (
  place: Place,
  side: Side,
  test: (session: SqlSession, name: TableName) => Promise<boolean>,
): Promise<readonly number[] | null> =>
  orNull(place, () =>
    on(
      place,
      async (session) => {
        const found: number[] = [];
        for (const [pair, names] of place.settings.tables.entries()) if (await test(session, names[side])) found.push(pair);
        return found;
      },
      side,
    ),
  );

const givenKey = 'rows that were given up';
const ttlKey = 'may hold more rows, by a TTL there';

type Names = Pick<Place, 'settings' | 'side'>;

/** For the journal: a later step rests on it. */
export function leaveEvidence({ settings, side }: Names, { given, ttl }: Leave): JsonObject {
  const names = ttl.flatMap((pair) => settings.tables[pair]?.[side] ?? []).map(showTable);
  return {
    ...(given.every((rows) => rows === null) ? {} : { [givenKey]: [...given] }),
    ...(names.length === 0 ? {} : { [ttlKey]: names }),
  };
}

const recorded = z.object({ [givenKey]: z.array(z.int().nullable()).default([]), [ttlKey]: z.array(z.string()).default([]) });

/** What an earlier step of the run recorded of it. */
export function leaveIn({ settings, side }: Names, evidence: JsonObject): Leave {
  const told = recorded.safeParse(evidence).data;
  if (told === undefined) return noLeave;
  const names = told[ttlKey];
  return { given: told[givenKey], ttl: settings.tables.flatMap((pair, at) => (names.includes(showTable(pair[side])) ? [at] : [])) };
}
