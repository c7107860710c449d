import { z } from 'zod';
import { otherSide, type Side } from '../../../domain/observation.ts';
import type { Probe } from '../../engine.ts';
import { done, impossible, todo, underway } from '../../frame/probes.ts';
import { sortJobs } from '../own-jobs.ts';
import { change, jobsOn, type LdrStep, on, type Place } from '../place.ts';
import { readRows } from '../reads/tables.ts';
import { showTable } from '../table-name.ts';

const params = z.object({ after: z.string().regex(/^\d{1,19}$/), pairs: z.array(z.int()) });

/** Deletes every row on the side that was given up. Never while a job writes there, and never what the other side does not have. */
export const emptyTables: LdrStep<z.infer<typeof params>> = {
  params,
  rebuild: (acts, side, { pairs, after }) => acts.emptyTables(side, pairs, { after }),
  probe: async (place, { pairs, after }) => {
    const { settings, here } = place;
    const { started, ended, foreign, leaving } = sortJobs(settings, await jobsOn(place), after);
    const [refill] = [...started, ...ended];
    if (refill !== undefined) return done({ 'filled anew by job': refill.id });
    const [job] = [...foreign, ...leaving];
    if (job !== undefined && leaving.includes(job)) return underway(`${here} is still ending job ${job.id}.`);
    if (job !== undefined) {
      return impossible(`Job ${job.id} on ${here} (${job.status}) still writes to the tables, so they must not be emptied.`, {
        job: job.id,
      });
    }
    return emptiness(place, pairs);
  },
  perform: change,
};

/** Whether the tables are empty, can be emptied, or hold what the other side lacks. */
export async function emptiness(place: Place, pairs: readonly number[]): Promise<Probe> {
  const { settings, side, here, there } = place;
  const filled = await filledOn(place, side, pairs);
  if (filled.length === 0) return done({ tables: 'empty' });
  const kept = await filledOn(place, otherSide(side), filled);
  const bare = filled.filter((pair) => !kept.includes(pair)).flatMap((pair) => settings.tables[pair]?.[side] ?? []);
  if (bare.length === 0) return todo;
  return impossible(
    `${there} has no rows for ${bare.map(showTable).join(', ')}, so those on ${here} may be the only ones and must not be deleted.`,
  );
}

/** Those of the tables that hold rows on a side. Throws a Fault when it can't be asked. */
const filledOn = (place: Place, side: Side, pairs: readonly number[]): Promise<readonly number[]> =>
  on(
    place,
    async (session) => {
      const filled: number[] = [];
      for (const pair of pairs) {
        const table = place.settings.tables[pair]?.[side];
        if (table !== undefined && (await readRows(session, table)) === 'filled') filled.push(pair);
      }
      return filled;
    },
    side,
  );
