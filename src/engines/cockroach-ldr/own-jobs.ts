import { type AskedStart, unlikeAsked } from './asked-start.ts';
import type { LdrSettings } from './config.ts';
import type { JobView } from './detail.ts';
import { isLive, phaseOf } from './flow.ts';

/** Whether a job does what a start of this link would do: all its tables and no other, from the link's other side. */
export const isWhole = ({ tables }: LdrSettings, job: JobView): boolean =>
  job.covers.length === tables.length && !job.wider && job.source === 'link';

/** Job ids grow with time and have up to 19 digits. */
export const isAfter = (id: string, after: string): boolean => BigInt(id) > BigInt(after);

/** The newest job that is known on a side; `0` when there is none. */
export const newestId = (jobs: readonly Pick<JobView, 'id'>[]): string =>
  jobs.reduce((newest, { id }) => (isAfter(id, newest) ? id : newest), '0');

/** The jobs on a side, as somebody sees them who wants to know what became of a start. */
export interface Sorted {
  /** Live jobs that do just what was to be started, and that were not there when it was planned. */
  readonly started: readonly JobView[];
  /** Such jobs that are over already. */
  readonly ended: readonly JobView[];
  /** Live jobs on the link's tables that are not ours, and do not go away. */
  readonly foreign: readonly JobView[];
  /** Live jobs on the link's tables that are on their way out. */
  readonly leaving: readonly JobView[];
}

/**
 * Tells our job from somebody else's without a note of its id, since the answer that carried it may be lost: ours covers exactly the
 * link's tables from the link's connection, is newer than every job that was known when the start was planned, and was started just as it
 * was to be, as far as that is told. One that somebody else started by the very same words meanwhile is what was wanted, and no second
 * one may be started beside it. `asked`: null where it does not matter how a job was started.
 */
export function sortJobs(settings: LdrSettings, jobs: readonly JobView[], after: string, asked: AskedStart | null = null): Sorted {
  const isAlike = (job: JobView): boolean => asked === null || unlikeAsked(settings, asked, job) === null;
  const isOurs = (job: JobView): boolean => isWhole(settings, job) && isAfter(job.id, after) && isAlike(job);
  const leaves = (job: JobView): boolean => phaseOf(job) === 'ending';
  const live = jobs.filter(isLive);
  return {
    started: live.filter((job) => isOurs(job) && !leaves(job)),
    ended: jobs.filter((job) => !isLive(job) && isOurs(job)),
    foreign: live.filter((job) => !isOurs(job) && !leaves(job)),
    leaving: live.filter(leaves),
  };
}
