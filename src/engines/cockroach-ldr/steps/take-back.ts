import type { z } from 'zod';
import { otherSide } from '../../../domain/observation.ts';
import { spellTime } from '../../cockroach/spell.ts';
import type { Probe } from '../../engine.ts';
import { done, impossible, todo, underway } from '../../frame/probes.ts';
import type { AskedStart } from '../asked-start.ts';
import { askWork, beginWork, type Works } from '../background.ts';
import type { TableWrites } from '../detail.ts';
import { isLive } from '../flow.ts';
import { sortJobs } from '../own-jobs.ts';
import { change, jobsOn, type LdrStep, look, type Place } from '../place.ts';
import { lastLookMs, readWrites } from '../reads/writes.ts';
import { tablesAt } from '../words.ts';
import { type Counts, fewerThere, readCounts } from './compare-rows.ts';
import { emptiness } from './empty.ts';
import { createdIn, startParams, streamInto } from './start.ts';
import { orAsk } from './unheard.ts';

type Params = z.infer<typeof startParams>;

/** What tells whether rows may be deleted again: who wrote them, and whether they are where they came from. */
interface Taking {
  readonly writes: readonly TableWrites[];
  readonly counts: Counts;
}

export type Takings = Works<Taking>;

/** Longest time for all tables, ms. */
const allMs = 2 * 3_600_000;

/**
 * Empties the tables again that were proven empty before the first job of this run. What a job brought is on the other side; what
 * applications wrote here since may be nowhere else, so that one such row keeps all of them.
 */
export const clearCopy = (takings: Takings): LdrStep<Params> =>
  orPeople({
    params: startParams,
    rebuild: (acts, side, { after }) => acts.clearCopy(side, { after }),
    probe: async (place, { after }) => {
      const ended = await jobsEnded(place, after, streamInto(place));
      if (ended !== null) return ended;
      const pairs = place.settings.tables.map((_, pair) => pair);
      const filled = await emptiness(place, pairs);
      return filled.kind === 'todo' ? unlessWritten(place, takings, 'emptied (TRUNCATE)') : filled;
    },
    perform: change,
  });

/** Drops the tables again that were not there before the first job of this run made them. */
export const dropCopy = (takings: Takings): LdrStep<Params> =>
  orPeople({
    params: startParams,
    rebuild: (acts, side, { after }) => acts.dropCopy(side, { after }),
    probe: async (place, { after }) => {
      const ended = await jobsEnded(place, after, createdIn(place));
      if (ended !== null) return ended;
      const { tables } = await look(place);
      if (!tables.includes('there')) return done({ tables: 'absent' });
      return unlessWritten(place, takings, 'dropped (DROP TABLE)');
    },
    perform: change,
  });

/** Where a cluster can't be asked, what was copied may be the only copy by now, and a person says what becomes of it. */
const orPeople = (step: LdrStep<Params>): LdrStep<Params> => ({
  ...step,
  probe: (place, params) =>
    orAsk(
      place,
      () => step.probe(place, params),
      `What was copied to ${place.here} may be the only copy by now, so nothing was deleted there. Press Retry when ${place.here} and ${place.there} answer, or Skip to leave all rows as they are.`,
    ),
});

/** Null once what this run started is over on both sides. `done` where it never started anything: then nothing here is its copy. */
async function jobsEnded(place: Place, after: string, asked: AskedStart): Promise<Probe | null> {
  const here = await jobsOn(place);
  const { started, foreign, leaving, ended } = sortJobs(place.settings, here, after, asked);
  if ([...started, ...foreign, ...leaving, ...ended].length === 0) return done({ copied: 'nothing' });
  const there = (await jobsOn(place, otherSide(place.side))).filter(isLive);
  const { leaving: parting } = sortJobs(place.settings, there, '0');
  const staying = [...started, ...foreign].map(({ id }) => `${id} on ${place.here}`);
  const back = there.filter((job) => !parting.includes(job)).map(({ id }) => `${id} on ${place.there}`);
  const [job] = [...staying, ...back];
  if (job !== undefined) return impossible(`Job ${job} still replicates the tables, so nothing was deleted on ${place.here}.`, { job });
  if (leaving.length + parting.length > 0) return underway('The jobs are being ended.');
  return ended.length === 0 ? done({ copied: 'nothing' }) : null;
}

/** `todo` once every row of every table was seen to have come by a job; the look goes on in the background meanwhile. */
function unlessWritten(place: Place, takings: Takings, how: string): Probe {
  const { length } = place.settings.tables;
  const seen = askWork(takings, place);
  if (seen === null) {
    beginWork(takings, place, allMs, readTaking);
    return underway(`Whether applications wrote on ${place.here} is being read.`, 0);
  }
  if (seen.kind === 'running') return underway(`The writes of ${seen.done} of ${length} tables are read.`, seen.done / length);
  if (seen.kind === 'failed')
    return judgeWrites(
      place,
      place.settings.tables.map(() => unread),
      how,
    );
  const written = judgeWrites(place, seen.value.writes, how);
  return written.kind === 'todo' ? judgeSource(place, seen.value.counts, how) : written;
}

async function readTaking(place: Place, tell: (done: number) => void): Promise<Taking> {
  const options = { tableMs: lastLookMs, allMs, gently: null };
  const writes = await readWrites(place.connect, place.settings, place.side, options, place.io, tell);
  return { writes, counts: await readCounts(place, () => tell(writes.length)) };
}

/** What came by a job is taken to be where it came from; rows that are not there any more are not taken away here as well. Pure. */
export function judgeSource(place: Pick<Place, 'here' | 'there' | 'side' | 'settings'>, counts: Counts, how: string): Probe {
  const { here, there, settings } = place;
  const pairs = settings.tables.map((_, pair) => pair);
  const { fewer, unread: uncounted } = fewerThere(place, counts, pairs);
  if (fewer.length === 0 && uncounted === '') return todo;
  const why =
    fewer.length > 0
      ? `${here} holds more rows than ${there}, from which they were copied: ${fewer.join(', ')}. Some may be nowhere else`
      : `The rows of ${uncounted} could not be counted on both sides, so what ${here} holds may be nowhere else`;
  return impossible(
    `${why}, so nothing was deleted on ${here}. The replication that this run started is ended. Press Skip to leave all rows as they are; or save what is needed, have the tables ${how} by hand, and press Retry.`,
    { [here]: [...counts.here], [there]: [...counts.there] },
  );
}

const unread: TableWrites = { kind: 'untold', why: 'failed' };

/** Whether all that a side holds came by jobs. Pure. */
export function judgeWrites(place: Pick<Place, 'here' | 'there' | 'side' | 'settings'>, found: readonly TableWrites[], how: string): Probe {
  const { here, there, side, settings } = place;
  const written = found.flatMap((table, pair) =>
    table.kind === 'told' && table.newest !== null ? [{ pair, at: BigInt(table.newest) }] : [],
  );
  const untold = found.flatMap(({ kind }, pair) => (kind === 'untold' ? [pair] : []));
  if (written.length === 0 && untold.length === 0) return todo;
  const names = (pairs: readonly number[]): string => tablesAt(settings, side, pairs);
  const last = written.reduce((most, { at }) => (at > most ? at : most), 0n);
  const why =
    written.length > 0
      ? `Applications wrote into ${names(written.map(({ pair }) => pair))} on ${here} as late as ${spellTime(last)}, and ${there} may lack those rows`
      : `Whether applications wrote into ${names(untold)} on ${here} since could not be read`;
  return impossible(
    `${why}, so nothing was deleted there. The replication that this run started is ended. Press Skip to leave all rows as they are; or save what is needed, have the tables ${how} by hand, and press Retry.`,
    { 'written by applications': names(written.map(({ pair }) => pair)) || 'none seen', 'not read': names(untold) || 'none' },
  );
}
