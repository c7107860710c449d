import { otherSide, type Side } from '../../../domain/observation.ts';
import type { Refusal } from '../../../domain/refusal.ts';
import { problemOf } from '../../cockroach/deaf.ts';
import { type Micros, msOfMicros } from '../../cockroach/times.ts';
import { notNow } from '../../frame/drafts.ts';
import type { LdrLink } from '../config.ts';
import type { JobView, LdrDetail, ReadSide } from '../detail.ts';
import { lastFollower } from '../emptied-side.ts';
import { bringersOf, type Flow, flowInto, isLive, readOf, replicatedOf } from '../flow.ts';
import { foreignRefusal } from '../scene.ts';
import { tablesAt, wayOf } from '../words.ts';
import { isBoth, targetOf } from './move.ts';

/** What has arrived on a side that applications are to use, whatever became of the jobs that brought it. */
export interface Arrivals {
  readonly into: Side;
  readonly read: ReadSide;
  /** What still replicates into it; null when nothing does. */
  readonly flow: Flow | null;
  /** Up to when the tables that are told of have everything: the least of their times. */
  readonly at: Micros;
  /** How long ago that is by the side's own clock, in whole seconds as such times are told, ms. */
  readonly lagMs: number;
  /** Jobs that are over, and were the last of a table. */
  readonly over: readonly JobView[];
  /** Tables whose first copy was never complete: they lack rows of any age. */
  readonly unfilled: readonly number[];
  /** Tables that no job is listed for: nothing is known of them. */
  readonly unlisted: readonly number[];
}

/** Both ways, the side that answers; one way, the side that follows or that followed last. */
export function survivor(link: LdrLink, detail: LdrDetail): Side {
  const [primary, standby] = [readOf(detail, 'primary'), readOf(detail, 'standby')];
  if (isBoth(link)) return standby === null && primary !== null ? 'primary' : 'standby';
  const target = targetOf(link, detail);
  if (flowInto(link.settings, detail, target) !== null) return target;
  if (primary !== null && standby !== null) return lastFollower(link, { primary, standby });
  // The primary alone: it followed if it lists a job, unless the lost side follows it now.
  return standby === null && primary !== null && primary.jobs.length > 0 && !isFollowed(primary) ? 'primary' : 'standby';
}

/** What is known of a side; a refusal where that is nothing. Needs no live job: a source that is lost for good ends them all. Pure. */
export function arrivalsOn(link: LdrLink, detail: LdrDetail, into: Side): Arrivals | Refusal {
  const { settings, id } = link;
  const here = settings[into].cluster;
  const read = readOf(detail, into);
  if (read === null) {
    return notNow(
      `${problemOf(here, detail[into]) ?? ''} It would have to say how far it is, so no failover of ${id} can be planned.`,
      `Make ${here} reachable for the bot, then ask again.`,
    );
  }
  const bringers = bringersOf(settings, read.jobs);
  const flow = flowInto(settings, detail, into);
  const refused = foreignRefusal('failover', link, into, bringers.flat()) ?? sourceRefusal(link, read, into, flow);
  if (refused !== null) return refused;
  const times = bringers.map((jobs) => (jobs.length === 0 ? null : replicatedOf({ jobs })));
  const known = times.flatMap((time) => time ?? []);
  const [first] = known;
  if (first === undefined) return unknownRefusal(link, detail, into, flow);
  const at = known.reduce((least, time) => (time < least ? time : least), first);
  const places = (which: (jobs: readonly JobView[], time: Micros | null) => boolean) =>
    bringers.flatMap((jobs, pair) => (which(jobs, times[pair] ?? null) ? [pair] : []));
  return {
    into,
    read,
    flow,
    at,
    lagMs: Math.max(0, Math.ceil(msOfMicros(BigInt(read.now) - at) / 1_000) * 1_000),
    over: read.jobs.filter((job) => !isLive(job) && bringers.some((jobs) => jobs.includes(job))),
    unfilled: places((jobs, time) => jobs.length > 0 && time === null),
    unlisted: places((jobs) => jobs.length === 0),
  };
}

/** Whether it keeps history for a job on the other side, or did until that stood still for too long. */
const isFollowed = ({ history }: ReadSide): boolean => history === 'kept' || history === 'lost';

/** One way, a side that the other one follows is the one in use. */
function sourceRefusal(link: LdrLink, read: ReadSide, into: Side, flow: Flow | null): Refusal | null {
  if (isBoth(link) || flow !== null || !isFollowed(read)) return null;
  const [here, there] = [link.settings[into].cluster, link.settings[otherSide(into)].cluster];
  return notNow(
    `${here} keeps history for a job on ${there}, so ${there} follows ${here}, and applications are taken to use ${here} already: there is nothing to fail over.`,
    `If they do, let them go on. /repl status ${link.id} shows both sides.`,
  );
}

/** No table is known to be whole. */
function unknownRefusal(link: LdrLink, detail: LdrDetail, into: Side, flow: Flow | null): Refusal {
  const { settings, id } = link;
  const [here, there] = [settings[into].cluster, settings[otherSide(into)].cluster];
  const isLost = readOf(detail, otherSide(into)) === null;
  const listed = (readOf(detail, into)?.jobs.length ?? 0) > 0;
  const what = listed
    ? `${here} has no full copy yet of any table of ${id}, so no failover is possible.`
    : `No job replicates ${wayOf(settings, into)}, and none is listed that did, so what ${here} has of ${there} is not known and no failover of ${id} can be planned.`;
  if (isLost) {
    return notNow(
      what,
      `Bring ${there} back if you can. Nothing in CockroachDB keeps applications from using ${here}, but what is in its tables (${tablesAt(
        settings,
        into,
        settings.tables.map((_, pair) => pair),
      )}) has to be looked at by people first.`,
    );
  }
  if (flow !== null) return notNow(what, 'Wait until the initial scan has ended.');
  return notNow(what, listed ? `/repl rebuild ${id} copies everything anew.` : `/repl setup ${id} starts replication.`);
}

export const isWholeIn = ({ unfilled, unlisted }: Arrivals): boolean => unfilled.length === 0 && unlisted.length === 0;
