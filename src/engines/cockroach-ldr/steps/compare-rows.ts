import { z } from 'zod';
import { otherSide } from '../../../domain/observation.ts';
import type { Probe } from '../../engine.ts';
import { done, impossible, underway } from '../../frame/probes.ts';
import { askWork, beginWork, type Works } from '../background.ts';
import type { LdrStep, Place } from '../place.ts';
import { type Counted, readRowCounts } from '../reads/row-stock.ts';
import { tablesAt } from '../words.ts';

/** Longest time for all tables, ms. */
const allMs = 2 * 3_600_000;

/** How many rows each table has on both sides. */
export interface Counts {
  readonly here: readonly Counted[];
  readonly there: readonly Counted[];
}

export type CountReads = Works<Counts>;

const params = z.object({ pairs: z.array(z.int()) });

/**
 * Before jobs end and rows are deleted: the side that everything is to be copied from has as many. What a job once brought from there
 * need not be there any more: it may have been restored from an older backup, or emptied by mistake. `pairs`: tables of which nobody has
 * said that what only this side has may go.
 */
export const compareRows = (reads: CountReads): LdrStep<z.infer<typeof params>> => ({
  params,
  rebuild: (acts, side, { pairs }) => acts.compareRows(side, pairs),
  probe: async (place, { pairs }) => {
    const seen = askWork(reads, place);
    if (seen === null) {
      beginWork(reads, place, allMs, readCounts);
      return underway('The rows of both sides are being counted.', 0);
    }
    const { length } = place.settings.tables;
    if (seen.kind === 'running') return underway(`The rows of ${seen.done} of ${2 * length} tables are counted.`, seen.done / (2 * length));
    const none: readonly Counted[] = place.settings.tables.map(() => null);
    return judgeCounts(place, seen.kind === 'failed' ? { here: none, there: none } : seen.value, pairs);
  },
});

/** A count as of a moment ago lacks what arrived since, ms: after that time one more count tells. */
const momentMs = 6_000;

export async function readCounts(place: Place, tell: (done: number) => void): Promise<Counts> {
  const { length } = place.settings.tables;
  const source = { ...place, side: otherSide(place.side), here: place.there, there: place.here };
  const here = await readRowCounts(place, false, tell);
  // The other side is the one in use: its writers need not wait for the count.
  const countThere = () => readRowCounts(source, true, (done) => tell(length + done));
  const there = await countThere();
  const pairs = place.settings.tables.map((_, pair) => pair);
  if (fewerThere(place, { here, there }, pairs).fewer.length === 0) return { here, there };
  await place.io.clock.sleep(momentMs, place.io.signal);
  return { here, there: await countThere() };
}

/** Tables that the other side has fewer rows of, in words; and those that could not be counted. Pure. */
export function fewerThere({ settings, side }: Pick<Place, 'settings' | 'side'>, { here, there }: Counts, pairs: readonly number[]) {
  const unread = pairs.filter((pair) => (here[pair] ?? null) === null || (there[pair] ?? null) === null);
  const fewer = pairs.flatMap((pair) => {
    const [own, others] = [here[pair] ?? null, there[pair] ?? null];
    return own !== null && others !== null && own > others ? [`${tablesAt(settings, side, [pair])} (${own} here, ${others} there)`] : [];
  });
  return { fewer, unread: tablesAt(settings, side, unread) };
}

/** Whether the other side holds no fewer rows. Pure. */
export function judgeCounts(place: Pick<Place, 'here' | 'there' | 'settings' | 'side'>, counts: Counts, pairs: readonly number[]): Probe {
  const { here, there } = place;
  const { fewer, unread } = fewerThere(place, counts, pairs);
  const evidence = { [here]: [...counts.here], [there]: [...counts.there] };
  if (fewer.length > 0) {
    return impossible(
      `${here} holds more rows than ${there}, from which everything is to be copied: ${fewer.join(', ')}. What ${there} lacks would be gone for good. Nothing was deleted and no job was ended. Find out why: ${there} may have been restored from an older backup or emptied by mistake, or rows were deleted there that no job brings any more. If ${there} is right, press Skip; if not, press Cancel and bring the rows back to ${there} first.`,
      evidence,
    );
  }
  if (unread !== '') {
    return impossible(
      `The rows of ${unread} could not be counted on both sides, so whether ${there} has all that ${here} would lose is not known. Nothing was deleted and no job was ended. Press Retry when the tables can be read; press Skip only if you know that ${there} has everything.`,
      evidence,
    );
  }
  return done(evidence);
}
