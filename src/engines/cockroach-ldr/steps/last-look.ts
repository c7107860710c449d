import { z } from 'zod';
import type { JsonObject } from '../../../domain/json.ts';
import { readNow } from '../../cockroach/now.ts';
import { spellTime } from '../../cockroach/spell.ts';
import { type Micros, microsOfMs, microsOfTimestamp } from '../../cockroach/times.ts';
import type { Earlier, Probe } from '../../engine.ts';
import { impossible, todo, underway } from '../../frame/probes.ts';
import { kinds } from '../acts.ts';
import { askWork, beginWork, type Works } from '../background.ts';
import type { TableWrites } from '../detail.ts';
import { earlierStep, on, type Place } from '../place.ts';
import { tablesAt } from '../words.ts';
import { fewerThere, readCounts } from './compare-rows.ts';
import { leaveIn } from './leave.ts';
import { lackOf, noLeave, type Tallies } from './tally.ts';
import { accountedOn, isVouched, limitOf, readAll } from './writes.ts';

/** Longest time for all tables, ms. */
const allMs = 2 * 3_600_000;

/** What is so right before rows are deleted. */
interface LastLook {
  readonly writes: readonly TableWrites[];
  /** Null where the plan compares no rows, or a person skipped that. */
  readonly counts: Tallies | null;
}

export type LastLooks = Works<LastLook>;

/** What the plan knows. */
interface Planned {
  /** By table, the newest write that was known (µs, in digits); null where it could not be read. */
  readonly known: readonly (string | null)[];
  /** Tables of which the other side has to have as many rows. */
  readonly kept: readonly number[];
}

/** Up to when writes are accounted for, by table; null where nothing says so. Whether a table may stay unread. */
interface Base {
  readonly limits: readonly (Micros | null)[];
  readonly mayStayUnread: (pair: number) => boolean;
}

/**
 * Rows are deleted by what is so now: between the step that looked and this one there may be a halt, a dead worker, a night. What is
 * written while the tables are read here is all that can be missed.
 */
export async function lookAgain(place: Place, planned: Planned, looks: LastLooks, left: RowsLeft): Promise<Probe> {
  const { here } = place;
  const seen = askWork(looks, place);
  if (seen === null) {
    beginWork(looks, place, allMs, (watched, tell) => readAgain(watched, planned, tell));
    return underway(`Whether applications wrote on ${here} since the last look is being read.`, 0);
  }
  const { length } = place.settings.tables;
  if (seen.kind === 'running') return underway(`The newest writes of ${seen.done} of ${length} tables are read again.`, seen.done / length);
  if (seen.kind === 'failed')
    return impossible(`The newest writes on ${here} could not be read again: ${seen.why} Nothing was deleted. Press Retry to look anew.`);
  const before = earlierStep(place, kinds.checkRows, here) ?? earlierStep(place, kinds.checkWrites, here);
  const base = await baseOf(place, planned, before);
  const { writes, counts } = seen.value;
  return newSince(place, writes, base) ?? (counts === null ? todo : lackIn(place, counts, planned.kept, left));
}

async function readAgain(place: Place, { kept }: Planned, tell: (done: number) => void): Promise<LastLook> {
  // Whoever had the run go on without a look has given rows up, so that there may be fewer on the other side.
  const looks = [kinds.compareRows, kinds.checkWrites, kinds.checkRows].flatMap((kind) => earlierStep(place, kind, place.here) ?? []);
  const compares = kept.length > 0 && looks.some(({ kind }) => kind === kinds.compareRows) && !looks.some(isSkipped);
  // Each may take hours on big tables. Who wrote is seen last: nothing but that look may lie before rows are deleted.
  const counts = compares ? await readCounts(place, () => undefined) : null;
  return { writes: await readAll(place, tell), counts };
}

const isSkipped = ({ evidence }: Earlier): boolean => 'skipped' in evidence;

/** How long ago a person had the run go on without the look, ms; endless where nobody did, or nobody knows when. */
const skippedFor = ({ io }: Place, step: Earlier): number =>
  isSkipped(step) && step.at !== undefined ? io.clock.now() - step.at : Number.POSITIVE_INFINITY;

const recorded = z.object({ 'newest writes': z.array(z.string().nullable()) });

async function baseOf(place: Place, { known }: Planned, before: Earlier | null): Promise<Base> {
  const accounted = accountedOn(place, known);
  const plain: Base = {
    limits: place.settings.tables.map((_, pair) => limitOf(accounted, pair)),
    mayStayUnread: (pair) => isVouched(accounted, pair),
  };
  if (before === null) return plain;
  if (isSkipped(before)) return beforeSkip(place, plain, skippedFor(place, before));
  if (before.kind !== kinds.checkRows) return plain;
  // The change of schema may have written rows: what was there after it is what counts.
  const told = recorded.safeParse(before.evidence);
  const newest = told.success ? told.data['newest writes'] : [];
  return {
    limits: place.settings.tables.map((_, pair) => (newest[pair] === undefined ? null : (microsOfTimestamp(newest[pair] ?? '') ?? -1n))),
    mayStayUnread: () => false,
  };
}

/** Whoever skipped the look vouched for all that was there then. */
async function beforeSkip(place: Place, { limits }: Base, agoMs: number): Promise<Base> {
  if (!Number.isFinite(agoMs)) return { limits, mayStayUnread: () => true };
  const now = await on(place, (session) => readNow(session, place.here));
  const skippedAt = now - microsOfMs(Math.max(0, agoMs));
  return {
    limits: limits.map((limit) => (limit !== null && limit > skippedAt ? limit : skippedAt)),
    mayStayUnread: () => true,
  };
}

/** What is there that nobody has looked at; null where nothing is. Pure. */
function newSince(place: Place, writes: readonly TableWrites[], { limits, mayStayUnread }: Base): Probe | null {
  const { here, there, side, settings } = place;
  const names = (pairs: readonly number[]): string => tablesAt(settings, side, pairs);
  const late = writes.flatMap((table, pair) => {
    const at = table.kind === 'told' && table.newest !== null ? BigInt(table.newest) : null;
    return at !== null && at > (limits[pair] ?? -1n) ? [{ pair, at }] : [];
  });
  if (late.length > 0) {
    const last = late.reduce((most, { at }) => (at > most ? at : most), 0n);
    return impossible(
      `Applications wrote into ${names(late.map(({ pair }) => pair))} on ${here} as late as ${spellTime(last)}, after the last look: ${there} may lack those rows. Nothing was deleted. Stop what writes on ${here} and save those rows; then empty the tables there by hand (TRUNCATE) and press Retry. Cancel, if ${here} is the side in use.`,
      { 'written since': names(late.map(({ pair }) => pair)) },
    );
  }
  const unread = writes.flatMap(({ kind }, pair) => (kind === 'untold' && !mayStayUnread(pair) ? [pair] : []));
  if (unread.length > 0) {
    return impossible(
      `Whether applications wrote into ${names(unread)} on ${here} since the last look could not be read. Nothing was deleted. Press Retry when the tables can be read; or make sure that they hold nothing of their own, empty them by hand (TRUNCATE) and press Retry.`,
      { 'not read': names(unread) },
    );
  }
  return null;
}

/** By table, how many rows were missing on the other side when a person was asked; none where nobody had to be. */
const shownKey = 'rows missing there, as shown';
const shownIn = z.object({ [shownKey]: z.array(z.int()) });
/** What earlier versions recorded, where Retry said yes to less as well. */
const formerKey = 'missing rows that Retry accepts';
const goneKey = 'rows missing there when all were deleted';

/** By run and side, the rows that were missing on the other side when it was said that rows are to be deleted. */
export type RowsLeft = Map<string, readonly number[]>;

const keyOf = ({ io, link, here }: Place): string => `${io.tag} ${link.id} ${here}`;

/** For the journal, what was missing by then; nothing where people were not asked, or where another worker deleted the rows. */
export function goneEvidence(place: Place, left: RowsLeft): JsonObject {
  const rows = left.get(keyOf(place));
  left.delete(keyOf(place));
  return rows === undefined ? {} : { [goneKey]: [...rows] };
}

/** What a person was told to be missing, and answered with Retry; null when nobody was. */
function answeredIn({ io }: Pick<Place, 'io'>): readonly number[] | null {
  const last = io.retried.findLast((shown) => shownKey in shown);
  return shownIn.safeParse(last).data?.[shownKey] ?? null;
}

/**
 * What a Retry says yes to. A source in use may delete more by the time a person answers, up to twice as much. Less than about what was
 * shown says that somebody brings rows back: then nobody has said that the rest may go.
 */
const boundsOf = (shown: number) => ({ least: Math.ceil(shown * 0.95), most: 2 * shown });

function isAnswered(lack: number, shown: number): boolean {
  const { least, most } = boundsOf(shown);
  return lack >= least && lack <= most;
}

/**
 * The other side had as many rows when they were compared, so what it lacks by now was deleted there since: rightly, or by mistake. A
 * person is told how much is missing, and to how much a Retry says yes. Pure but for what it notes of rows that are given up.
 */
function lackIn(place: Place, counts: Tallies, kept: readonly number[], left: RowsLeft): Probe {
  const { here, there, side, settings } = place;
  const compared = earlierStep(place, kinds.compareRows, here);
  const leave = compared === null ? noLeave : leaveIn(place, compared.evidence);
  const lacks = settings.tables.map((_, pair) => (kept.includes(pair) ? (lackOf(counts, leave, pair) ?? 0) : 0));
  const answered = answeredIn(place);
  const open = kept.filter((pair) => (lacks[pair] ?? 0) > 0 && !isAnswered(lacks[pair] ?? 0, answered?.[pair] ?? 0));
  const { unread: uncounted } = fewerThere(place, counts, kept, leave);
  const evidence = { [here]: [...counts.here], [there]: [...counts.there] };
  if (open.length === 0 && uncounted !== '') {
    return impossible(
      `The rows of ${uncounted} could not be counted again on both sides, so whether ${there} still has all that ${here} would lose is not known. Nothing was deleted. Press Retry when the tables can be read; or save what is needed, empty the tables on ${here} by hand (TRUNCATE) and press Retry.`,
      evidence,
    );
  }
  if (open.length === 0) {
    if (answered !== null) left.set(keyOf(place), lacks);
    return todo;
  }
  const shown = lacks.map((lack, pair) => (open.includes(pair) || lack === 0 ? lack : (answered?.[pair] ?? 0)));
  const names = (pair: number): string => tablesAt(settings, side, [pair]);
  const bounds = open.map((pair) => {
    const { least, most } = boundsOf(lacks[pair] ?? 0);
    return `${least} to ${most} of ${names(pair)}`;
  });
  const repaired = open.filter((pair) => (lacks[pair] ?? 0) < (answered?.[pair] ?? 0));
  const less = repaired.map((pair) => `${lacks[pair]} of ${names(pair)}, and ${answered?.[pair]} when it was shown`);
  const again = less.length === 0 ? '' : ` Fewer are missing by now than a Retry said yes to: ${less.join('; ')}.`;
  return impossible(
    `${here} holds more rows by now than ${there}, from which everything is to be copied: ${fewerThere(place, counts, open, leave).fewer.join(', ')}.${again} ${there} had as many when they were compared, so they were deleted there since. What ${there} lacks would be gone for good. Nothing was deleted on ${here}. If that is as it should be on ${there} (a purge, a TTL), press Retry: the run goes on if ${bounds.join(', ')} are missing there by then, and asks again if it is any other number. If rows have to come back to ${there}, bring all of them back before you press Retry: with none missing the run goes on and nothing is lost.`,
    { ...evidence, [shownKey]: shown },
  );
}

/**
 * How many rows were given up that the other side lacked, by the word of a person: none where nobody was asked; null where it is not
 * known how many were still missing when rows were deleted. `evidence`: of the step that deleted them.
 */
export function rowsGivenUp(retried: readonly JsonObject[], evidence: JsonObject | null): number | null {
  if (!retried.some((shown) => shownKey in shown || formerKey in shown)) return 0;
  const told = z.object({ [goneKey]: z.array(z.int()) }).safeParse(evidence);
  return told.success ? told.data[goneKey].reduce((sum, rows) => sum + rows, 0) : null;
}
