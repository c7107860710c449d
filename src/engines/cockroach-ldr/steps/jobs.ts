import { z } from 'zod';
import type { JsonObject } from '../../../domain/json.ts';
import { done, impossible, todo, underway } from '../../frame/probes.ts';
import type { JobView } from '../detail.ts';
import { phaseOf } from '../flow.ts';
import { change, jobsToldOn, type LdrStep, type Place } from '../place.ts';
import { phaseWords } from '../words.ts';

const params = z.object({ job: z.string().regex(/^\d{1,19}$/) });
type Params = z.infer<typeof params>;

const find = async (place: Place, job: string): Promise<JobView | null> => (await jobsToldOn(place)).find(({ id }) => id === job) ?? null;

const evidenceOf = ({ id, status }: JobView): JsonObject => ({ job: id, status });
const gone = ({ here }: Place, job: string, what: string) =>
  impossible(`${here} no longer lists job ${job} among those of the link, so it can't be ${what}.`, { job });

export const pause: LdrStep<Params> = {
  params,
  rebuild: (acts, side, { job }) => acts.pause(side, job),
  probe: async (place, { job: id }) => {
    const job = await find(place, id);
    if (job === null) return gone(place, id, 'paused');
    const phase = phaseOf(job);
    if (phase === 'paused' || phase === 'gave-up') return done(evidenceOf(job));
    if (phase === 'pausing') return underway(`Job ${id} on ${place.here} is being paused.`);
    if (phase === 'following' || phase === 'scanning' || phase === 'retrying' || phase === 'starting') return todo;
    return impossible(`Job ${id} on ${place.here} can't be paused: ${phaseWords[phase]}.`, evidenceOf(job));
  },
  perform: change,
};

export const resume: LdrStep<Params> = {
  params,
  rebuild: (acts, side, { job }) => acts.resume(side, job),
  probe: async (place, { job: id }) => {
    const job = await find(place, id);
    if (job === null) return gone(place, id, 'resumed');
    const phase = phaseOf(job);
    // A job can't be resumed before its pause is complete.
    if (phase === 'pausing') return underway(`Job ${id} on ${place.here} is still being paused.`);
    if (phase === 'paused' || phase === 'gave-up') return todo;
    if (phase === 'following' || phase === 'scanning' || phase === 'retrying' || phase === 'starting') return done(evidenceOf(job));
    return impossible(`Job ${id} on ${place.here} can't be resumed: ${phaseWords[phase]}.`, evidenceOf(job));
  },
  perform: change,
};

/** A job that is over, or that is not listed any more, does nothing: that is what was wanted. */
export const cancel: LdrStep<Params> = {
  params,
  rebuild: (acts, side, { job }) => acts.cancel(side, job),
  probe: async (place, { job: id }) => {
    const job = await find(place, id);
    if (job === null) return done({ job: id, status: 'not listed any more' });
    const phase = phaseOf(job);
    if (phase === 'over' || phase === 'failed') return done(evidenceOf(job));
    if (phase === 'ending') return underway(`Job ${id} on ${place.here} is being ended.`);
    return phase === 'strange'
      ? impossible(`Job ${id} on ${place.here} is in a state that is not known here (${job.status}).`, evidenceOf(job))
      : todo;
  },
  perform: change,
};
