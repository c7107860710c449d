import type { Side } from '../../domain/observation.ts';
import type { OperationName } from '../../domain/operation.ts';
import type { Refusal } from '../../domain/refusal.ts';
import { type Draft, notNow, type Outline } from '../frame/drafts.ts';
import { kinds } from './acts.ts';
import type { LdrLink, LdrSettings } from './config.ts';
import type { JobView, LdrDetail } from './detail.ts';
import { type Flow, flowsOf } from './flow.ts';
import { namesTable } from './table-name.ts';

/** A live job that brings tables beside those of the link. */
interface WiderJob {
  readonly into: Side;
  readonly job: JobView;
  /** The tables that are not the link's, as the server names them. At least one. */
  readonly others: string;
}

/** At most so many tables are named; the rest is counted. */
const listed = 4;

function othersOf({ tables }: LdrSettings, into: Side, job: JobView): string {
  const names = job.tables.filter((text) => !tables.some((pair) => namesTable(text, pair[into])));
  const more = names.length - listed;
  if (names.length === 0) return 'other tables';
  return more > 0 ? `${names.slice(0, listed).join(', ')} and ${more} more` : names.join(', ');
}

export const widerIn = (settings: LdrSettings, { into, jobs }: Pick<Flow, 'into' | 'jobs'>): readonly WiderJob[] =>
  jobs.filter(({ wider }) => wider).map((job) => ({ into, job, others: othersOf(settings, into, job) }));

const widerOf = ({ settings }: LdrLink, detail: LdrDetail): readonly WiderJob[] =>
  flowsOf(settings, detail).flatMap((flow) => widerIn(settings, flow));

const touched = (steps: readonly Draft[], wider: readonly WiderJob[], ...of: readonly string[]): readonly WiderJob[] =>
  wider.filter(({ job, into }) => steps.some(({ kind, side, params }) => of.includes(kind) && side === into && params['job'] === job.id));

/** Goes on after a job's name: what it does for others. */
const widerWords = ({ settings, id }: Pick<LdrLink, 'settings' | 'id'>, { into, job, others }: WiderJob): string =>
  `Job ${job.id} on ${settings[into].cluster} brings ${others} too, which the config of ${id} does not name`;

/** Nobody's replication but the link's own is ended for good without a word of theirs. A failover can't wait for that word. Pure. */
export function widerRefusal(operation: OperationName, link: LdrLink, detail: LdrDetail, steps: readonly Draft[]): Refusal | null {
  if (operation === 'failover') return null;
  const [first] = touched(steps, widerOf(link, detail), kinds.cancel);
  if (first === undefined) return null;
  const { settings, id } = link;
  return notNow(
    `${widerWords(link, first)}: the ${operation} would end that replication too, for good. Nothing was changed.`,
    `If those tables belong to ${id}, add them to its config (settings.tables) and ask again. If not, agree with those who need them, end the job by hand (CANCEL JOB ${first.job.id} on ${settings[first.into].cluster}), and see that their tables get a job of their own; /repl setup ${id} then starts one for the link.`,
  );
}

const effects: readonly (readonly [kind: string, words: string])[] = [
  [kinds.cancel, 'is ended for good'],
  [kinds.pause, 'is paused'],
  [kinds.resume, 'is resumed'],
  [kinds.bounce, 'stands still for a moment, and connects anew'],
];

/** What an operation does to the tables of others that a job of the link brings: it stands first in what people approve. Pure. */
export function toldOfOthers(operation: OperationName, link: LdrLink, detail: LdrDetail, outline: Outline): Outline {
  const wider = widerOf(link, detail);
  const hit = effects.flatMap(([kind, words]) => touched(outline.steps, wider, kind).map((one) => ({ ...one, words })));
  const moves = operation === 'switchover' || operation === 'failover' || operation === 'failback';
  const left = moves ? wider.filter(({ job }) => !hit.some((one) => one.job.id === job.id)) : [];
  const names = [...new Set(hit.map(({ others, words }) => `${others} ${words}`))].join(', ');
  return {
    ...outline,
    summary: hit.length === 0 ? outline.summary : `${outline.summary} Replication of others' tables is hit: ${names}.`,
    warnings: [
      ...hit.map((one) => `${widerWords(link, one)}: their replication ${one.words} as well. Tell those who need it before you approve.`),
      ...left.map((one) => `${widerWords(link, one)}: it goes on, and applications that use those tables are not moved by this run.`),
      ...outline.warnings,
    ],
  };
}

/** What somebody who looks at a link should know of such jobs. Full sentences. Pure. */
export const widerSentences = (link: Pick<LdrLink, 'settings' | 'id'>, detail: LdrDetail): readonly string[] =>
  flowsOf(link.settings, detail).flatMap((flow) =>
    widerIn(link.settings, flow).map(
      (one) => `${widerWords(link, one)}: what would end that replication too is refused, except a failover.`,
    ),
  );
