import type { z } from 'zod';
import { otherSide } from '../../../domain/observation.ts';
import type { Probe } from '../../engine.ts';
import { done, todo, underway } from '../../frame/probes.ts';
import type { AskedStart } from '../asked-start.ts';
import type { JobView } from '../detail.ts';
import { isLive, phaseOf } from '../flow.ts';
import { isWhole, sortJobs } from '../own-jobs.ts';
import { change, jobsOn, type LdrStep, type Place } from '../place.ts';
import { bothParams, createdIn, followParams, streamInto } from './start.ts';

/** Ends what this run started. What it copied is for another step to judge. */
export const endStream: LdrStep<z.infer<typeof followParams>> = {
  params: followParams,
  rebuild: (acts, side, { after, cursor = null }) => acts.endStream(side, { after, cursor }),
  probe: async (place, { after, cursor }) => ownEnd(place, await jobsOn(place), after, streamOf(place, cursor)) ?? done({ job: 'none' }),
  perform: (place, _, { after, cursor }) => cancelOwn(place, after, streamOf(place, cursor)),
};

const streamOf = (place: Place, cursor: string | null | undefined): AskedStart | null =>
  cursor === undefined ? null : streamInto(place, cursor);

/** The same act seen from the other side. */
const otherPlace = (place: Place): Place => ({ ...place, side: otherSide(place.side), here: place.there, there: place.here });

async function cancelOwn(place: Place, after: string, asked: AskedStart | null): Promise<void> {
  for (const job of sortJobs(place.settings, await jobsOn(place), after, asked).started) await change(place, `CANCEL JOB ${job.id}`);
}

function ownEnd({ settings, here }: Place, jobs: readonly JobView[], after: string, asked: AskedStart | null): Probe | null {
  const { started: ours, leaving } = sortJobs(settings, jobs, after, asked);
  if (ours.length > 0) return todo;
  return leaving.length > 0 ? underway(`${here} is ending job ${leaving[0]?.id ?? ''}.`) : null;
}

/** The jobs that a start in both directions made on the source: their parent is one of ours. */
function reverseJobs(place: Place, there: readonly JobView[], here: readonly JobView[], after: string): readonly JobView[] {
  const { started: ours, ended, leaving } = sortJobs(place.settings, here, after, createdIn(place));
  const parents = [...ours, ...ended, ...leaving].map(({ id }) => id);
  return there.filter((job) => isLive(job) && job.parent !== null && parents.includes(job.parent) && isWhole(place.settings, job));
}

/** Ends what a start by one statement began, in both directions where it was for both. */
export const endReplicated: LdrStep<z.infer<typeof bothParams>> = {
  params: bothParams,
  rebuild: (acts, side, { both, after }) => acts.endReplicated(side, both, { after }),
  probe: async (place, { both, after }) => {
    const jobs = await jobsOn(place);
    const there = both ? reverseJobs(place, await jobsOn(place, otherSide(place.side)), jobs, after) : [];
    const own = ownEnd(place, jobs, after, createdIn(place));
    if (own !== null) return own;
    if (there.length === 0) return done({ job: 'none' });
    return there.every((job) => phaseOf(job) === 'ending') ? underway(`${place.there} is ending its job.`) : todo;
  },
  perform: async (place, _, { both, after }) => {
    const other = otherPlace(place);
    const here = await jobsOn(place);
    if (both) {
      for (const job of reverseJobs(place, await jobsOn(other), here, after)) {
        if (phaseOf(job) !== 'ending') await change(other, `CANCEL JOB ${job.id}`);
      }
    }
    await cancelOwn(place, after, createdIn(place));
  },
};
