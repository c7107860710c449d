import { z } from 'zod';
import { otherSide } from '../../../domain/observation.ts';
import type { Probe } from '../../engine.ts';
import { done, impossible, todo, underway } from '../../frame/probes.ts';
import { sortJobs } from '../own-jobs.ts';
import { change, jobsOn, type LdrStep, on, type Place } from '../place.ts';
import { showTable } from '../table-name.ts';
import { rowsIn, unreadWords } from './bare.ts';
import { goneEvidence, type LastLooks, lookAgain, type RowsLeft } from './last-look.ts';
import { streamInto } from './start.ts';
import { knownWrites } from './writes.ts';

const params = z.object({
  after: z.string().regex(/^\d{1,19}$/),
  pairs: z.array(z.int()),
  known: knownWrites.default([]),
  kept: z.array(z.int()).default([]),
});

/**
 * Deletes every row on the side that was given up. Never while a job writes there, never what the other side does not have, and never
 * by a look of long ago.
 */
export const emptyTables = (looks: LastLooks, left: RowsLeft = new Map()): LdrStep<z.infer<typeof params>> => ({
  params,
  rebuild: (acts, side, { pairs, after, known, kept }) => acts.emptyTables(side, pairs, { after, known, kept }),
  probe: async (place, { pairs, after, known, kept }) => {
    const { settings, here } = place;
    const { started, ended, foreign, leaving } = sortJobs(settings, await jobsOn(place), after, streamInto(place));
    const [refill] = [...started, ...ended];
    if (refill !== undefined) return done({ 'filled anew by job': refill.id, ...goneEvidence(place, left) });
    const [job] = [...foreign, ...leaving];
    if (job !== undefined && leaving.includes(job)) return underway(`${here} is still ending job ${job.id}.`);
    if (job !== undefined) {
      return impossible(`Job ${job.id} on ${here} (${job.status}) still writes to the tables, so they must not be emptied.`, {
        job: job.id,
      });
    }
    const filled = await emptiness(place, pairs);
    if (filled.kind === 'done') return done({ ...filled.evidence, ...goneEvidence(place, left) });
    return filled.kind === 'todo'
      ? lookAgain(place, { known: place.settings.tables.map((_, pair) => known[pair] ?? null), kept }, looks, left)
      : filled;
  },
  perform: change,
});

/** Whether the tables are empty, can be emptied, or hold what the other side lacks. */
export async function emptiness(place: Place, pairs: readonly number[]): Promise<Probe> {
  const { settings, side, here, there } = place;
  const rows = await on(place, (session) => rowsIn(session, place, side));
  const unread = unreadWords(
    place,
    rows.map((state, pair) => (pairs.includes(pair) ? state : 'empty')),
    'Nothing was deleted.',
  );
  if (unread !== null) return impossible(unread);
  const filled = pairs.filter((pair) => rows[pair] === 'filled');
  if (filled.length === 0) return done({ tables: 'empty' });
  const source = otherSide(side);
  const held = await on(place, (session) => rowsIn(session, place, source), source);
  const bare = filled.filter((pair) => held[pair] !== 'filled').flatMap((pair) => settings.tables[pair]?.[side] ?? []);
  if (bare.length === 0) return todo;
  return impossible(
    `${there} has no rows for ${bare.map(showTable).join(', ')}, so those on ${here} may be the only ones and must not be deleted.`,
  );
}
