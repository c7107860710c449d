import { otherSide } from '../../../domain/observation.ts';
import type { Probe } from '../../engine.ts';
import { impossible } from '../../frame/probes.ts';
import { isServing, lookFollowing, spotOf, spotOn, unheard } from '../look.ts';
import type { Place } from '../place.ts';

/** Says no unless the other side takes writes, so that what is here is a copy; null when it does. Throws a Fault when it can't be told. */
export async function unlessCopy(place: Place): Promise<Probe | null> {
  const other = await spotOn(place, otherSide(place.side));
  if (other === null) throw unheard(spotOf(place), `no node of ${place.there} answers, so it is not known whether it serves.`);
  if (isServing(await lookFollowing(other))) return null;
  return impossible(
    `${place.there} takes no writes now, so what ${place.here} has may be the only good copy. Nothing was changed. Find out which side is to serve, then plan again.`,
  );
}
