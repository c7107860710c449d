import { otherSide } from '../../domain/observation.ts';
import { spell, spellTime } from '../cockroach/spell.ts';
import type { LdrSettings } from './config.ts';
import type { JobView } from './detail.ts';
import { expiresInMs, type Flow, lagMsOf, type Phase, phaseOf, replicatedOf } from './flow.ts';
import { showTable } from './table-name.ts';

/** What a flow is doing, for people: goes on after the names of both sides. */
export const phaseWords: Readonly<Record<Phase, string>> = {
  starting: 'replication is starting',
  scanning: 'the initial scan is running',
  following: 'it follows',
  retrying: 'replication failed and is being tried again',
  pausing: 'a pause is being carried out',
  paused: 'replication is paused by hand',
  'gave-up': 'replication met an error and paused itself',
  ending: 'replication is being cancelled',
  failed: 'replication failed for good',
  over: 'replication was ended',
  strange: 'replication is in a state that is not known here',
};

/** `1 table`, `3 tables`. */
export const count = (many: number, thing: string): string => `${many} ${thing}${many === 1 ? '' : 's'}`;

/** For the start of a sentence. */
export const upper = (words: string): string => `${words.charAt(0).toUpperCase()}${words.slice(1)}`;

/** At most so many names are listed; the rest is counted. */
const listed = 4;

/** Tables of the link by their places in the config, as a side calls them. */
export function tablesAt(settings: LdrSettings, side: 'primary' | 'standby', places: readonly number[]): string {
  const names = places.flatMap((place) => {
    const pair = settings.tables[place];
    return pair === undefined ? [] : [showTable(pair[side])];
  });
  const more = names.length - listed;
  return more > 0 ? `${names.slice(0, listed).join(', ')} and ${more} more` : names.join(', ');
}

/** `sql-east → sql-west`. */
export const wayOf = (settings: LdrSettings, into: 'primary' | 'standby'): string =>
  `${settings[otherSide(into)].cluster} → ${settings[into].cluster}`;

/** What a job that stands still says of the reason. Empty when it says nothing. */
export const reasonOf = ({ runningStatus, error }: Pick<JobView, 'runningStatus' | 'error'>): string => runningStatus || error;

/** Up to when a stopped flow can go on. A full sentence. */
export function countdown(flow: Flow): string {
  const left = expiresInMs(flow);
  if (left === null) return 'How long it can still be resumed is not known.';
  return left > 0
    ? `It can be resumed for about ${spell(left)} more; after that it has to be set up again with a full copy.`
    : 'It has probably stood still for too long to be resumed, and may have to be set up again with a full copy.';
}

/** Of a flow whose source does not know of it. A full sentence, to stand after a colon. */
export function unfedWords(settings: LdrSettings, { into, jobs }: Flow): string {
  const [here, there] = [settings[into].cluster, settings[otherSide(into)].cluster];
  const one = jobs.length === 1;
  const names = [...new Set(jobs.flatMap(({ connection }) => connection ?? []))].join(', ');
  const by = names === '' ? 'the external connection' : `the external connection ${names}`;
  return `job ${jobs.map(({ id }) => id).join(', ')} on ${here} ${one ? 'runs' : 'run'}, but ${there} has no job that keeps history for ${one ? 'it' : 'them'}, so ${by} leads elsewhere and nothing written on ${there} reaches ${here}.`;
}

/** How far a flow has come. Goes on after a name. */
export function progressOf(flow: Flow): string {
  const lagMs = lagMsOf(flow);
  if (lagMs !== null) return `has everything up to ${spellTime(replicatedOf(flow))}`;
  const fractions = flow.jobs.flatMap(({ fraction }) => fraction ?? []);
  return fractions.length === 0 ? 'has no full copy yet' : `has no full copy yet (${Math.round(Math.min(...fractions) * 100)} % scanned)`;
}

/** The first job of a flow that is in the flow's own phase: the one whose words count. */
export const leadOf = (flow: Flow): JobView | undefined => flow.jobs.find((job) => phaseOf(job) === flow.phase) ?? flow.jobs[0];
