import { z } from 'zod';
import type { JsonObject } from '../../../domain/json.ts';
import { otherSide } from '../../../domain/observation.ts';
import { timestampOfMicros } from '../../cockroach/times.ts';
import type { Probe } from '../../engine.ts';
import { done, impossible, underway } from '../../frame/probes.ts';
import { askWork, beginWork, type Works } from '../background.ts';
import { compareAll, type Moment, momentsOf, type Verdicts } from '../compare.ts';
import { isLive } from '../flow.ts';
import { jobsOn, type LdrStep, type Place } from '../place.ts';
import { showTable } from '../table-name.ts';
import { caughtUpAt } from './cut.ts';
import { standstill } from './standstill.ts';

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
    return isSame(outcome.value) ? done(evidence) : impossible(wordsOf(place, outcome.value, from), evidence);
  },
});

async function ready(place: Place, from: Params['from'], comparisons: Comparisons): Promise<Probe> {
  const hindrance = from === 'now' ? await unready(place) : unrecorded(place);
  if (hindrance !== null) return hindrance;
  beginWork(comparisons, place, readMs, (watched, tell) => {
    const moment = from === 'now' ? momentsOf(watched) : () => Promise.resolve(fixedMoment(watched));
    return compareAll(watched, moment, from === 'now', tell);
  });
  return underway('The comparison begins.', 0);
}

const isSame = ({ tables }: Verdicts): boolean => tables.every((verdict) => verdict === 'same');

const namesOf = (place: Place, { tables }: Verdicts, wanted: string): string =>
  tables
    .flatMap((verdict, pair) => (verdict === wanted ? [place.settings.tables[pair]?.[place.side]].flatMap((name) => name ?? []) : []))
    .map(showTable)
    .join(', ');

function evidenceOf(place: Place, verdicts: Verdicts): JsonObject {
  const { tables, at } = verdicts;
  return {
    'as of': timestampOfMicros(at),
    'tables compared': tables.length,
    differ: namesOf(place, verdicts, 'differs') || 'none',
    'written meanwhile': namesOf(place, verdicts, 'busy') || 'none',
  };
}

function wordsOf(place: Place, verdicts: Verdicts, from: Params['from']): string {
  const { here, there } = place;
  const differ = namesOf(place, verdicts, 'differs');
  const busy = namesOf(place, verdicts, 'busy');
  const at = timestampOfMicros(verdicts.at);
  if (differ !== '') {
    return `${differ} differ between ${here} and ${there} as of ${at}. Look at the dead letter queue (/repl dlq ${place.link.id}) and for applications that write on the side that follows.`;
  }
  return from === 'now'
    ? `${busy} took writes all the while, so what both sides hold could not be compared; no other table differs. Ask again when fewer writes come in.`
    : `${busy} took writes on ${there} after writes were said to be stopped there: find the application that still writes, since its writes are not on ${here} for sure.`;
}

/** The moment at which this side had the last write of the other one, and no application wrote here yet. */
function fixedMoment(place: Place): Moment | null {
  const caught = caughtUpAt(place);
  return caught === null ? null : { at: caught.asOf, flows: [{ into: place.side, replicated: caught.replicated }] };
}

const unrecorded = (place: Place): Probe | null =>
  caughtUpAt(place) === null
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
