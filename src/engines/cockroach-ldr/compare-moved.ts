import { otherSide } from '../../domain/observation.ts';
import { wasRefused } from '../cockroach/deaf.ts';
import { type Micros, microsOfHlc } from '../cockroach/times.ts';
import { compareOne, contentOf, isExpiring, type Judge, type Moment, momentsOf, tableOf, tries, type Verdict } from './compare.ts';
import { arrivedUpTo } from './flow.ts';
import { jobsOn, on, type Place } from './place.ts';
import { newestWriteQuery, politely } from './reads/writes.ts';

/** What a comparison after a move goes by. */
export interface Moved {
  /** When this side had the last write of the other one, and no application of that one wrote here yet. */
  readonly moment: Moment;
  /** No application was to write on the other side any more after this time. */
  readonly stopped: Micros;
  /** Longest time for reading one table, ms. */
  readonly readMs: number;
}

/** After a move: as of the time at which this side had everything. Applications need not wait for it. */
export const judgeMoved = (place: Place, moved: Moved): Judge => {
  const isBoth = place.settings.direction === 'bidirectional';
  const moment = momentsOf(place);
  return async (pair) => {
    const { at } = moved.moment;
    const verdict = await compareOne(place, pair, moved.moment);
    if (verdict === 'same') return { verdict, at };
    if (await isExpiring(place, pair, moved.moment)) return { verdict: (await isStray(place, pair, moved)) ? 'stray' : 'expiring', at };
    // One way, nothing but an application changes the source.
    if (!isBoth) return { verdict: verdict === 'busy' ? 'stray' : verdict, at };
    if (await isStray(place, pair, moved)) return { verdict: 'stray', at };
    return againBoth(place, pair, moved, moment);
  };
};

/** Both ways, applications may have used this side all along, and what they wrote here reaches the other one late. */
async function againBoth(place: Place, pair: number, moved: Moved, moment: () => Promise<Moment>): Promise<Awaited<ReturnType<Judge>>> {
  let at = moved.moment.at;
  for (let i = 1; i < tries; i += 1) {
    const when = await moment();
    if (when.flows.length < 2) return { verdict: await withoutWayBack(place, pair, moved), at: moved.moment.at };
    at = when.at;
    const verdict = await compareOne(place, pair, when);
    if (verdict !== 'busy') return { verdict, at };
  }
  return { verdict: 'busy', at };
}

/** Nothing brings what is written here any more: a difference counts where nothing was written here since that ended. */
async function withoutWayBack(place: Place, pair: number, { moment }: Moved): Promise<Verdict> {
  const { settings, side } = place;
  const brought = arrivedUpTo(settings, await jobsOn(place, otherSide(side)));
  if (brought === null || brought >= moment.at) return 'busy';
  try {
    const [then, after] = [await contentOf(place, side, pair, brought), await contentOf(place, side, pair, moment.at)];
    return then === after ? await compareOne(place, pair, moment) : 'busy';
  } catch (cause) {
    // The past is kept for a while only.
    if (wasRefused(cause)) return 'busy';
    throw cause;
  }
}

/** Whether an application wrote on the side that it was to leave: not what a job brought there. False where that is not told. */
async function isStray(place: Place, pair: number, { stopped, readMs }: Moved): Promise<boolean> {
  const source = otherSide(place.side);
  const query = newestWriteQuery(tableOf(place, source, pair));
  try {
    const newest = await on(
      place,
      async (session) => {
        for (const statement of politely(readMs)) await session.read(statement);
        return (await session.read(query))[0]?.['newest'] ?? null;
      },
      source,
    );
    const at = newest === null ? null : microsOfHlc(newest);
    return at !== null && at > stopped;
  } catch (cause) {
    if (!wasRefused(cause)) throw cause;
    return false;
  }
}
