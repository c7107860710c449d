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
import { type Counts, fewerThere, readCounts } from './compare-rows.ts';
import { accountedOn, isVouched, limitOf, readAll } from './writes.ts';

/** Longest time for all tables, ms. */
const allMs = 2 * 3_600_000;

/** What is so right before rows are deleted. */
interface LastLook {
  readonly writes: readonly TableWrites[];
  /** Null where the plan compares no rows, or a person skipped that. */
  readonly counts: Counts | null;
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
export async function lookAgain(place: Place, planned: Planned, looks: LastLooks): Promise<Probe> {
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
  return newSince(place, seen.value, base, planned.kept);
}

async function readAgain(place: Place, { kept }: Planned, tell: (done: number) => void): Promise<LastLook> {
  // Whoever had the run go on without a look has given rows up, so that there may be fewer on the other side.
  const looks = [kinds.compareRows, kinds.checkWrites, kinds.checkRows].flatMap((kind) => earlierStep(place, kind, place.here) ?? []);
  const compares = kept.length > 0 && looks.some(({ kind }) => kind === kinds.compareRows) && !looks.some(isSkipped);
  // Each may take hours on big tables: neither waits for the other.
  const [counts, writes] = await Promise.all([compares ? readCounts(place, () => undefined) : null, readAll(place, tell)]);
  return { writes, counts };
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

/** Whether something is there that nobody has looked at. Pure. */
function newSince(place: Place, { writes, counts }: LastLook, { limits, mayStayUnread }: Base, kept: readonly number[]): Probe {
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
  return counts === null ? todo : lackOf(place, counts, kept);
}

/** By table, how many rows may be missing on the other side by the word of a person. */
const acceptedKey = 'missing rows that Retry accepts';
const acceptance = z.object({ [acceptedKey]: z.array(z.int()) });

/** What a person was told that may be missing, and answered with Retry; null when nobody was. */
function acceptedIn({ io }: Pick<Place, 'io'>): readonly number[] | null {
  const last = io.retried.findLast((shown) => acceptedKey in shown);
  return acceptance.safeParse(last).data?.[acceptedKey] ?? null;
}

/** A source in use may delete more than it takes: by the time a person has answered, more is missing than was counted. */
const room = 2;

/**
 * The other side had as many rows when they were compared, so what it lacks by now was deleted there since: rightly, or by mistake. A
 * person is told how much is missing, and up to how much a Retry accepts; never more is. Pure.
 */
function lackOf(place: Place, counts: Counts, kept: readonly number[]): Probe {
  const { here, there, side, settings } = place;
  const lacks = settings.tables.map((_, pair) => Math.max(0, (counts.here[pair] ?? 0) - (counts.there[pair] ?? 0)));
  const accepted = acceptedIn(place);
  const open = kept.filter((pair) => (lacks[pair] ?? 0) > (accepted?.[pair] ?? 0));
  const { fewer } = fewerThere(place, counts, open);
  const { unread: uncounted } = fewerThere(place, counts, kept);
  if (fewer.length === 0 && uncounted === '') return todo;
  const evidence = { [here]: [...counts.here], [there]: [...counts.there] };
  if (fewer.length === 0) {
    return impossible(
      `The rows of ${uncounted} could not be counted again on both sides, so whether ${there} still has all that ${here} would lose is not known. Nothing was deleted. Press Retry when the tables can be read; or save what is needed, empty the tables on ${here} by hand (TRUNCATE) and press Retry.`,
      evidence,
    );
  }
  const allowed = lacks.map((lack, pair) =>
    open.includes(pair) ? Math.min(room * lack, counts.here[pair] ?? 0) : (accepted?.[pair] ?? 0),
  );
  const limits = open.map((pair) => `${allowed[pair] ?? 0} of ${tablesAt(settings, side, [pair])}`).join(', ');
  return impossible(
    `${here} holds more rows by now than ${there}, from which everything is to be copied: ${fewer.join(', ')}. ${there} had as many when they were compared, so they were deleted there since. What ${there} lacks would be gone for good. Nothing was deleted on ${here}. If that is as it should be on ${there} (a purge, a TTL), press Retry: the run then accepts that up to ${limits} are missing there, and asks again if it is more. If not, bring the rows back to ${there} first, then press Retry.`,
    { ...evidence, [acceptedKey]: allowed },
  );
}

/** Whether a person accepted that rows are missing on the other side. */
export const gaveRowsUp = (retried: readonly JsonObject[]): boolean => retried.some((shown) => acceptedKey in shown);
