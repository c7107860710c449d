import { z } from 'zod';
import type { JsonObject } from '../../../domain/json.ts';
import type { Probe } from '../../engine.ts';
import { done, impossible, underway } from '../../frame/probes.ts';
import { awaitEqualAct, kinds, proveKeepsUpAct } from '../acts.ts';
import { isRunning, lookFollowing, type Spot, spotOf, spotThere, takesWritesAt, unheard } from '../look.ts';
import { compareNewest, type PartitionView } from '../newest.ts';
import type { CrrStep, Place } from '../place.ts';
import { readNewest } from '../reads/newest.ts';
import { readPositions, readSequence } from '../reads/numbers.ts';
import { few } from '../words.ts';
import { groundOf } from './ground.ts';
import { sequences } from './sequences.ts';

const none = z.object({});

type Ends = ReadonlyMap<string, number>;

/** Records in each replicated topic of a cluster. Throws a Fault. */
async function endsOn(spot: Spot): Promise<Ends> {
  const positions = await readPositions(spot.connect, spot.cluster, spot.node, await groundOf(spot), spot.io);
  if (positions.kind === 'unread') throw unheard(spot, positions.why);
  return new Map(positions.ends.map(({ topic, end }) => [topic, end]));
}

async function newestOn(spot: Spot): Promise<readonly PartitionView[]> {
  const newest = await readNewest(spot.connect, spot.cluster, spot.node, await groundOf(spot), spot.io);
  if ('why' in newest) throw unheard(spot, newest.why);
  return newest;
}

const endsOfViews = (views: readonly PartitionView[]): Ends => {
  const ends = new Map<string, number>();
  for (const { topic, end } of views) ends.set(topic, (ends.get(topic) ?? 0) + end);
  return ends;
};

interface Look {
  readonly source: Ends;
  readonly follower: Ends;
}

/** The follower is read first: what the source takes meanwhile makes it look further behind, never less. */
async function lookAtEnds(place: Place): Promise<Look> {
  const follower = await endsOn(spotOf(place));
  return { follower, source: await endsOn(await spotThere(place)) };
}

/**
 * How many records more each topic of the source has. Numbers of both sides need not begin alike, so this is never less than what the
 * follower lacks plus a difference that stays.
 */
const aheadIn = ({ source, follower }: Look): Readonly<Record<string, number>> =>
  Object.fromEntries([...source].map(([topic, end]) => [topic, end - (follower.get(topic) ?? 0)]));

const looks = 3;
const lookEveryMs = 700;

/** A few looks in a row, the first one first. */
async function lookRepeatedly(place: Place): Promise<readonly [Look, ...Look[]]> {
  const all: [Look, ...Look[]] = [await lookAtEnds(place)];
  while (all.length < looks) {
    await place.io.clock.sleep(lookEveryMs, place.io.signal);
    all.push(await lookAtEnds(place));
  }
  return all;
}

/** The smallest difference of each topic: at rest, it is the one that stays. */
function leastAhead(all: readonly Look[]): Readonly<Record<string, number>> {
  let least: Record<string, number> = {};
  for (const look of all) {
    const now = aheadIn(look);
    least = Object.fromEntries(Object.entries(now).map(([topic, difference]) => [topic, Math.min(difference, least[topic] ?? difference)]));
  }
  return least;
}

/** Records of metadata that the followed side has. Kafka and the endpoint of GSQL count apart, and the numbers need not begin alike. */
const metadataEnd = async (place: Place): Promise<number> => (await endsOn(await spotThere(place))).get('Metadata') ?? 0;

/** Looks before anything is touched: the connector runs, the metadata is equal, and the follower is seen to fetch. */
export const proveKeepsUp: CrrStep<object> = {
  params: none,
  rebuild: proveKeepsUpAct,
  probe: async (place) => {
    const { enabled, tasks } = await lookFollowing(spotOf(place));
    if (!enabled) return impossible(`${place.here} is not set to follow. Nothing was changed.`);
    if (!isRunning(tasks)) return underway(`The connector of ${place.here} does not run.`);
    const records = await metadataEnd(place);
    const { here, there } = await sequences(place);
    if (here === null || there === null) return underway('The numbers of the metadata could not be read on both sides.');
    if (here !== there) return underway(`${place.here} is at change ${here} of the metadata, ${place.there} at ${there}.`);
    const seen = await lookRepeatedly(place);
    const idle = await standstill(place, seen[0]);
    if (idle !== null) return idle;
    // The number of changes and the end of their topic have to be of the same moment: later changes are told by the end alone.
    if ((await metadataEnd(place)) !== records) return underway(`Metadata of ${place.there} is being changed at this moment.`);
    const last = seen.at(-1) ?? seen[0];
    return done({ metadata: there, 'records of metadata': records, ahead: leastAhead(seen), source: Object.fromEntries(last.source) });
  },
};

/**
 * A connector that runs may fetch nothing. Where the source takes records meanwhile, the follower has to have moved too; where it takes none,
 * the newest record of both has to be the same. Null when nothing stands still.
 */
async function standstill(place: Place, first: Look): Promise<Probe | null> {
  const follower = await newestOn(spotOf(place));
  const source = await newestOn(await spotThere(place));
  const [here, there] = [endsOfViews(follower), endsOfViews(source)];
  const takes = (topic: string): boolean => there.get(topic) !== first.source.get(topic);
  const stuck = [...there.keys()].filter((topic) => takes(topic) && (here.get(topic) ?? 0) <= (first.follower.get(topic) ?? 0));
  if (stuck.length > 0)
    return underway(`${place.there} takes records of ${few(stuck)}, and ${place.here} has not been seen to fetch any yet.`);
  const lacking = compareNewest(source, follower).apart.filter((topic) => !takes(topic));
  return lacking.length === 0 ? null : underway(`${place.here} lacks the newest records of ${few(lacking)}.`);
}

const keptUp = z.object({
  metadata: z.number(),
  'records of metadata': z.number(),
  ahead: z.record(z.string(), z.number()),
  source: z.record(z.string(), z.number()),
});
type KeptUp = z.infer<typeof keptUp>;

/** After the stop: the source's topics stand still, and the follower has the newest record of each. */
export const awaitEqual: CrrStep<object> = {
  params: none,
  rebuild: awaitEqualAct,
  probe: async (place) => {
    const before = keptUp.safeParse(place.io.earlier.findLast(({ kind }) => kind === kinds.proveKeepsUp)?.evidence);
    if (!before.success)
      return impossible('What the step that proved that it keeps up has recorded is missing, so nothing can be compared.');
    const other = await spotThere(place);
    if ((await takesWritesAt(other)) !== 'no') {
      return impossible(`${place.there} takes writes again, so promoting ${place.here} now would lose them.`);
    }
    if (!isRunning((await lookFollowing(spotOf(place))).tasks)) return underway(`The connector of ${place.here} does not run.`);
    const first = aheadIn(await lookAtEnds(place));
    const behind = Object.entries(first).filter(([topic, difference]) => difference > (before.data.ahead[topic] ?? 0));
    if (behind.length > 0) {
      const records = behind.reduce((sum, [topic, difference]) => sum + difference - (before.data.ahead[topic] ?? 0), 0);
      return underway(`${place.here} lacks ${records} records of ${few(behind.map(([topic]) => topic))}.`);
    }
    await place.io.clock.sleep(lookEveryMs, place.io.signal);
    const second = aheadIn(await lookAtEnds(place));
    if (Object.entries(second).some(([topic, difference]) => difference !== first[topic]))
      return underway(`Records still reach ${place.here}.`);
    const newest = await newestAlike(place, before.data);
    return 'still' in newest
      ? underway(newest.still)
      : replayed(place, before.data, { topics: Object.keys(second).length, ...newest.evidence });
  },
};

type Alike = { readonly evidence: JsonObject } | { readonly still: string };

/** Whether the newest records say that nothing is missing: what goes into the evidence, or what is still awaited. */
async function newestAlike(place: Place, before: KeptUp): Promise<Alike> {
  const source = await newestOn(await spotThere(place));
  const { alike, apart, untold } = compareNewest(source, await newestOn(spotOf(place)));
  if (apart.length > 0) return { still: `${place.here} lacks the newest records of ${few(apart)}.` };
  const now = endsOfViews(source);
  // Kafka keeps no record of a topic that has long been idle: that takes nothing since the proof is all there is to see.
  const moved = untold.filter((topic) => now.get(topic) !== before.source[topic]);
  if (moved.length > 0 || alike.length === 0) {
    const unseen = few(moved.length > 0 ? moved : untold);
    return { still: `Kafka does not give the newest records of ${unseen}, so nothing shows yet that ${place.here} has them.` };
  }
  return {
    evidence: { 'newest records alike': alike.length, ...(untold.length === 0 ? {} : { 'idle, not compared': untold.slice(0, 20) }) },
  };
}

/**
 * Records that have come are not yet changes that were made: GSQL replays them in order, and retries one that fails for ever. The followed
 * side is stopped and tells no number any more, so a change since the proof is known by its topic alone.
 */
async function replayed(place: Place, before: KeptUp, evidence: JsonObject): Promise<Probe> {
  const sequence = await readSequence(place.connect, place.cluster, place.node, place.io);
  if (sequence.kind === 'unread') return underway(sequence.why);
  const hasChanged = (await metadataEnd(place)) > before['records of metadata'];
  if (sequence.last < before.metadata || (hasChanged && sequence.last === before.metadata) || (sequence.waiting ?? 0) > 0)
    return underway(`${place.here} has replayed the metadata up to change ${sequence.last}, and more has come.`);
  return done({ metadata: sequence.last, ...evidence, 'seen at': place.io.clock.now() });
}
