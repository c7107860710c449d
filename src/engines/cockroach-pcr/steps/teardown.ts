import { z } from 'zod';
import { timestampOfMicros } from '../../cockroach/times.ts';
import { done, impossible, underway } from '../../frame/probes.ts';
import { phaseOf } from '../phase.ts';
import { change, look, onlyIfOtherServes, type PcrStep, statusOf } from '../place.ts';
import { undroppable } from '../plans/teardown.ts';
import { phaseWords } from '../words.ts';

/** Drops this side's copy. Never while it serves, and never unless the other side does: this may be the only copy. */
export const dropCopy: PcrStep<object> = {
  params: z.object({}),
  rebuild: (acts, side) => acts.dropCopy(side),
  probe: async (place) => {
    const { vc, now } = await look(place);
    const phase = phaseOf(vc);
    if (vc === null) return done({ status: 'absent', 'seen at': timestampOfMicros(now) });
    if (phase === 'dropping') return underway(`${place.name} on ${place.here} is being dropped.`);
    if (vc.service !== 'none' || undroppable.includes(phase)) {
      const why = vc.service === 'none' ? phaseWords[phase] : 'its service runs';
      return impossible(`${place.name} on ${place.here} must not be dropped: ${why}.`, { status: statusOf(vc), service: vc.service });
    }
    return onlyIfOtherServes(place, `${place.name} on ${place.here} must not be dropped: it may be the only good copy`, vc);
  },
  perform: change,
};
