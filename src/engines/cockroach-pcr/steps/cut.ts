import { type Micros, microsOfTimestamp, timestampOfMicros } from '../../cockroach/times.ts';
import type { Probe } from '../../engine.ts';
import { unknown } from '../../frame/probes.ts';
import { kinds } from '../acts.ts';
import type { VirtualClusterView } from '../detail.ts';
import { microsOf, phaseOf } from '../phase.ts';
import { evidenceTime, type Place } from '../place.ts';
import { spellTime } from '../words.ts';

/** Default largest clock offset between nodes: a write may carry a time that much ahead of the clock that we read, µs. */
const offsetMicros = 500_000n;

/** What the stop recorded: the primary's clock, read after its service was seen stopped, in the same session. */
export function cutOf({ io, there }: Place): Micros | null {
  const at = recorded(io.earlier, kinds.stopService, there, 'seen at');
  return at === null ? null : at + offsetMicros;
}

/** The cut that was waited for; null when the wait was skipped, so that a person has taken the loss upon himself. */
export const provenCut = ({ io, here }: Place): Micros | null => recorded(io.earlier, kinds.awaitCut, here, 'cut');

/** A time in what an earlier step recorded; null when there is none. */
export function recorded(earlier: Place['io']['earlier'], kind: string, cluster: string, key: string): Micros | null {
  const text = earlier.findLast((entry) => entry.kind === kind && entry.cluster === cluster)?.evidence[key];
  return typeof text === 'string' ? microsOfTimestamp(text) : null;
}

/**
 * How a promotion stands to the last write of the side that was stopped. `none`: there is none. `whole`: it holds that write. `movable`:
 * it is to an earlier time, and can still be moved. `short`: it can't any more. `untold`: the database does not say to which time it is.
 */
type Reach = 'none' | 'whole' | 'movable' | 'short' | 'untold';

export function reachOf(vc: VirtualClusterView | null, cut: Micros): Reach {
  const phase = phaseOf(vc);
  const at = microsOf((phase === 'ready' ? vc?.activated : vc?.failover) ?? null);
  if (at !== null) return at >= cut ? 'whole' : phase === 'ready' || phase === 'reverting' ? 'short' : 'movable';
  return phase === 'ready' || phase === 'reverting' || phase === 'pending' ? 'untold' : 'none';
}

/** Somebody else's promotion that leaves out what the stopped side still has. Nothing is lost before the promoted side serves. */
export function leftOut({ here, there, link, name }: Place, vc: VirtualClusterView, cut: Micros): Probe {
  const at = microsOf(phaseOf(vc) === 'ready' ? vc.activated : vc.failover);
  const what =
    at === null
      ? `${here} is being promoted by somebody else, and does not tell to which time, so it may lack writes that ${there} took before it was stopped.`
      : `${here} ${phaseOf(vc) === 'ready' ? 'was' : 'is being'} promoted to ${spellTime(at)} by somebody else, but ${there} took writes until ${spellTime(cut)}: what it took in between is missing on ${here}.`;
  return unknown(
    `${what} Nothing is lost yet: ${there} is stopped and still has everything, and ${here} does not serve. To keep all of it, press Cancel, start ${name} on ${there} again by hand (START SERVICE SHARED), and let /repl failback ${link.id} make ${here} follow. To accept the loss and go on with ${here}, press Skip.`,
    { status: vc.status, 'promoted to': evidenceTime(at), cut: timestampOfMicros(cut) },
  );
}
