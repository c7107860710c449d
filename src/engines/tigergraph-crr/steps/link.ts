import { z } from 'zod';
import { otherSide } from '../../../domain/observation.ts';
import type { Probe } from '../../engine.ts';
import { done, impossible, underway, unknown } from '../../frame/probes.ts';
import {
  awaitEqualAct,
  awaitFollowingAct,
  awaitInStepAct,
  checkSplitBrainAct,
  kinds,
  proveKeepsUpAct,
  verifyServingAct,
  verifyVersionAct,
} from '../acts.ts';
import { groundQuestions, versionQuestion } from '../commands.ts';
import { allOnline, ask, isRunning, isServing, lookFollowing, type Spot, spotOf, spotOn, spotThere, unheard } from '../look.ts';
import { parseNumber, parsePath, parseTls, parseWord } from '../parse/config.ts';
import { isAtLeast, parseVersion, versionIn } from '../parse/version.ts';
import type { CrrStep, Place } from '../place.ts';
import { readPositions, readSequence } from '../reads/numbers.ts';
import { ailing } from '../state.ts';
import { few } from '../words.ts';

const none = z.object({});

/** Records in each replicated topic of a cluster. Throws a Fault. */
async function endsOn(spot: Spot): Promise<ReadonlyMap<string, number>> {
  const [app, port, prefix, ip, ...tls] = await ask(spot, groundQuestions);
  const ground = {
    roots: { app: parsePath(app), data: null, log: null },
    kafkaPort: parseNumber(port),
    tls: parseTls(...tls),
    crr: { enabled: null, brokers: null, port: null, prefix: parseWord(prefix) },
    ip: parseWord(ip),
  };
  const positions = await readPositions(spot.connect, spot.cluster, spot.node, ground, spot.io);
  if (positions.kind === 'unread') throw unheard(spot, positions.why);
  return new Map(positions.ends.map(({ topic, end }) => [topic, end]));
}

/**
 * How many records more each topic of the source has. Numbers of both sides need not begin alike, so this is never less than what the
 * follower lacks plus a difference that stays. The follower is read first: what the source takes meanwhile makes it larger, never smaller.
 */
async function ahead(place: Place): Promise<Readonly<Record<string, number>>> {
  const here = await endsOn(spotOf(place));
  const there = await endsOn(await spotThere(place));
  return Object.fromEntries([...there].map(([topic, end]) => [topic, end - (here.get(topic) ?? 0)]));
}

const looks = 3;
const lookEveryMs = 700;

/** The smallest difference of each topic in a few looks: at rest, it is the one that stays. */
async function leastAhead(place: Place): Promise<Readonly<Record<string, number>>> {
  let least = await ahead(place);
  for (let look = 1; look < looks; look += 1) {
    await place.io.clock.sleep(lookEveryMs, place.io.signal);
    const now = await ahead(place);
    least = Object.fromEntries(Object.entries(now).map(([topic, difference]) => [topic, Math.min(difference, least[topic] ?? difference)]));
  }
  return least;
}

interface Sequences {
  readonly here: number | null;
  readonly there: number | null;
}

async function sequences(place: Place): Promise<Sequences> {
  const other = await spotThere(place);
  const read = async ({ connect, cluster, node, io }: Spot) => {
    const sequence = await readSequence(connect, cluster, node, io);
    return sequence.kind === 'read' ? sequence.last : null;
  };
  const [here, there] = await Promise.all([read(spotOf(place)), read(other)]);
  return { here, there };
}

/** Records of metadata that the followed side has. Kafka and the endpoint of GSQL count apart, and the numbers need not begin alike. */
const metadataEnd = async (place: Place): Promise<number> => (await endsOn(await spotThere(place))).get('Metadata') ?? 0;

/** Looks before anything is touched: the connector runs, the metadata is equal, and positions can be read on both sides. */
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
    const ahead = await leastAhead(place);
    // The number of changes and the end of their topic have to be of the same moment: later changes are told by the end alone.
    if ((await metadataEnd(place)) !== records) return underway(`Metadata of ${place.there} is being changed at this moment.`);
    return done({ metadata: there, 'records of metadata': records, ahead });
  },
};

const keptUp = z.object({ metadata: z.number(), 'records of metadata': z.number(), ahead: z.record(z.string(), z.number()) });
type KeptUp = z.infer<typeof keptUp>;

/** After the stop: the source's topics stand still, and the follower lacks no more of any than when it kept up, twice in a row. */
export const awaitEqual: CrrStep<object> = {
  params: none,
  rebuild: awaitEqualAct,
  probe: async (place) => {
    const before = keptUp.safeParse(place.io.earlier.findLast(({ kind }) => kind === kinds.proveKeepsUp)?.evidence);
    if (!before.success)
      return impossible('What the step that proved that it keeps up has recorded is missing, so nothing can be compared.');
    const other = await spotThere(place);
    if (isServing(await lookFollowing(other))) {
      return impossible(`${place.there} takes writes again, so promoting ${place.here} now would lose them.`);
    }
    if (!isRunning((await lookFollowing(spotOf(place))).tasks)) return underway(`The connector of ${place.here} does not run.`);
    const first = await ahead(place);
    const behind = Object.entries(first).filter(([topic, difference]) => difference > (before.data.ahead[topic] ?? 0));
    if (behind.length > 0) {
      const records = behind.reduce((sum, [topic, difference]) => sum + difference - (before.data.ahead[topic] ?? 0), 0);
      return underway(`${place.here} lacks ${records} records of ${few(behind.map(([topic]) => topic))}.`);
    }
    await place.io.clock.sleep(lookEveryMs, place.io.signal);
    const second = await ahead(place);
    if (Object.entries(second).some(([topic, difference]) => difference !== first[topic]))
      return underway(`Records still reach ${place.here}.`);
    return replayed(place, before.data, Object.keys(second).length);
  },
};

/**
 * Records that have come are not yet changes that were made: GSQL replays them in order, and retries one that fails for ever. The followed
 * side is stopped and tells no number any more, so a change since the proof is known by its topic alone.
 */
async function replayed(place: Place, before: KeptUp, topics: number): Promise<Probe> {
  const sequence = await readSequence(place.connect, place.cluster, place.node, place.io);
  if (sequence.kind === 'unread') return underway(sequence.why);
  const hasChanged = (await metadataEnd(place)) > before['records of metadata'];
  if (sequence.last < before.metadata || (hasChanged && sequence.last === before.metadata) || (sequence.waiting ?? 0) > 0)
    return underway(`${place.here} has replayed the metadata up to change ${sequence.last}, and more has come.`);
  return done({ metadata: sequence.last, topics, 'seen at': place.io.clock.now() });
}

export const awaitFollowing: CrrStep<object> = {
  params: none,
  rebuild: awaitFollowingAct,
  probe: async (place) => {
    const { enabled, tasks, services } = await lookFollowing(spotOf(place));
    if (!enabled) return impossible(`${place.here} is not set to follow ${place.there}.`);
    if (!isRunning(tasks)) {
      const states = [...new Set(tasks.map(({ state, taskState }) => `${state}/${taskState}`))];
      return underway(`The connector of ${place.here} ${states.length === 0 ? 'is not there yet' : `is ${few(states)}`}.`);
    }
    if (!allOnline(services)) return underway(`${place.here} waits for ${few(ailing(services)) || 'a fresh table of services'}.`);
    return done({ connector: 'RUNNING', tasks: tasks.length, 'seen at': place.io.clock.now() });
  },
};

/** A connector that runs is no proof: with a wrong prefix or an outdated copy it runs too, and nothing is replayed. */
export const awaitInStep: CrrStep<object> = {
  params: none,
  rebuild: awaitInStepAct,
  probe: async (place) => {
    const { here, there } = await sequences(place);
    if (here === null || there === null) return underway('The numbers of the metadata could not be read on both sides.');
    if (here > there)
      return impossible(
        `${place.here} is at change ${here} of the metadata and ${place.there} only at ${there}, so ${place.here} does not follow it. Nothing protects ${place.there}. Look at gsql/log.INFO of ${place.here}, then /repl rebuild ${place.link.id}.`,
      );
    if (here < there) return underway(`${place.here} is at change ${here} of the metadata, ${place.there} at ${there}.`);
    return done({ metadata: there, 'seen at': place.io.clock.now() });
  },
};

export const verifyServing: CrrStep<object> = {
  params: none,
  rebuild: verifyServingAct,
  probe: async (place) => {
    const { enabled, tasks, services } = await lookFollowing(spotOf(place));
    if (enabled) return impossible(`${place.here} is set to follow, so it does not serve.`);
    if (tasks.length > 0) return underway(`${place.here} still fetches: its connector is ${tasks[0]?.state ?? 'there'}.`);
    if (!allOnline(services)) return underway(`${place.here} waits for ${few(ailing(services)) || 'a fresh table of services'}.`);
    return done({ services: 'all online', 'seen at': place.io.clock.now() });
  },
};

/** A side that can't be reached can't be judged: that is said, and what keeps it from serving is in people's hands. */
export const checkSplitBrain: CrrStep<object> = {
  params: none,
  rebuild: checkSplitBrainAct,
  probe: async (place) => {
    if (!isServing(await lookFollowing(spotOf(place)))) return impossible(`${place.here} takes no writes.`);
    const other = await spotOn(place, otherSide(place.side));
    if (other === null) return done({ [place.here]: 'takes writes', [place.there]: 'not reached, so not known' });
    if (!isServing(await lookFollowing(other))) return done({ [place.here]: 'takes writes', [place.there]: 'takes none' });
    return unknown(
      `${place.here} and ${place.there} both take writes (split brain), and what each takes alone can't be merged. Stop ${place.there} now: /repl fence ${place.link.id}, or gadmin stop -y there.`,
    );
  },
};

const versionParams = z.object({ least: z.string().max(40) });

export const verifyVersion: CrrStep<z.infer<typeof versionParams>> = {
  params: versionParams,
  rebuild: (at, { least }) => verifyVersionAct(at, least),
  probe: async (place, { least }) => {
    const read = async (spot: Spot) => parseVersion((await ask(spot, [versionQuestion]))[0]);
    const [here, there] = [await read(spotOf(place)), await read(await spotThere(place))];
    if (here === null || there === null) return underway('The version could not be read on both sides.');
    if (here.text !== there.text) {
      return impossible(
        `${place.here} runs ${here.text} and ${place.there} ${there.text}: replication starts between equal versions only. Nothing was changed.`,
      );
    }
    const bound = versionIn(least);
    return bound !== null && !isAtLeast(here, [bound.major, bound.minor, bound.patch])
      ? impossible(`Both run ${here.text}, which is older than ${least}. Nothing was changed.`)
      : done({ version: here.text });
  },
};
