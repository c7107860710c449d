import { z } from 'zod';
import { isOverStatus } from '../../cockroach/jobs.ts';
import { timestampOfMicros } from '../../cockroach/times.ts';
import type { Probe } from '../../engine.ts';
import { done, impossible, underway } from '../../frame/probes.ts';
import type { VirtualClusterView } from '../detail.ts';
import { isFollowing, phaseOf } from '../phase.ts';
import { evidenceTime, look, onlyIfOtherServes, type PcrStep, type Place, statusOf } from '../place.ts';
import type { VirtualClusterReading } from '../read-side.ts';
import { startReplicationStatement } from '../statements-setup.ts';
import { phaseWords, spellTime } from '../words.ts';
import { changeWithSecrets } from './setup-users.ts';

const noParams = z.object({});

const startParams = z.object({ trust: z.enum(['inline', 'path']), retention: z.boolean(), expiration: z.boolean(), reader: z.boolean() });

/** Rewinds this side and makes it follow. Never unless the other side serves: what is discarded here may be the only copy. */
export const startReplication: PcrStep<z.infer<typeof startParams>> = {
  params: startParams,
  rebuild: (acts, side, params) => acts.startReplication(side, params),
  probe: async (place) => {
    const { vc, now } = await look(place);
    const phase = phaseOf(vc);
    if (isFollowing(phase)) return followsSource(place, vc);
    if (isBeginning(vc)) return underway(`${place.here} has taken the request and begins.`);
    if (vc === null || phase !== 'ready') {
      return impossible(`${place.here} can't be made to follow: ${phaseWords[phase]}.`, { status: statusOf(vc) });
    }
    if (vc.service !== 'none') {
      return impossible(`The service of ${place.name} on ${place.here} runs, so ${place.here} can't be made to follow.`, {
        service: vc.service,
        'seen at': timestampOfMicros(now),
      });
    }
    return onlyIfOtherServes(place, `${place.here} must not give up its data to follow it`, vc);
  },
  perform: (place, statement, params) =>
    changeWithSecrets(place, statement, (spelling) => startReplicationStatement(place.link.settings, place.side, params, spelling)),
};

/** Between the request and the first word of the stream the virtual cluster shows a state that a cancelled stream shows too. */
const isBeginning = (vc: VirtualClusterView | null): boolean =>
  phaseOf(vc) === 'incomplete' && vc !== null && vc.job !== null && !isOverStatus(vc.job.status);

function followsSource({ here, name }: Place, vc: VirtualClusterView | null): Probe {
  const evidence = { status: statusOf(vc), source: vc?.sourceUri ?? null, job: vc?.job?.id ?? null };
  if (vc === null || vc.sourceName === null || vc.sourceName === name) return done(evidence);
  return impossible(`${here} follows ${vc.sourceName} instead of ${name}: somebody else started it.`, evidence);
}

/** Waits until the side that was rewound follows. Never has anything to send. */
export const awaitFollowing: PcrStep<object> = {
  params: noParams,
  rebuild: (acts, side) => acts.awaitFollowing(side),
  probe: async (place) => followingState(place, await look(place)),
};

function followingState({ here, there }: Place, { vc, now }: VirtualClusterReading): Probe {
  const phase = phaseOf(vc);
  const status = statusOf(vc);
  const replicated = vc?.replicated ?? null;
  if (phase === 'following' && replicated !== null) {
    return done({ status, 'replicated time': evidenceTime(replicated), 'seen at': timestampOfMicros(now) });
  }
  if (phase === 'following' || phase === 'scanning' || isBeginning(vc)) {
    return underway(`${here} is being rewound and catches up with ${there}.`, vc?.job?.fraction ?? null);
  }
  if (phase === 'retrying') return underway(`${here} is at ${spellTime(replicated)}; ${phaseWords.retrying}.`);
  return impossible(`${here} does not follow ${there}: ${phaseWords[phase]}.`, { status, 'job says': vc?.job?.runningStatus ?? null });
}
