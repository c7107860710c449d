import { z } from 'zod';
import { isFault } from '../../domain/faults.ts';
import type { JsonObject } from '../../domain/json.ts';
import { timestampOfMicros } from '../cockroach/times.ts';
import type { Probe } from '../engine.ts';
import { compareAll, type Moment, momentNow, type Verdicts } from './compare.ts';
import { flowsOf, otherSide } from './flow.ts';
import { done, impossible, type LdrStep, look, type Place, underway } from './place.ts';
import { caughtUpAt } from './steps-cut.ts';
import { standstill } from './steps-scan.ts';
import { showTable } from './table-name.ts';

interface Comparison {
  outcome:
    | { readonly kind: 'running'; readonly compared: number }
    | { readonly kind: 'failed'; readonly why: string }
    | { readonly kind: 'compared'; readonly verdicts: Verdicts };
  /** When the run last asked, ms of the monotonic clock. */
  askedAt: number;
}

/**
 * Comparisons of this process, by run and link. They leave no trace in the databases; one that is forgotten (a crash, a take-over) is
 * made anew, which changes nothing.
 */
export type Comparisons = Map<string, Comparison>;

const keyOf = ({ io, link, here }: Place): string => `${io.tag} ${link.id} ${here}`;

/** A comparison that no run asks about any more (it was cancelled, or halted) is given up after this time, ms. */
const unwatchedMs = 60_000;
const watchEveryMs = 2_000;
/** Longest time for reading one table, ms. */
const readMs = 6 * 3_600_000;

const params = z.object({ from: z.enum(['now', 'caught-up']) });
type Params = z.infer<typeof params>;

/** A look only begins the comparison, so that the run goes on listening: a cancel must not wait for hours. */
export const compareTables = (comparisons: Comparisons): LdrStep<Params> => ({
  params,
  rebuild: (acts, side, { from }) => acts.compareTables(side, from),
  probe: async (place, { from }) => {
    const comparison = comparisons.get(keyOf(place));
    if (comparison === undefined) return ready(place, from, comparisons);
    comparison.askedAt = place.io.clock.monotonic();
    const { outcome } = comparison;
    if (outcome.kind === 'running') {
      const { length } = place.settings.tables;
      return underway(`${outcome.compared} of ${length} tables are compared.`, outcome.compared / length);
    }
    // Told once: asking again compares again.
    comparisons.delete(keyOf(place));
    if (outcome.kind === 'failed') return impossible(`The comparison came to no end: ${outcome.why}`);
    const evidence = evidenceOf(place, outcome.verdicts);
    return isSame(outcome.verdicts) ? done(evidence) : impossible(wordsOf(place, outcome.verdicts, from), evidence);
  },
});

async function ready(place: Place, from: Params['from'], comparisons: Comparisons): Promise<Probe> {
  const hindrance = from === 'now' ? await unready(place) : unrecorded(place);
  if (hindrance !== null) return hindrance;
  const comparison: Comparison = { outcome: { kind: 'running', compared: 0 }, askedAt: place.io.clock.monotonic() };
  comparisons.set(keyOf(place), comparison);
  void begin(place, from, comparison);
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

/** Never rejects: what went wrong is told to who asks next. */
async function begin(place: Place, from: Params['from'], comparison: Comparison): Promise<void> {
  const given = new AbortController();
  const { clock } = place.io;
  const watched = { ...place, io: { ...place.io, timeoutMs: readMs, signal: AbortSignal.any([place.io.signal, given.signal]) } };
  const moment = from === 'now' ? () => momentNow(watched) : () => Promise.resolve(fixedMoment(watched));
  const work = compareAll(watched, moment, from === 'now', (compared) => {
    comparison.outcome = { kind: 'running', compared };
  }).then(
    (verdicts) => {
      comparison.outcome = { kind: 'compared', verdicts };
    },
    (cause: unknown) => {
      comparison.outcome = { kind: 'failed', why: isFault(cause) ? cause.message : 'the bot failed.' };
    },
  );
  const ended = work.finally(() => given.abort());
  while (!given.signal.aborted) {
    await clock.sleep(watchEveryMs, given.signal);
    if (clock.monotonic() - comparison.askedAt > unwatchedMs) given.abort();
  }
  await ended;
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
  const [primary, standby] = await Promise.all([look(place, 'primary'), look(place, 'standby')]);
  const flows = flowsOf(place.settings, { primary, standby, schema: { kind: 'skipped' } });
  if (flows.length === 0) return impossible(`No job replicates between ${place.here} and ${place.there}.`);
  for (const { into, jobs } of flows) {
    const names = { here: place.settings[into].cluster, there: place.settings[otherSide(into)].cluster };
    const trouble = standstill(names, jobs);
    if (trouble !== null) return trouble;
    if (jobs.some(({ replicated }) => replicated === null)) return underway(`${names.here} has no full copy yet.`);
  }
  return null;
}
