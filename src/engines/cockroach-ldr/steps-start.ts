import { z } from 'zod';
import type { JsonObject } from '../../domain/json.ts';
import type { Probe } from '../engine.ts';
import type { JobView } from './detail.ts';
import { isLive } from './flow.ts';
import { sortJobs } from './own-jobs.ts';
import { done, impossible, jobsOn, type LdrStep, look, on, type Place, refused, todo, underway, unknown } from './place.ts';
import { readJobs } from './read-jobs.ts';
import { tablesOn } from './statements.ts';
import { showTable } from './table-name.ts';

export const startParams = z.object({ after: z.string().regex(/^\d{1,19}$/) });
type StartParams = z.infer<typeof startParams>;
export const bothParams = startParams.extend({ both: z.boolean() });

const jobEvidence = ({ id, status }: JobView): JsonObject => ({ job: id, status });

/** What became of a start; null when nothing did, and nothing stands in its way. */
function started({ settings, here }: Place, jobs: readonly JobView[], after: string): Probe | null {
  const { started: ours, ended, foreign, leaving } = sortJobs(settings, jobs, after);
  const [other] = foreign;
  if (other !== undefined) {
    return impossible(
      `Job ${other.id} on ${here} (${other.status}) replicates tables of this link already and is not the one that was to be started: end it with CANCEL JOB ${other.id} if nobody needs it.`,
      jobEvidence(other),
    );
  }
  const [first, second] = ours;
  if (first !== undefined && second !== undefined) {
    return impossible(
      `Jobs ${second.id} and ${first.id} on ${here} replicate the same tables: end the newer one with CANCEL JOB ${first.id}.`,
      {
        jobs: ours.map(({ id }) => id),
      },
    );
  }
  if (first !== undefined) return done(jobEvidence(first));
  if (leaving.length > 0) return underway(`${here} is still ending job ${leaving[0]?.id ?? ''}.`);
  const [over] = ended;
  if (over === undefined) return null;
  return impossible(
    `Job ${over.id} on ${here} was started and is over already (${over.status}${over.error === '' ? '' : `: ${over.error}`}). Mend the cause, and ask anew.`,
    {
      ...jobEvidence(over),
      error: over.error,
    },
  );
}

/** Looks once more in the session that sends, so that nothing is started beside a job that has appeared since the probe. */
const startAlone = (place: Place, statement: string): Promise<void> =>
  on(place, async (session) => {
    const { jobs } = await readJobs(session, place.here, place.settings, place.side);
    const live = jobs.find(isLive);
    if (live !== undefined)
      throw refused(`Job ${live.id} on ${place.here} has appeared meanwhile, so no other one was started.`, { job: live.id });
    await session.change(statement);
  });

export const createStream: LdrStep<StartParams> = {
  params: startParams,
  rebuild: (acts, side, params) => acts.createStream(side, params),
  probe: async (place, { after }) => started(place, await jobsOn(place), after) ?? todo,
  perform: startAlone,
};

export const createReplicated: LdrStep<z.infer<typeof bothParams>> = {
  params: bothParams,
  rebuild: (acts, side, { both, after }) => acts.createReplicated(side, both, { after }),
  probe: async (place, { after }) => {
    const { jobs, tables } = await look(place);
    const seen = started(place, jobs, after);
    if (seen !== null || !tables.includes('there')) return seen ?? todo;
    const there = tablesOn(place.settings, place.side).filter((_, pair) => tables[pair] === 'there');
    return unknown(
      `${place.here} has ${there.map(showTable).join(', ')} already, and lists no job that would have made them: either somebody made them, or the start was cut short.`,
      { tables: there.map(showTable) },
    );
  },
  perform: startAlone,
};
