import { z } from 'zod';
import { Fault } from '../../../domain/faults.ts';
import { otherSide } from '../../../domain/observation.ts';
import type { Probe } from '../../engine.ts';
import { done, todo, underway } from '../../frame/probes.ts';
import type { JobView } from '../detail.ts';
import { isLive, phaseOf } from '../flow.ts';
import { isWhole, sortJobs } from '../own-jobs.ts';
import { change, jobsOn, type LdrStep, look, on, type Place } from '../place.ts';
import { readJobs } from '../reads/jobs.ts';
import { emptiness } from './empty.ts';
import { bothParams, startParams } from './start.ts';

const endParams = startParams.extend({ clear: z.boolean(), back: startParams.shape.after.nullable() });

/** Ends what this run started, and, where the tables were empty before, deletes what it copied. */
export const endStream: LdrStep<z.infer<typeof endParams>> = {
  params: endParams,
  rebuild: (acts, side, { clear, back, after }) => acts.endStream(side, clear, back, { after }),
  probe: async (place, { clear, back, after }) => {
    const own = ownEnd(place, await jobsOn(place), after);
    if (own !== null || !clear) return own ?? done({ job: 'none' });
    const other = otherPlace(place);
    const returning = back === null ? null : ownEnd(other, await jobsOn(other), back);
    return (
      returning ??
      emptiness(
        place,
        place.settings.tables.map((_, pair) => pair),
      )
    );
  },
  perform: async (place, _, { back, after }, [, clear]) => {
    await cancelOwn(place, after);
    if (back !== null) await cancelOwn(otherPlace(place), back);
    if (clear === undefined) return;
    if (back !== null) await onceFree(otherPlace(place));
    await onceFree(place);
    await change(place, clear);
  },
};

/** The same act seen from the other side. */
const otherPlace = (place: Place): Place => ({ ...place, side: otherSide(place.side), here: place.there, there: place.here });

async function cancelOwn(place: Place, after: string): Promise<void> {
  for (const job of sortJobs(place.settings, await jobsOn(place), after).started) await change(place, `CANCEL JOB ${job.id}`);
}

function ownEnd({ settings, here }: Place, jobs: readonly JobView[], after: string): Probe | null {
  const { started: ours, leaving } = sortJobs(settings, jobs, after);
  if (ours.length > 0) return todo;
  return leaving.length > 0 ? underway(`${here} is ending job ${leaving[0]?.id ?? ''}.`) : null;
}

/** The jobs that a start in both directions made on the source: their parent is one of ours. */
function reverseJobs(place: Place, there: readonly JobView[], here: readonly JobView[], after: string): readonly JobView[] {
  const { started: ours, ended, leaving } = sortJobs(place.settings, here, after);
  const parents = [...ours, ...ended, ...leaving].map(({ id }) => id);
  return there.filter((job) => isLive(job) && job.parent !== null && parents.includes(job.parent) && isWhole(place.settings, job));
}

const pollMs = 250;

/** Ends what this run started and drops the tables that it made: they were not there before, and nobody was told to use them. */
export const dropReplicated: LdrStep<z.infer<typeof bothParams>> = {
  params: bothParams,
  rebuild: (acts, side, { both, after }) => acts.dropReplicated(side, both, { after }),
  probe: async (place, { both, after }) => {
    const { jobs, tables } = await look(place);
    const there = both ? reverseJobs(place, await jobsOn(place, otherSide(place.side)), jobs, after) : [];
    const own = ownEnd(place, jobs, after);
    if (own !== null) return own;
    if (there.length > 0) return there.every((job) => phaseOf(job) === 'ending') ? underway(`${place.there} is ending its job.`) : todo;
    return tables.includes('there') ? todo : done({ tables: 'absent' });
  },
  perform: async (place, _, { both, after }, [, drop]) => {
    const other = otherPlace(place);
    const here = await jobsOn(place);
    if (both) {
      for (const job of reverseJobs(place, await jobsOn(other), here, after)) {
        if (phaseOf(job) !== 'ending') await change(other, `CANCEL JOB ${job.id}`);
      }
    }
    await cancelOwn(place, after);
    if (drop === undefined) return;
    if (both) await onceFree(other);
    await onceFree(place);
    await change(place, drop);
  },
};

/** Tables that replicate can't be dropped or emptied, and a job takes a moment to end. */
const onceFree = (place: Place): Promise<void> =>
  on(place, async (session) => {
    for (;;) {
      const { jobs } = await readJobs(session, place.here, place.settings, place.side);
      const [job] = jobs.filter(isLive);
      if (job === undefined) return;
      if (phaseOf(job) !== 'ending') {
        throw new Fault('statement-refused', `Job ${job.id} on ${place.here} still replicates the tables, so they were left as they are.`, {
          effect: 'unknown',
          facts: { job: job.id },
        });
      }
      await place.io.clock.sleep(pollMs, place.io.signal);
    }
  });
