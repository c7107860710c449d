import { z } from 'zod';
import type { JsonObject } from '../../../domain/json.ts';
import { readNow } from '../../cockroach/now.ts';
import { type Micros, timestampOfMicros } from '../../cockroach/times.ts';
import type { Probe } from '../../engine.ts';
import { done, impossible } from '../../frame/probes.ts';
import { kinds } from '../acts.ts';
import type { DlqView } from '../detail.ts';
import { earlier, jobsOn, type LdrStep, on, type Place } from '../place.ts';
import { type DlqReading, readLater, readQueues } from '../reads/queues.ts';
import { isMore, type PlannedQueue, waitingIn } from '../waiting.ts';
import { count, upper } from '../words.ts';
import { offsetMicros, timeIn } from './cut.ts';

type Counts = Readonly<Record<string, number>>;

const queuesOf = (place: Place): Promise<DlqReading> => readQueues(place.connect, place.settings, place.side, place.io);

/** Entries by queue; null when one can't be counted. */
function countsOf(dlq: readonly DlqView[], problem: string | null): Counts | null {
  const unread = dlq.some(({ entries }) => entries === null);
  return problem !== null || unread ? null : Object.fromEntries(dlq.map(({ queue, entries }) => [queue, entries ?? 0]));
}

const sum = (counts: Counts): number => Object.values(counts).reduce((total, entries) => total + entries, 0);

/** A reason within another sentence. */
const part = (why: string): string => why.replace(/\.$/u, '');

const planned = z.object({ entries: z.int().nullable(), newest: z.string().nullable() });
const countParams = z.object({ planned: planned.optional(), lenient: z.boolean().optional() });

/** Before people do anything: what came since it was planned has not been approved, and what can't be counted is not nothing. */
export const countQueue: LdrStep<z.infer<typeof countParams>> = {
  params: countParams,
  rebuild: (acts, side, params) => acts.countQueue(side, params),
  probe: async (place, { planned: approved, lenient }) => {
    const at = timestampOfMicros(await on(place, (session) => readNow(session, place.here)));
    const { dlq, problem } = await queuesOf(place);
    const counts = countsOf(dlq, problem);
    if (counts === null) return uncounted(place, problem ?? 'A queue could not be counted.', at, lenient === true);
    const evidence: JsonObject = { entries: sum(counts), queues: { ...counts }, 'as of': at };
    return isNew(dlq, approved) ? impossible(newWords(place, dlq, approved), evidence) : done(evidence);
  },
};

function uncounted({ here, there, link }: Place, why: string, at: string, lenient: boolean): Probe {
  const evidence: JsonObject = { entries: null, why, 'as of': at };
  return lenient
    ? done(evidence)
    : impossible(
        `What waits in the dead letter queue of ${here} could not be counted (${part(why)}), so whether ${here} has every row of ${there} is not known. Nothing was deleted, and no job was ended. Press Retry when it can be read (/repl dlq ${link.id}); press Skip only if you know that no row is needed which waits there.`,
        evidence,
      );
}

/** Whether something came since it was planned. Where that was not told, everything did. */
function isNew(dlq: readonly DlqView[], approved: PlannedQueue | undefined): boolean {
  if (approved === undefined) return false;
  const entries = dlq.reduce((total, one) => total + (one.entries ?? 0), 0);
  const before = BigInt(approved.newest ?? '0');
  // Somebody may have worked some off meanwhile, so that the number alone hides what is new.
  const newer =
    approved.entries !== null && approved.newest !== null && dlq.some(({ newest }) => newest !== null && BigInt(newest) > before);
  return newer || entries > (approved.entries ?? 0);
}

function newWords({ here, there, link }: Place, dlq: readonly DlqView[], approved: PlannedQueue | undefined): string {
  const { words } = waitingIn(dlq);
  const before = approved?.entries ?? null;
  const since =
    before === null
      ? 'when this was planned they could not be counted'
      : `when this was planned ${before === 0 ? 'there was none' : `${count(before, 'row')} waited there, and newer ones have come`}`;
  return `${upper(words)} from ${there} wait in the dead letter queue of ${here} and are in no table there; ${since}. Nothing was deleted, and no job was ended. /repl dlq ${link.id} shows them: handle them and press Retry; press Skip only if those rows are not needed.`;
}

const checkParams = z.object({ lenient: z.boolean().optional() });
const counted = z.object({ queues: z.record(z.string(), z.number()).optional() });

/** Rows that could not be applied are in no table of this side: neither a switch nor an emptying must go over them silently. */
export const checkQueue: LdrStep<z.infer<typeof checkParams>> = {
  params: checkParams,
  rebuild: (acts, side, { lenient }) => acts.checkQueue(side, lenient === true),
  probe: async (place, { lenient }) => {
    const recorded = earlier(place, kinds.countQueue, place.here);
    const before = counted.safeParse(recorded).data?.queues ?? null;
    const at = timeIn(recorded, 'as of');
    const { dlq, problem } = await queuesOf(place);
    const counts = countsOf(dlq, problem);
    const entries = counts === null ? null : sum(counts);
    const more = before === null ? [] : Object.entries(counts ?? {}).filter(([queue, now]) => now > (before[queue] ?? 0));
    const later = at === null ? null : await laterIn(place, at, before);
    const grown = [...new Set([...more.map(([queue]) => queue), ...(later?.grown ?? [])])];
    if (grown.length > 0) return impossible(grownWords(place, counts, before), { entries, queues: grown });
    const why = later === null ? 'no step recorded when it was counted' : later.problem;
    if (why === null) return done({ entries, grown: 'no' });
    return lenient === true ? done({ entries, grown: 'not known', why }) : unknownGrowth(place, why, entries);
  },
};

async function laterIn(place: Place, at: Micros, before: Counts | null) {
  const { connect, settings, side, io } = place;
  const jobs = (await jobsOn(place)).map(({ id }) => id);
  // Where it was counted the number tells too, so that only elsewhere the clocks of the nodes matter.
  const isCounted = (queue: string) => before !== null && !isMore(before[queue] ?? 0);
  return readLater(connect, settings, side, io, jobs, (queue) => timestampOfMicros(isCounted(queue) ? at : at - offsetMicros));
}

function grownWords({ here, there, link }: Place, counts: Counts | null, before: Counts | null): string {
  const more = counts === null || before === null ? 0 : sum(counts) - sum(before);
  return `The dead letter queue of ${here} has grown${more > 0 ? ` by ${more}` : ''} since the run began: those rows are on ${there} only. /repl dlq ${link.id} shows them. Nothing was deleted, and no job was ended. Handle them and press Retry; press Skip only if those rows are not needed.`;
}

const unknownGrowth = ({ here, there, link }: Place, why: string, entries: number | null): Probe =>
  impossible(
    `Whether rows of ${there} went to the dead letter queue of ${here} since the run began is not known (${part(why)}). They would be in no table of ${here}. Nothing was deleted, and no job was ended. Press Retry when the queue can be read (/repl dlq ${link.id}); press Skip only if you know that no row is needed which waits there.`,
    { entries, why },
  );
