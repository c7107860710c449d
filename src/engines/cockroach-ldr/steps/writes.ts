import { z } from 'zod';
import type { JsonObject } from '../../../domain/json.ts';
import { spellTime } from '../../cockroach/spell.ts';
import { type Micros, timestampOfMicros } from '../../cockroach/times.ts';
import type { Probe } from '../../engine.ts';
import { done, impossible, underway } from '../../frame/probes.ts';
import { kinds } from '../acts.ts';
import { askWork, beginWork, type Works } from '../background.ts';
import type { TableWrites } from '../detail.ts';
import { earlier, type LdrStep, type Place } from '../place.ts';
import { lastLookMs, readWrites } from '../reads/writes.ts';
import { tablesAt } from '../words.ts';
import { timeIn } from './cut.ts';

/** Longest time for all tables, ms. */
const allMs = 2 * 3_600_000;

export type Looks = Works<readonly TableWrites[]>;

/** By table, µs in digits. */
export const knownWrites = z.array(
  z
    .string()
    .regex(/^\d{1,20}$/)
    .nullable(),
);
const params = z.object({ known: knownWrites });
type Params = z.infer<typeof params>;

/** Up to when writes on this side are accounted for. */
export interface Accounted {
  /** By table: what was seen when it was planned; null where that could not be read. */
  readonly known: readonly (Micros | null)[];
  /** Up to when the other side has everything, as an earlier step proved. */
  readonly arrived: Micros | null;
  /** When a person had said that what is here may go. */
  readonly confirmed: Micros | null;
}

/** Looks once more, on the database, right before a side is emptied: whoever wrote there since has not been asked. */
export const checkWrites = (looks: Looks): LdrStep<Params> => ({
  params,
  rebuild: (acts, side, { known }) => acts.checkWrites(side, known),
  probe: async (place, { known }) => {
    const accounted = accountedOn(place, known);
    const unaccounted = known.some((_, pair) => limitOf(accounted, pair) === null);
    if (unaccounted)
      return impossible(`No step recorded up to when writes on ${place.here} are accounted for, so nothing may be deleted there.`);
    const look = askWork(looks, place);
    if (look === null) {
      beginWork(looks, place, allMs, readAll);
      return underway(`The newest writes on ${place.here} are being read.`, 0);
    }
    const { length } = place.settings.tables;
    if (look.kind === 'running') return underway(`The newest writes of ${look.done} of ${length} tables are read.`, look.done / length);
    if (look.kind === 'failed') return impossible(`The newest writes on ${place.here} could not be read: ${look.why} Nothing was deleted.`);
    return judge(place, look.value, accounted);
  },
});

/** What the plan knew (`known`), what an earlier step of the run proved, and what a person confirmed. */
export const accountedOn = (place: Place, known: readonly (string | null)[]): Accounted => ({
  known: known.map((digits) => (digits === null ? null : BigInt(digits))),
  arrived: timeIn(earlier(place, kinds.awaitPast, place.there), 'replicated time'),
  confirmed: timeIn(earlier(place, kinds.markTime, place.here), 'at'),
});

/** Without regard for writers: nobody should write there any more. */
export const readAll = ({ connect, settings, side, io }: Place, tell: (done: number) => void): Promise<readonly TableWrites[]> =>
  readWrites(connect, settings, side, { tableMs: lastLookMs, allMs, gently: null }, io, tell);

export const limitOf = ({ known, arrived, confirmed }: Accounted, pair: number): Micros | null => known[pair] ?? arrived ?? confirmed;

function judge(place: Place, found: readonly TableWrites[], accounted: Accounted): Probe {
  const { here, there, side, settings } = place;
  const names = (pairs: readonly number[]): string => tablesAt(settings, side, pairs);
  const late = found.flatMap((look, pair) => {
    const at = look.kind === 'told' && look.newest !== null ? BigInt(look.newest) : null;
    return at !== null && at > (limitOf(accounted, pair) ?? -1n) ? [{ pair, at }] : [];
  });
  const unread = found.flatMap(({ kind }, pair) => (kind === 'untold' ? [pair] : []));
  const newest = found.reduce<Micros | null>((most, look) => {
    const at = look.kind === 'told' && look.newest !== null ? BigInt(look.newest) : null;
    return at !== null && (most === null || at > most) ? at : most;
  }, null);
  const evidence: JsonObject = {
    'newest write that no job brought': newest === null ? 'none' : timestampOfMicros(newest),
    'written since': late.length === 0 ? 'none' : names(late.map(({ pair }) => pair)),
    'not read': unread.length === 0 ? 'none' : names(unread),
  };
  if (late.length > 0) {
    const last = late.reduce((most, { at }) => (at > most ? at : most), 0n);
    return impossible(
      `Applications wrote into ${names(late.map(({ pair }) => pair))} on ${here} as late as ${spellTime(last)}, after all that is accounted for: ${there} may lack those rows. Nothing was deleted. Stop what writes on ${here} and save those rows; or cancel, if ${here} is the side in use.`,
      evidence,
    );
  }
  const open = unread.filter((pair) => !isVouched(accounted, pair));
  return open.length === 0
    ? done(evidence)
    : impossible(
        `Whether applications wrote into ${names(open)} on ${here} since could not be read, so nothing was deleted. Skip this step only if you know that they did not.`,
        evidence,
      );
}

/** What a person has vouched for may stay unread; nothing else may. */
export const isVouched = ({ known, arrived, confirmed }: Accounted, pair: number): boolean =>
  arrived === null && confirmed !== null && known[pair] === null;
