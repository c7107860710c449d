import { z } from 'zod';
import { otherSide } from '../../../domain/observation.ts';
import { done, impossible, underway, unknown } from '../../frame/probes.ts';
import { awaitFollowingAct, awaitInStepAct, checkSplitBrainAct, verifyServingAct, verifyVersionAct } from '../acts.ts';
import { versionQuestion } from '../commands.ts';
import { allOnline, ask, isRunning, lookFollowing, type Spot, spotOf, spotOn, spotThere, standingAt, takesWritesAt } from '../look.ts';
import { isAtLeast, parseVersion, versionIn } from '../parse/version.ts';
import type { CrrStep } from '../place.ts';
import { ailing } from '../state.ts';
import { few } from '../words.ts';
import { graphsOn } from './counts.ts';
import { sequences } from './sequences.ts';

const none = z.object({});

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
    const graphs = await graphsOn(spotOf(place), await spotThere(place));
    return done({ metadata: there, ...graphs, 'seen at': place.io.clock.now() });
  },
};

export const verifyServing: CrrStep<object> = {
  params: none,
  rebuild: verifyServingAct,
  probe: async (place) => {
    const { enabled, tasks, services } = await lookFollowing(spotOf(place));
    if (enabled) return impossible(`${place.here} is set to follow, so it does not serve.`);
    if (tasks.length > 0) return underway(`${place.here} still fetches: its connector is ${tasks[0]?.state ?? 'there'}.`);
    if ((await standingAt(spotOf(place), { tasks, services })).takenOn === 'no')
      return underway(`${place.here} still runs as a standby: its services were not restarted since it left the replication.`);
    if (!allOnline(services)) return underway(`${place.here} waits for ${few(ailing(services)) || 'a fresh table of services'}.`);
    return done({ services: 'all online', 'seen at': place.io.clock.now() });
  },
};

/** A side that can't be reached can't be judged: that is said, and what keeps it from serving is in people's hands. */
export const checkSplitBrain: CrrStep<object> = {
  params: none,
  rebuild: checkSplitBrainAct,
  probe: async (place) => {
    const serves = await takesWritesAt(spotOf(place));
    if (serves === 'no') return impossible(`${place.here} takes no writes.`);
    if (serves === 'unknown')
      return unknown(
        `${place.here} is set to follow nobody, and whether its services were restarted since, so that it takes writes, can't be told. Try a write there by hand: if it is refused, restart it (gadmin restart -y).`,
      );
    const other = await spotOn(place, otherSide(place.side));
    if (other === null) return done({ [place.here]: 'takes writes', [place.there]: 'not reached, so not known' });
    if ((await takesWritesAt(other)) === 'no') return done({ [place.here]: 'takes writes', [place.there]: 'takes none' });
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
