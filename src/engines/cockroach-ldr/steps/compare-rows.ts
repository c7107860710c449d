import { z } from 'zod';
import { isFault } from '../../../domain/faults.ts';
import { otherSide } from '../../../domain/observation.ts';
import { readNow } from '../../cockroach/now.ts';
import type { Micros } from '../../cockroach/times.ts';
import type { Probe } from '../../engine.ts';
import { done, impossible, underway } from '../../frame/probes.ts';
import { askWork, beginWork, type Works } from '../background.ts';
import { isLive, replicatedOf } from '../flow.ts';
import { jobsToldOn, type LdrStep, on, type Place } from '../place.ts';
import { type Counted, readRowCounts } from '../reads/row-stock.ts';
import { shortlyAgo } from '../reads/writes.ts';
import { tablesAt } from '../words.ts';
import { leaveEvidence, readLeave } from './leave.ts';
import { standstill } from './standstill.ts';
import { either, type Leave, lackOf, momentMs, noLeave, type Tallies, type Tally } from './tally.ts';

/** Longest time for all tables, ms. */
const allMs = 2 * 3_600_000;

/** How many rows each table has on both sides. */
export type Counts = Tallies;

/** How many rows both sides have, and what of them may be missing on the other one. */
interface Compared {
  readonly counts: Counts;
  readonly leave: Leave;
}

export type CountReads = Works<Compared>;

const params = z.object({ pairs: z.array(z.int()), live: z.boolean().default(false) });

/**
 * Before jobs end and rows are deleted: the side that everything is to be copied from has as many. What a job once brought from there
 * need not be there any more: it may have been restored from an older backup, or emptied by mistake. `pairs`: tables of which nobody has
 * said that what only this side has may go; of the others it may lack what was given up, and no more.
 */
export const compareRows = (reads: CountReads): LdrStep<z.infer<typeof params>> => ({
  params,
  rebuild: (acts, side, { pairs, live }) => acts.compareRows(side, pairs, live),
  probe: async (place, { pairs, live }) => {
    const seen = askWork(reads, place);
    if (seen === null) {
      beginWork(reads, place, allMs, (watched, tell) => readCompared(watched, tell, live, pairs));
      return underway('The rows of both sides are being counted.', 0);
    }
    const { length } = place.settings.tables;
    if (seen.kind === 'running') return underway(soFar(place, seen.done, live), seen.done / (2 * length));
    const none: readonly Counted[] = place.settings.tables.map(() => null);
    if (seen.kind === 'failed') return judgeCounts(place, { here: none, there: none });
    return judgeCounts(place, seen.value.counts, seen.value.leave);
  },
});

async function readCompared(place: Place, tell: Tell, live: boolean, pairs: readonly number[]): Promise<Compared> {
  const counts = await readCounts(place, tell, live);
  return { counts, leave: await readLeave(place, counts, pairs) };
}

function soFar({ here, there, settings }: Place, done: number, live: boolean): string {
  const all = 2 * settings.tables.length;
  if (done < all) return `The rows of ${done} of ${all} tables are counted.`;
  return `The rows of all tables are counted. Where ${there} has fewer, they are counted again${live ? ` once the job into ${here} has brought what ${there} had by then` : ''}.`;
}

type Tell = (done: number) => void;

/** The other side is the one in use: its writers need not wait for the count. */
const countThere = (place: Place, tell: Tell): Promise<Tally> =>
  readRowCounts({ ...place, side: otherSide(place.side), here: place.there, there: place.here }, shortlyAgo, tell);

const isFewer = (place: Place, counts: Counts): boolean => {
  const pairs = place.settings.tables.map((_, pair) => pair);
  return fewerThere(place, counts, pairs).fewer.length > 0;
};

/** Counts the rows of both sides. `live`: of a side that follows. */
export async function readCounts(place: Place, tell: Tell, live = false): Promise<Counts> {
  const counts = live ? await countFollower(place, tell) : await countBoth(place, tell);
  if (!isFewer(place, counts)) return counts;
  await place.io.clock.sleep(momentMs, place.io.signal);
  return { here: counts.here, there: either(Math.max, await countThere(place, () => undefined), counts.there) };
}

/** No job runs, so that neither count waits for the other. */
async function countBoth(place: Place, tell: Tell): Promise<Counts> {
  const done = { here: 0, there: 0 };
  const telling = (side: keyof typeof done) => (tables: number) => {
    done[side] = tables;
    tell(done.here + done.there);
  };
  const [here, there] = await Promise.all([readRowCounts(place, '', telling('here')), countThere(place, telling('there'))]);
  return { here, there };
}

/**
 * A side that follows has as many as the other one had a while before, as long ago as its job is behind. So the other one is counted
 * before and after it, and the greater number tells: what is deleted there meanwhile is not missing. What was deleted there before, and
 * what the job has not brought by then, it has brought once it is past that time: then the lesser number of the follower tells.
 */
async function countFollower(place: Place, tell: Tell): Promise<Counts> {
  const { length } = place.settings.tables;
  const began = await on(place, (session) => readNow(session, place.there), otherSide(place.side));
  const before = await countThere(place, () => undefined);
  const here = await readRowCounts(place, '', tell);
  const there = either(Math.max, await countThere(place, (done) => tell(length + done)), before);
  if (!isFewer(place, { here, there }) || !(await isPast(place, began))) return { here, there };
  return { here: either(Math.min, await readRowCounts(place, '', () => undefined), here), there };
}

/** Between two looks at how far the jobs are, ms. */
const lookEveryMs = 2_000;

/** A side that does not answer for once is asked again. */
function unlessBug(cause: unknown): null {
  if (!isFault(cause)) throw cause;
  return null;
}

/** Waits until every job into this side is past a time; false where they can't come there by themselves. */
async function isPast(place: Place, time: Micros): Promise<boolean> {
  const { clock, signal, timeoutMs } = place.io;
  const until = clock.monotonic() + timeoutMs;
  while (clock.monotonic() < until && !signal.aborted) {
    const jobs = await jobsToldOn(place).catch(unlessBug);
    if (jobs !== null && standstill(place, jobs) !== null) return false;
    const replicated = replicatedOf({ jobs: (jobs ?? []).filter(isLive) });
    if (replicated !== null && replicated > time) return true;
    await clock.sleep(lookEveryMs, signal);
  }
  return false;
}

/** Tables that the other side has fewer rows of than it may, in words; and those that could not be counted. Pure. */
export function fewerThere(
  { settings, side }: Pick<Place, 'settings' | 'side'>,
  counts: Counts,
  pairs: readonly number[],
  leave: Leave = noLeave,
) {
  // Of a table that could not be read when it was planned, a person has vouched.
  const unread = pairs.filter((pair) => lackOf(counts, leave, pair) === null && (leave.given[pair] ?? null) === null);
  const fewer = pairs.flatMap((pair) => {
    const given = leave.given[pair] ?? 0;
    const but = given === 0 ? '' : `, of which ${given} were given up`;
    return (lackOf(counts, leave, pair) ?? 0) > 0
      ? [`${tablesAt(settings, side, [pair])} (${counts.here[pair]} here${but}, ${counts.there[pair]} there)`]
      : [];
  });
  return { fewer, unread: tablesAt(settings, side, unread) };
}

/** Whether the other side holds no fewer rows than it may. Pure. */
export function judgeCounts(place: Pick<Place, 'here' | 'there' | 'settings' | 'side'>, counts: Counts, leave: Leave = noLeave): Probe {
  const { here, there, settings } = place;
  const pairs = settings.tables.map((_, pair) => pair);
  const { fewer, unread } = fewerThere(place, counts, pairs, leave);
  const evidence = { [here]: [...counts.here], [there]: [...counts.there], ...leaveEvidence(place, leave) };
  if (fewer.length > 0) {
    return impossible(
      `${here} holds more rows than ${there}, from which everything is to be copied: ${fewer.join(', ')}. What ${there} lacks would be gone for good. Nothing was deleted and no job was ended. Press Retry to count anew: rows that are deleted on ${there} while they are counted can look like this. If it stays so, find out why: ${there} may have been restored from an older backup or emptied by mistake, it may never have had a full copy, or rows were deleted there that no job brings any more. If ${there} is right, press Skip; if not, press Cancel and bring the rows back to ${there} first.`,
      evidence,
    );
  }
  if (unread !== '') {
    return impossible(
      `The rows of ${unread} could not be counted on both sides, so whether ${there} has all that ${here} would lose is not known. Nothing was deleted and no job was ended. Press Retry when the tables can be read; press Skip only if you know that ${there} has everything.`,
      evidence,
    );
  }
  return done(evidence);
}
