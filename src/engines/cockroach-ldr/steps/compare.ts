import { z } from 'zod';
import type { JsonObject } from '../../../domain/json.ts';
import { otherSide } from '../../../domain/observation.ts';
import { timestampOfMicros } from '../../cockroach/times.ts';
import type { Probe } from '../../engine.ts';
import { done, impossible, underway } from '../../frame/probes.ts';
import { kinds } from '../acts.ts';
import { askWork, beginWork, type Works } from '../background.ts';
import { compareAll, judgeNow, type Verdict, type Verdicts } from '../compare.ts';
import { judgeMoved, type Moved } from '../compare-moved.ts';
import { isLive } from '../flow.ts';
import { earlier, jobsOn, type LdrStep, type Place } from '../place.ts';
import { showTable } from '../table-name.ts';
import { caughtUpAt, offsetMicros, timeIn } from './cut.ts';
import { standstill } from './standstill.ts';

/** Evidence of tables that were not compared, since deletes by TTL are not brought to one of the sides. */
export const ttlKey = 'not comparable for discarded TTL deletes';

export type Comparisons = Works<Verdicts>;

/** Longest time for reading one table, ms. */
const readMs = 6 * 3_600_000;

const params = z.object({ from: z.enum(['now', 'caught-up']) });
type Params = z.infer<typeof params>;

/** A look only begins the comparison, so that the run goes on listening: a cancel must not wait for hours. */
export const compareTables = (comparisons: Comparisons): LdrStep<Params> => ({
  params,
  rebuild: (acts, side, { from }) => acts.compareTables(side, from),
  probe: async (place, { from }) => {
    const outcome = askWork(comparisons, place);
    if (outcome === null) return ready(place, from, comparisons);
    if (outcome.kind === 'running') {
      const { length } = place.settings.tables;
      return underway(`${outcome.done} of ${length} tables are compared.`, outcome.done / length);
    }
    if (outcome.kind === 'failed') return impossible(`The comparison came to no end: ${outcome.why}`);
    const evidence = evidenceOf(place, outcome.value);
    return isFine(place, outcome.value, from) ? done(evidence) : impossible(wordsOf(place, outcome.value, from), evidence);
  },
});

async function ready(place: Place, from: Params['from'], comparisons: Comparisons): Promise<Probe> {
  const hindrance = from === 'now' ? await unready(place) : unrecorded(place);
  if (hindrance !== null) return hindrance;
  beginWork(comparisons, place, readMs, (watched, tell) => {
    const moved = movedIn(watched);
    return compareAll(watched, from === 'now' || moved === null ? judgeNow(watched) : judgeMoved(watched, moved), tell);
  });
  return underway('The comparison begins.', 0);
}

/**
 * Whether nobody has to look at anything. Tables that are meant to differ are no fault; nor, both ways after a move, are those that take
 * writes all the while: these come from the applications that were moved.
 */
const isFine = ({ settings }: Place, { tables }: Verdicts, from: Params['from']): boolean => {
  const fine: readonly Verdict[] = [
    'same',
    'expiring',
    ...(from === 'caught-up' && settings.direction === 'bidirectional' ? (['busy'] as const) : []),
  ];
  return tables.every((verdict) => fine.includes(verdict));
};

const namesOf = (place: Place, { tables }: Verdicts, wanted: Verdict): string =>
  tables
    .flatMap((verdict, pair) => (verdict === wanted ? [place.settings.tables[pair]?.[place.side]].flatMap((name) => name ?? []) : []))
    .map(showTable)
    .join(', ');

function evidenceOf(place: Place, verdicts: Verdicts): JsonObject {
  const { tables, at } = verdicts;
  const names = (wanted: Verdict) => namesOf(place, verdicts, wanted) || 'none';
  const counted = { 'tables compared': tables.length };
  const isOpen = tables.some((verdict) => verdict === 'expiring' || verdict === 'busy' || verdict === 'stray');
  // Nobody is to read of such tables that they are equal.
  return isOpen
    ? {
        'compared as of': timestampOfMicros(at),
        ...counted,
        differ: namesOf(place, verdicts, 'differs') || 'not known of all',
        'written meanwhile': names('busy'),
        'written after the stop': names('stray'),
        [ttlKey]: names('expiring'),
      }
    : { 'as of': timestampOfMicros(at), ...counted, differ: names('differs'), 'written meanwhile': 'none' };
}

function wordsOf(place: Place, verdicts: Verdicts, from: Params['from']): string {
  const { here, there, link } = place;
  const [differ, busy, stray, expiring] = (['differs', 'busy', 'stray', 'expiring'] as const).map((wanted) =>
    namesOf(place, verdicts, wanted),
  );
  const at = timestampOfMicros(verdicts.at);
  const ttl = expiring === '' ? '' : ` ${expiring} can't be compared, since deletes by TTL on ${there} are discarded.`;
  if (differ !== '') {
    return `${differ} differ between ${here} and ${there} as of ${at}. Look at the dead letter queue (/repl dlq ${link.id}) and for applications that write on the side that follows.${ttl}`;
  }
  const writer = 'find the application that still writes, since its writes are not';
  return from === 'now'
    ? `${busy} took writes all the while, so what both sides hold could not be compared; no other table differs. Ask again when fewer writes come in.${ttl}`
    : `${stray} took writes on ${there} after writes were said to be stopped there: ${writer} on ${here} for sure.${ttl}`;
}

/** What the earlier steps of a move recorded; null when they did not. */
function movedIn(place: Place): Moved | null {
  const caught = caughtUpAt(place);
  const stopped = timeIn(earlier(place, kinds.awaitPast, place.here), 'stopped at');
  if (caught === null || stopped === null) return null;
  const moment = { at: caught.asOf, flows: [{ into: place.side, replicated: caught.replicated }] };
  return { moment, stopped: stopped + offsetMicros, readMs };
}

const unrecorded = (place: Place): Probe | null =>
  movedIn(place) === null
    ? impossible(`No step recorded when ${place.here} had everything, so there is no time as of which to compare.`)
    : null;

/** What keeps a comparison from being worth its while now; null when nothing does. */
async function unready(place: Place): Promise<Probe | null> {
  const sides = ['standby', 'primary'] as const;
  const found = await Promise.all(sides.map(async (into) => ({ into, jobs: await jobsOn(place, into) })));
  const flows = found.filter(({ jobs }) => jobs.some(isLive));
  if (flows.length === 0) return impossible(`No job replicates between ${place.here} and ${place.there}.`);
  for (const { into, jobs } of flows) {
    const at = { ...place, side: into, here: place.settings[into].cluster, there: place.settings[otherSide(into)].cluster };
    const trouble = standstill(at, jobs);
    if (trouble !== null) return trouble;
    if (jobs.filter(isLive).some(({ replicated }) => replicated === null)) return underway(`${at.here} has no full copy yet.`);
  }
  return null;
}
