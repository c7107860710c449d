import type { Fact } from '../../domain/observation.ts';
import { spell, spellTime } from '../cockroach/spell.ts';
import type { LdrSettings } from './config.ts';
import type { JobView, ReadSide } from './detail.ts';
import { type Flow, lagMsOf, phaseOf } from './flow.ts';
import { waitingIn } from './waiting.ts';
import { phaseWords, tablesAt } from './words.ts';

/** One line for each table that is to follow: its job, how far it is, and what waits in its dead letter queue. */
export const tableFacts = (settings: LdrSettings, flow: Flow): readonly Fact[] =>
  settings.tables.map((_, place) => ({
    name: `${flow.into}.table.${place}`,
    label: `${tablesAt(settings, flow.into, [place])} on ${settings[flow.into].cluster}`,
    value: [...jobsOf(flow, place), ...queueOf(flow.read, place)].join('; '),
    binding: false,
  }));

/** What one of several jobs does, how far it is, and for which tables. */
export const jobFact = (settings: LdrSettings, flow: Flow, job: JobView): string =>
  `${job.status}, ${progressWords(flow, job)}; ${tablesAt(settings, flow.into, job.covers)}`;

function jobsOf(flow: Flow, place: number): readonly string[] {
  const jobs = flow.jobs.filter(({ covers }) => covers.includes(place));
  return jobs.length === 0 ? ['no job replicates it'] : jobs.map((job) => jobWords(flow, job));
}

function jobWords(flow: Flow, job: JobView): string {
  return `job ${job.id}: ${progressWords(flow, job)}`;
}

function progressWords(flow: Flow, job: JobView): string {
  const words = phaseWords[phaseOf(job)];
  const lagMs = lagMsOf({ ...flow, jobs: [job] });
  if (lagMs !== null) return `${words}, up to ${spellTime(job.replicated)}, ${spell(lagMs)} behind`;
  return job.fraction === null ? words : `${words}, ${Math.round(job.fraction * 100)} % scanned`;
}

/** Nothing for a table without a queue: it never had a row that could not be applied. */
function queueOf({ dlq }: ReadSide, place: number): readonly string[] {
  const queues = dlq.filter(({ pair }) => pair === place);
  if (queues.length === 0) return [];
  const { rows, words, unread } = waitingIn(queues);
  if (unread) return ['dead letter queue not readable'];
  return [rows === 0 ? 'dead letter queue empty' : `${words} in the dead letter queue`];
}
