import { type Fault, isFault } from '../../../domain/faults.ts';
import type { Probe } from '../../engine.ts';
import { impossible } from '../../frame/probes.ts';
import type { Place } from '../place.ts';

/** A short break of the network is nothing to ask people about: so many looks fail before they are asked, with this time between two, ms. */
const looks = 3;
const betweenMs = 3_000;

/**
 * For a step that has hours, in which a link would be held and nobody told that a cluster gives no answer: what a probe says, or, when
 * the clusters can't be asked, what they fail with. `left`: full sentences, what is left as it is and what a person can do.
 */
export async function orAsk(place: Place, probe: () => Promise<Probe>, left: string): Promise<Probe> {
  const { clock, signal } = place.io;
  for (let look = 1; ; look += 1) {
    try {
      return await probe();
    } catch (cause) {
      if (!isUnheard(cause) || signal.aborted) throw cause;
      if (look === looks)
        return impossible(`${/[.!?]$/u.test(cause.message) ? cause.message : `${cause.message}.`} ${left}`, { ...cause.facts });
    }
    await clock.sleep(betweenMs, signal);
  }
}

const isUnheard = (cause: unknown): cause is Fault => isFault(cause) && cause.code !== 'lease-lost' && cause.code !== 'aborted';
