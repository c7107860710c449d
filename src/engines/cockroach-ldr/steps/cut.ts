import { z } from 'zod';
import type { JsonObject } from '../../../domain/json.ts';
import { readNow } from '../../cockroach/now.ts';
import { spellTime } from '../../cockroach/spell.ts';
import { type Micros, microsOfTimestamp, msOfMicros, timestampOfMicros } from '../../cockroach/times.ts';
import { done, impossible, underway } from '../../frame/probes.ts';
import { kinds } from '../acts.ts';
import { arrivedUpTo, isLive, replicatedOf, uncovered } from '../flow.ts';
import { earlier, type LdrStep, on, type Place } from '../place.ts';
import { glanceAtJobs } from '../reads/jobs.ts';
import { readQueuesIfTold } from '../reads/queues.ts';
import { isMore, waitingIn } from '../waiting.ts';
import { tablesAt } from '../words.ts';
import { standstill } from './standstill.ts';

const noParams = z.object({});

/** Default largest clock offset between nodes: a write may carry a time that much ahead of the clock that is read, µs. */
export const offsetMicros = 500_000n;

/** The time up to which the other side has to have everything. It is recorded, so that every process goes by the same one. */
export const markTime: LdrStep<object> = {
  params: noParams,
  rebuild: (acts, side) => acts.markTime(side),
  probe: (place) => on(place, async (session) => done({ at: timestampOfMicros(await readNow(session, place.here)) })),
};

/** A time that an earlier step recorded; null when it did not. */
export const timeIn = (evidence: JsonObject | null, key: string): Micros | null => {
  const text = evidence?.[key];
  return typeof text === 'string' ? microsOfTimestamp(text) : null;
};

/** The jobs into this side, and then its clock. Throws a Fault. */
const progressOf = (place: Place) =>
  on(place, async (session) => {
    const { here, settings, side } = place;
    const { jobs, besides: now } = await glanceAtJobs(session, here, settings, side, () => readNow(session, here));
    return { jobs, now };
  });

export const awaitPast: LdrStep<object> = {
  params: noParams,
  rebuild: (acts, side) => acts.awaitPast(side),
  probe: async (place) => {
    const { here, there } = place;
    const stopped = timeIn(earlier(place, kinds.markTime, there), 'at');
    if (stopped === null) {
      return impossible(
        `No step recorded a time on ${there}, so there is none up to which ${here} could be complete. Cancel, and ask anew.`,
      );
    }
    const { jobs, now } = await progressOf(place);
    const trouble = standstill(place, jobs);
    if (trouble !== null) return trouble;
    const replicated = replicatedOf({ jobs: jobs.filter(isLive) });
    const until = stopped + offsetMicros;
    if (replicated === null || replicated <= until)
      return underway(`${here} is at ${spellTime(replicated)} and needs to pass ${spellTime(until)}.`);
    return done({
      'stopped at': timestampOfMicros(stopped),
      'replicated time': timestampOfMicros(replicated),
      'as of': timestampOfMicros(now),
    });
  },
};

/** What a failover rests on: it is what is measured as lost afterwards. */
export const takeStock: LdrStep<object> = {
  params: noParams,
  rebuild: (acts, side) => acts.takeStock(side),
  probe: async (place) => {
    const { jobs, now } = await progressOf(place);
    const replicated = arrivedUpTo(place.settings, jobs);
    const ended = uncovered(place.settings, jobs.filter(isLive));
    const { dlq, problem } = await readQueuesIfTold(place.connect, place.settings, place.side, place.io);
    const { rows, words, unread } = waitingIn(dlq);
    const letters = dlq.some(({ entries }) => isMore(entries)) ? words : rows;
    return done({
      ...(ended.length === 0 ? {} : { 'no job any more for': tablesAt(place.settings, place.side, ended) }),
      'seen at': timestampOfMicros(now),
      'replicated time': replicated === null ? null : timestampOfMicros(replicated),
      'lag in ms': replicated === null ? null : Math.max(0, msOfMicros(now - replicated)),
      'dead letters': unread || problem !== null ? null : letters,
    });
  },
};

/** What the step recorded that waited for the other side's last writes. */
export function caughtUpAt(place: Place): { readonly replicated: Micros; readonly asOf: Micros } | null {
  const evidence = earlier(place, kinds.awaitPast, place.here);
  const replicated = timeIn(evidence, 'replicated time');
  const asOf = timeIn(evidence, 'as of');
  return replicated === null || asOf === null ? null : { replicated, asOf };
}
