import { z } from 'zod';
import type { JsonObject } from '../../../domain/json.ts';
import { otherSide } from '../../../domain/observation.ts';
import { quoteLiteral } from '../../../transports/sql-quoting.ts';
import { readNow } from '../../cockroach/now.ts';
import { blindWords, seesJobs, sightGrant } from '../../cockroach/sight.ts';
import { spell, spellTime } from '../../cockroach/spell.ts';
import { microsOfMs, microsOfTimestamp } from '../../cockroach/times.ts';
import type { Probe } from '../../engine.ts';
import { refused } from '../../frame/executor.ts';
import { done, impossible, todo, underway, unknown } from '../../frame/probes.ts';
import { type AskedStart, unlikeAsked } from '../asked-start.ts';
import type { JobView } from '../detail.ts';
import { isLive } from '../flow.ts';
import { functionDatabase } from '../functions.ts';
import { isWhole, sortJobs } from '../own-jobs.ts';
import { jobsOn, type LdrStep, look, on, type Place } from '../place.ts';
import { readKeptSeconds } from '../reads/history.ts';
import { readJobs } from '../reads/jobs.ts';
import { tablesOn } from '../statements.ts';
import { showTable } from '../table-name.ts';
import { notBare, rowsIn, unlessBare } from './bare.ts';

export const startParams = z.object({ after: z.string().regex(/^\d{1,19}$/) });
/** `cursor`: a time as `timestampOfMicros` writes it. */
const streamParams = startParams.extend({
  cursor: z
    .string()
    .regex(/^\d{4,}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}\+00:00$/)
    .optional(),
});
/** `bare`: nothing else brings away what is written into the tables, so that they have to be empty. */
const createParams = streamParams.extend({ bare: z.boolean().default(false) });
type CreateParams = z.infer<typeof createParams>;
export const bothParams = startParams.extend({ both: z.boolean() });

/** How what follows a start knows its job. Plans of earlier versions do not say from when it goes on. */
export const followParams = startParams.extend({ cursor: streamParams.shape.cursor.nullable() });

export const streamInto = ({ side }: Pick<Place, 'side'>, cursor: string | null = null): AskedStart => ({
  into: side,
  form: 'stream',
  cursor,
});
export const createdIn = ({ side }: Pick<Place, 'side'>): AskedStart => ({ into: side, form: 'create', cursor: null });

const jobEvidence = ({ id, status }: JobView): JsonObject => ({ job: id, status });

/** A job that is not what was to be started, though it is on the same tables. */
export function inTheWay({ settings, here }: Place, job: JobView, asked: AskedStart): Probe {
  const how = isWhole(settings, job) ? unlikeAsked(settings, asked, job) : null;
  const why = how === null ? '' : ` It ${how}.`;
  return impossible(
    `Job ${job.id} on ${here} (${job.status}) replicates tables of this link already and is not the one that was to be started.${why} Nothing else was started. End it with CANCEL JOB ${job.id} if nobody needs it, then press Retry.`,
    jobEvidence(job),
  );
}

/** What became of a start; null when nothing did, and nothing stands in its way. */
function started(place: Place, jobs: readonly JobView[], after: string, asked: AskedStart): Probe | null {
  const { settings, here } = place;
  const { started: ours, ended, foreign, leaving } = sortJobs(settings, jobs, after, asked);
  const [other] = foreign;
  if (other !== undefined) return inTheWay(place, other, asked);
  const [first, second] = ours;
  if (first !== undefined && second !== undefined) {
    return impossible(
      `Jobs ${second.id} and ${first.id} on ${here} replicate the same tables: end the newer one with CANCEL JOB ${first.id}.`,
      {
        jobs: ours.map(({ id }) => id),
      },
    );
  }
  if (first !== undefined) return done(jobEvidence(first));
  if (leaving.length > 0) return underway(`${here} is still ending job ${leaving[0]?.id ?? ''}.`);
  const [over] = ended;
  if (over === undefined) return null;
  return impossible(
    `Job ${over.id} on ${here} was started and is over already (${over.status}${over.error === '' ? '' : `: ${over.error}`}). Mend the cause, and ask anew.`,
    {
      ...jobEvidence(over),
      error: over.error,
    },
  );
}

const grantIn = ({ settings, side }: Place): string => {
  const grant = sightGrant(settings[side], settings.interface);
  return `${grant.charAt(0).toUpperCase()}${grant.slice(1)}, then press Retry.`;
};

/** Looks once more in the session that sends, so that nothing is started beside a job that has appeared since the probe. */
const startAlone = (place: Place, statement: string, bare = false): Promise<void> =>
  on(place, async (session) => {
    const address = place.settings[place.side];
    if (!(await seesJobs(session, address.user)))
      throw refused(
        `${blindWords(address, 'own')} by now, so whether somebody else replicates these tables already can't be seen and nothing was started. ${grantIn(place)}`,
        { cluster: place.here },
      );
    const { jobs } = await readJobs(session, place.here, place.settings, place.side);
    const live = jobs.find(isLive);
    if (live !== undefined)
      throw refused(`Job ${live.id} on ${place.here} has appeared meanwhile, so no other one was started.`, { job: live.id });
    const filled = bare ? notBare(place, await rowsIn(session, place, place.side)) : null;
    if (filled !== null) throw refused(filled, { cluster: place.here });
    const database = functionDatabase(place.settings, place.side);
    // The server looks functions up in the session's own database only.
    if (database !== null) await session.read(`SET database = ${quoteLiteral(database)}`);
    await session.change(statement);
  });

export const createStream: LdrStep<CreateParams> = {
  params: createParams,
  rebuild: (acts, side, { after, cursor = null, bare }) => acts.createStream(side, { after, cursor, bare }),
  probe: async (place, { after, cursor, bare }) =>
    started(place, await jobsOn(place), after, streamInto(place, cursor)) ??
    (cursor === undefined ? null : await tooOld(place, cursor)) ??
    (bare ? await unlessBare(place) : null) ??
    todo,
  perform: (place, statement, { bare }) => startAlone(place, statement, bare),
};

/** A job from a time of which the source keeps no history any more would stop at once, or, worse, begin later than it was told. */
async function tooOld(place: Place, cursor: string): Promise<Probe | null> {
  const { settings, there, here } = place;
  const source = otherSide(place.side);
  const from = microsOfTimestamp(cursor);
  return on(
    place,
    async (session) => {
      const now = await readNow(session, there);
      for (const table of tablesOn(settings, source)) {
        const kept = await readKeptSeconds(session, table);
        if (kept !== null && from !== null && now - from < microsOfMs(kept * 1_000)) continue;
        const how = kept === null ? 'does not say how long it keeps the history' : `keeps ${spell(kept * 1_000)} of history`;
        return impossible(
          `${there} ${how} of ${showTable(table)}, so ${here} can't go on from ${spellTime(from)}. Nothing was started: ask for a setup with a full copy.`,
          { table: showTable(table), 'kept in seconds': kept },
        );
      }
      return null;
    },
    source,
  );
}

export const createReplicated: LdrStep<z.infer<typeof bothParams>> = {
  params: bothParams,
  rebuild: (acts, side, { both, after }) => acts.createReplicated(side, both, { after }),
  probe: async (place, { after }) => {
    const { jobs, tables } = await look(place);
    const seen = started(place, jobs, after, createdIn(place));
    if (seen !== null || !tables.includes('there')) return seen ?? todo;
    const there = tablesOn(place.settings, place.side).filter((_, pair) => tables[pair] === 'there');
    return unknown(
      `${place.here} has ${there.map(showTable).join(', ')} already, and lists no job that would have made them: either somebody made them, or the start was cut short.`,
      { tables: there.map(showTable) },
    );
  },
  perform: (place, statement) => startAlone(place, statement),
};
