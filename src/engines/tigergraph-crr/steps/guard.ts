import { otherSide } from '../../../domain/observation.ts';
import type { Probe } from '../../engine.ts';
import { impossible } from '../../frame/probes.ts';
import type { CopyGuard } from '../acts-backup.ts';
import { lookFollowing, spotOf, spotOn, takesWritesAt, unheard } from '../look.ts';
import type { Place } from '../place.ts';

/**
 * Says no unless the other side takes writes, so that what is here is a copy, and unless this side is still what it was planned to be: hours
 * of a backup and its way lie between, in which somebody may have promoted it. Null when nothing is in the way. Throws a Fault when it can't be told.
 */
export async function unlessCopy(place: Place, guard: CopyGuard): Promise<Probe | null> {
  const other = await spotOn(place, otherSide(place.side));
  if (other === null) throw unheard(spotOf(place), `no node of ${place.there} answers, so it is not known whether it serves.`);
  const serves = await takesWritesAt(other);
  if (serves !== 'yes')
    return impossible(
      `${place.there} ${serves === 'no' ? 'takes no writes now' : 'may take no writes: its services may not have been restarted since it left the replication'}, so what ${place.here} has may be the only good copy. Nothing was changed. Find out which side is to serve, then plan again.`,
    );
  return guard === 'other-serves' ? null : changedSince(place, guard);
}

async function changedSince(place: Place, guard: Exclude<CopyGuard, 'other-serves'>): Promise<Probe | null> {
  const here = await lookFollowing(spotOf(place));
  const next = `Nothing was changed. If ${place.here} was promoted meanwhile, give this run up: /repl fence ${place.link.id} and /repl failback ${place.link.id} are the way then.`;
  if (guard === 'follower' && !here.enabled)
    return impossible(`${place.here} followed ${place.there} when this was planned, and does not any more. ${next}`);
  if (guard === 'idle' && (await takesWritesAt(spotOf(place))) !== 'no')
    return impossible(`${place.here} took no writes when this was planned, and does now, or may. ${next}`);
  return null;
}
