import type { Probe } from '../../engine.ts';
import { impossible } from '../../frame/probes.ts';
import type { JobView } from '../detail.ts';
import { isLive, phaseOf, uncovered } from '../flow.ts';
import type { Place } from '../place.ts';
import { phaseWords, tablesAt } from '../words.ts';

type Names = Pick<Place, 'here' | 'there' | 'settings' | 'side' | 'link'>;

/**
 * Why the jobs of a side, live ones and those that are over, can't come to have everything by themselves; null when they may. `bare` are
 * tables that no job brought when it was planned, so that nothing is expected of them. How far the live jobs are is how far the tables
 * are only as long as this is null.
 */
export function standstill(place: Names, jobs: readonly JobView[], bare: readonly number[] = []): Probe | null {
  const live = jobs.filter(isLive);
  if (live.length === 0) return impossible(`No job replicates ${place.there} → ${place.here}${lately(jobs, null)}.`);
  const lost = uncovered(place.settings, live).filter((pair) => !bare.includes(pair));
  if (lost.length > 0) return dropped(place, jobs, lost);
  const still = live.find((job) => ['paused', 'gave-up', 'pausing', 'ending', 'strange'].includes(phaseOf(job)));
  if (still === undefined) return null;
  return impossible(`Job ${still.id} on ${place.here} does not move: ${phaseWords[phaseOf(still)]}${said(still)}.`, {
    job: still.id,
    status: still.status,
  });
}

/** A job that ended takes its tables out of the least replicated time, which then says nothing of them. */
function dropped({ here, there, settings, side, link }: Names, jobs: readonly JobView[], lost: readonly number[]): Probe {
  const names = tablesAt(settings, side, lost);
  return impossible(
    `No job brings ${names} from ${there} to ${here} any more${lately(jobs, lost)}, so ${here} does not get the newest rows. Cancel, and put that right first: /repl describe ${link.id} shows every job.`,
    { 'not replicated': names },
  );
}

/** The newest job that is over, of those that brought one of the tables. */
function lately(jobs: readonly JobView[], pairs: readonly number[] | null): string {
  const last = jobs.find((job) => !isLive(job) && (pairs === null || job.covers.some((pair) => pairs.includes(pair))));
  return last === undefined ? '' : ` (job ${last.id} is ${last.status}${last.error === '' ? '' : `: ${last.error}`})`;
}

/** What a job says of itself, in brackets. */
export const said = ({ runningStatus, error }: JobView): string =>
  runningStatus === '' && error === '' ? '' : ` (${runningStatus || error})`;
