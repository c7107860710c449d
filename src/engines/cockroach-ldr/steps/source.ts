import { z } from 'zod';
import { otherSide } from '../../../domain/observation.ts';
import { type Job, readLogicalJobs } from '../../cockroach/jobs.ts';
import { seesJobs } from '../../cockroach/sight.ts';
import type { Probe } from '../../engine.ts';
import { done, impossible } from '../../frame/probes.ts';
import { isLive } from '../flow.ts';
import { jobsOn, type LdrStep, on, type Place } from '../place.ts';
import { connectionOf } from '../reach.ts';
import { keeperOn } from '../reads/jobs.ts';
import { standstill } from './standstill.ts';

/** The source makes its job before the one that follows it, so a list without it is asked for again only to be sure. */
const looks = 4;
const betweenMs = 1_000;

/** A connection is known by its name alone, and whoever made it may have meant another cluster: only the source tells that it is followed. */
export const proveSource: LdrStep<object> = {
  params: z.object({}),
  rebuild: (acts, side) => acts.proveSource(side),
  probe: async (place) => {
    const { clock, signal } = place.io;
    for (let look = 1; ; look += 1) {
      const keeper = await keeperOf(place);
      if (keeper !== null) return done({ job: keeper.id, on: place.there });
      if (look === looks) return unfed(place);
      await clock.sleep(betweenMs, signal);
    }
  },
};

const keeperOf = (place: Place): Promise<Job | null> => {
  const source = otherSide(place.side);
  return on(place, async (session) => keeperOn(place.settings, source, await readLogicalJobs(session)), source);
};

/** Why the source may list no job for the one that is to follow it. */
async function unfed(place: Place): Promise<Probe> {
  const { settings, side, here, there } = place;
  const source = otherSide(side);
  const jobs = await jobsOn(place);
  const live = jobs.filter(isLive);
  const over = live.length === 0 ? standstill(place, jobs) : null;
  if (over !== null) return over;
  // Who may see only its own jobs is shown none of the node's.
  if (!(await on(place, (session) => seesJobs(session, settings[source].user), source))) {
    return done({ on: there, job: `not shown to ${settings[source].user}` });
  }
  const name = connectionOf(settings, side);
  return impossible(
    `Job ${live.map(({ id }) => id).join(', ')} on ${here} reads by the external connection ${name}, but ${there} has no job that keeps history for it, so ${name} leads elsewhere, and what is copied to ${here} are other rows. Cancel the run, which takes back what it started. Then see where ${name} leads (SHOW CREATE EXTERNAL CONNECTION on ${here}), mend it, and ask anew.`,
    { jobs: live.map(({ id }) => id), connection: name, 'kept on': there },
  );
}
