import { otherSide, type Side } from '../../../domain/observation.ts';
import { spellTime } from '../../cockroach/spell.ts';
import type { Micros } from '../../cockroach/times.ts';
import type { LdrLink } from '../config.ts';
import type { JobView, LdrDetail } from '../detail.ts';
import { bringersOf, readOf } from '../flow.ts';
import { tablesAt } from '../words.ts';

/** The last job of a table that is over, and up to when it brought everything. */
interface Brought {
  readonly pair: number;
  readonly job: JobView;
  readonly at: Micros;
}

/** What the jobs into a side that are over tell of how far it came. */
export interface Proven {
  readonly into: Side;
  /** The table that came least far; null when no job tells of any. */
  readonly least: Brought | null;
  /** Tables whose last job does not tell, and that job: nobody knows what such a table lacks. */
  readonly silent: readonly Pick<Brought, 'pair' | 'job'>[];
  /** Tables of which no job is listed. */
  readonly unlisted: readonly number[];
}

/** A time counts only from a job that followed this link's other side, and only of the tables that it brought. */
const tells = ({ source, replicated }: JobView): boolean => source === 'link' && replicated !== null;

/** What is known of a side into which nothing replicates. Pure. */
export function provenInto({ settings }: LdrLink, detail: LdrDetail, into: Side): Proven {
  const lasts = bringersOf(settings, readOf(detail, into)?.jobs ?? []).map(([job]) => job);
  const known = lasts.flatMap((job, pair) => (job === undefined ? [] : [{ pair, job }]));
  const told = known.flatMap(({ pair, job }): readonly Brought[] =>
    tells(job) && job.replicated !== null ? [{ pair, job, at: BigInt(job.replicated) }] : [],
  );
  return {
    into,
    least: told.reduce<Brought | null>((least, one) => (least === null || one.at < least.at ? one : least), null),
    silent: known.filter(({ job }) => !tells(job)),
    unlisted: lasts.flatMap((job, pair) => (job === undefined ? [pair] : [])),
  };
}

/** Why a job does not tell up to when its tables have everything. Goes on after a colon. */
function whySilent({ source, connection, replicated }: JobView): string {
  if (source === 'other') return `it followed the external connection ${connection ?? ''}, which is not the one of this link`;
  if (source === 'unknown' && replicated !== null) return 'it names no external connection, so what it followed is not known';
  return 'it ended before its first copy was complete';
}

/** Full sentence on tables whose last job tells nothing; null when all tell. */
export function silentWords({ settings, id }: LdrLink, { into, silent }: Proven): string | null {
  const [first] = silent;
  if (first === undefined) return null;
  const pairs = silent.filter(({ job }) => job.id === first.job.id).map(({ pair }) => pair);
  return `Job ${first.job.id} on ${settings[into].cluster}, the last one for ${tablesAt(settings, into, pairs)}, does not tell up to when everything has arrived there: ${whySilent(first.job)}. So it is not known from when replication of ${id} could go on, and nothing was started.`;
}

/** Full sentence on a time that is later than what is known to have arrived. */
export function beyondWords({ settings, id }: LdrLink, { into }: Proven, { pair, job, at }: Brought, asked: Micros): string {
  return `Job ${job.id}, the last one of ${id} for ${tablesAt(settings, into, [pair])} into ${settings[into].cluster}, brought everything up to ${spellTime(at)} only: what was written on ${settings[otherSide(into)].cluster} between then and ${spellTime(asked)} would never arrive.`;
}
