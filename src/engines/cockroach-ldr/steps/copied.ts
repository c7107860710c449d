import { otherSide } from '../../../domain/observation.ts';
import { spellTime } from '../../cockroach/spell.ts';
import { timestampOfMicros } from '../../cockroach/times.ts';
import type { Probe } from '../../engine.ts';
import { done, impossible, underway, unknown } from '../../frame/probes.ts';
import { askWork, beginWork, type Works } from '../background.ts';
import type { JobView } from '../detail.ts';
import { on, type Place } from '../place.ts';
import { type Counted, readRowCounts } from '../reads/row-stock.ts';
import { asOfTime, readRows, readRowsAt } from '../reads/tables.ts';
import { shortlyAgo } from '../reads/writes.ts';
import { startWords } from '../start-words.ts';
import { tablesOn } from '../statements.ts';
import { showTable } from '../table-name.ts';
import { tablesAt } from '../words.ts';
import { expiringHere } from './leave.ts';
import { either, momentMs, type Tally } from './tally.ts';

/** A job into this side that says it has everything up to a time. */
interface Arrived {
  readonly job: JobView;
  /** Micros since the epoch, as digits. */
  readonly replicated: string;
}

export const arrived = ({ job: { id }, replicated }: Arrived) => ({ job: id, 'replicated time': timestampOfMicros(BigInt(replicated)) });

/** Tables without a row on the side that follows, though the source had some by then. */
export const bareKey = 'tables without rows';

/** Rows that each table is known to have to have here, and those that it has. */
interface CopyCounts {
  readonly wanted: Tally;
  readonly found: Tally;
  /** Tables that delete rows by age here, so that some may have come and gone; asked only of tables that have fewer. */
  readonly expiring?: readonly number[];
}

export type CopyReads = Works<CopyCounts>;

/** Whether a job that has a replicated time has copied what was there. */
export const copied = (reads: CopyReads, place: Place, job: Arrived): Promise<Probe> | Probe =>
  startWords(job.job.command) === null ? counted(reads, place, job) : copiedBySaying(place, job);

/** It said itself that it copies: where rows are missing they came and went, or could not be applied. */
async function copiedBySaying(place: Place, job: Arrived): Promise<Probe> {
  const { settings, side } = place;
  const own = await on(place, (session) => eachOf(tablesOn(settings, side), (table) => readRows(session, table)));
  const at = timestampOfMicros(BigInt(job.replicated));
  const there = otherSide(side);
  const source = await on(place, (session) => eachOf(tablesOn(settings, there), (table) => readRowsAt(session, table, at)), there);
  const bare = tablesOn(settings, side).filter((_, pair) => own[pair] === 'empty' && source[pair] === 'filled');
  return done({ ...arrived(job), ...(bare.length === 0 ? {} : { [bareKey]: bare.map(showTable) }) });
}

async function eachOf<T, R>(all: readonly T[], read: (one: T) => Promise<R>): Promise<readonly R[]> {
  const found: R[] = [];
  for (const one of all) found.push(await read(one));
  return found;
}

/** Longest time for all tables, ms. */
const allMs = 2 * 3_600_000;

/**
 * v24.3 does not tell how a job was started: one that goes on from a time, without a copy, has a replicated time at once. So the rows
 * are counted that should have come.
 */
function counted(reads: CopyReads, place: Place, job: Arrived): Probe {
  const seen = askWork(reads, place);
  const tables = place.settings.tables.length;
  if (seen === null) {
    beginWork(reads, place, allMs, (watched, tell) => readCopy(watched, job, tell));
    return underway(`The rows that ${place.here} was to be filled with are being counted.`, 0);
  }
  if (seen.kind === 'running') return underway(`The rows of ${seen.done} of ${3 * tables} tables are counted.`, seen.done / (3 * tables));
  const none: Tally = place.settings.tables.map(() => null);
  return judgeCopy(place, job, seen.kind === 'failed' ? { wanted: none, found: none } : seen.value);
}

/**
 * What the source had by the replicated time has come, but for what was deleted there since, which goes away here too: so the lesser of
 * two counts of the source has to be here, one before and one after that of this side.
 */
async function readCopy(place: Place, { replicated }: Arrived, tell: (done: number) => void): Promise<CopyCounts> {
  const { length } = place.settings.tables;
  const source: Place = { ...place, side: otherSide(place.side), here: place.there, there: place.here };
  const quietly = () => undefined;
  const before = await readRowCounts(source, asOfTime(timestampOfMicros(BigInt(replicated))), tell);
  const found = await readRowCounts(place, '', (ended) => tell(length + ended));
  const after = await readRowCounts(source, shortlyAgo, (ended) => tell(2 * length + ended));
  const first = { wanted: either(Math.min, before, after), found };
  if (fewer(first).length === 0) return first;
  // What was deleted within the last moment was not seen by the count as of a moment ago.
  await place.io.clock.sleep(momentMs, place.io.signal);
  const [wanted, again] = [await readRowCounts(source, shortlyAgo, quietly), await readRowCounts(place, '', quietly)];
  const second = { wanted: either(Math.min, first.wanted, wanted), found: either(Math.max, found, again) };
  return fewer(second).length === 0 ? second : { ...second, expiring: await expiringHere(place) };
}

const places = (tally: Tally, which: (rows: Counted, place: number) => boolean): readonly number[] =>
  tally.flatMap((rows, place) => (which(rows, place) ? [place] : []));

const fewer = ({ wanted, found }: CopyCounts): readonly number[] => places(wanted, (rows, place) => (found[place] ?? 0) < (rows ?? 0));

/** Whether this side has what it was to be filled with. Pure. */
export function judgeCopy(
  { settings, side, here, there }: Pick<Place, 'settings' | 'side' | 'here' | 'there'>,
  job: Arrived,
  counts: CopyCounts,
): Probe {
  const { wanted, found, expiring = [] } = counts;
  const { id } = job.job;
  const unread = places(wanted, (rows, place) => rows === null || (found[place] ?? null) === null);
  const short = fewer(counts).filter((place) => !unread.includes(place));
  // One job copies all of its tables or none: one that lost no row by age proves it for the others.
  const isProven = places(wanted, (rows) => rows !== null && rows > 0).some((place) => !short.includes(place) && !unread.includes(place));
  const expired = short.filter((place) => expiring.includes(place));
  const evidence = {
    ...arrived(job),
    [here]: [...found],
    [there]: [...wanted],
    ...(expired.length === 0 ? {} : { 'fewer rows, by a TTL here': tablesAt(settings, side, expired) }),
  };
  const open = isProven ? short.filter((place) => !expired.includes(place)) : short;
  if (open.length > 0) {
    const each = open.map((place) => `${tablesAt(settings, side, [place])} (${found[place]} here, ${wanted[place]} there)`);
    const says = `Job ${id} says that ${here} has everything up to ${spellTime(job.replicated)}, but ${here} holds fewer rows than ${there}: ${each.join(', ')}.`;
    const anew = `or end it with CANCEL JOB ${id}, cancel this run, and ask for a setup anew`;
    return open.every((place) => expired.includes(place))
      ? impossible(
          `${says} On ${here} a row-level TTL deletes rows of these tables, which may be why; but every table with rows is one of them, so whether the job made a copy or was started without one (WITH CURSOR) can't be told. Look on ${here} for rows that were written on ${there} before the job was started: if they are there, press Skip; ${anew}.`,
          evidence,
        )
      : impossible(
          `${says} It may have been started without a copy (WITH CURSOR), or rows wait in the dead letter queue. Press Retry to look again; ${anew}.`,
          evidence,
        );
  }
  if (unread.length > 0) {
    return unknown(
      `Whether job ${id} copied what ${there} held can't be told: the release of ${here} does not tell how it was started, and the rows of ${tablesAt(settings, side, unread)} could not be counted on both sides. See that the bot may read the tables (GRANT SELECT).`,
      evidence,
    );
  }
  return done(evidence);
}
