import { z } from 'zod';
import { Fault } from '../../domain/faults.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { SqlSession } from '../../transports/sql.ts';
import type { Probe } from '../engine.ts';
import type { JobView } from './detail.ts';
import { isLive, otherSide, phaseOf } from './flow.ts';
import { isWhole, sortJobs } from './own-jobs.ts';
import { change, done, impossible, jobsOn, type LdrStep, look, on, type Place, refused, todo, underway, unknown } from './place.ts';
import { readJobs } from './read-jobs.ts';
import { tablesOn } from './statements.ts';
import { showTable } from './table-name.ts';

const startParams = z.object({ after: z.string().regex(/^\d{1,19}$/) });
type StartParams = z.infer<typeof startParams>;
const bothParams = startParams.extend({ both: z.boolean() });

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

/** Ends what this run started; tables that existed before keep what they have. */
export const endStream: LdrStep<StartParams> = {
  params: startParams,
  rebuild: (acts, side, params) => acts.endStream(side, params),
  probe: async (place, { after }) => ownEnd(place, await jobsOn(place), after) ?? done({ job: 'none' }),
  perform: async (place, _, { after }) => {
    for (const job of sortJobs(place.settings, await jobsOn(place), after).started) await change(place, `CANCEL JOB ${job.id}`);
  },
};

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
    const there = otherSide(place.side);
    const here = await jobsOn(place);
    if (both) {
      for (const job of reverseJobs(place, await jobsOn(place, there), here, after)) {
        if (phaseOf(job) !== 'ending') await on(place, (session) => session.change(`CANCEL JOB ${job.id}`), there);
      }
    }
    for (const job of sortJobs(place.settings, here, after).started) await change(place, `CANCEL JOB ${job.id}`);
    if (drop !== undefined) await on(place, (session) => dropOnceFree(place, session, drop));
  },
};

/** Tables that replicate can't be dropped, and a job takes a moment to end. */
async function dropOnceFree(place: Place, session: SqlSession, drop: string): Promise<void> {
  for (;;) {
    const { jobs } = await readJobs(session, place.here, place.settings, place.side);
    const [job] = jobs.filter(isLive);
    if (job === undefined) break;
    if (phaseOf(job) !== 'ending') {
      throw new Fault('statement-refused', `Job ${job.id} on ${place.here} still replicates the tables, so they were not dropped.`, {
        effect: 'unknown',
        facts: { job: job.id },
      });
    }
    await place.io.clock.sleep(pollMs, place.io.signal);
  }
  await session.change(drop);
}
