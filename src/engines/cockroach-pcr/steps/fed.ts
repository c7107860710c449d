import { otherSide } from '../../../domain/observation.ts';
import { systemInterface } from '../../cockroach/session.ts';
import { readSight } from '../../cockroach/sight.ts';
import type { Probe } from '../../engine.ts';
import { unknown } from '../../frame/probes.ts';
import { kinds } from '../acts.ts';
import { historyThere, type Place } from '../place.ts';

/** Evidence of a look that saw the side which is to be stopped feed the one that is to be promoted. */
export const fedKey = 'fed by a job of the other side';

const skippedKey = 'feeds it no more';

/** Why the follower may not be fed by the side that is to be stopped: its stream, or an address, leads elsewhere. Null when it is, or nothing tells. */
export async function noLongerFed(place: Place): Promise<Probe | null> {
  const other = await historyThere(place);
  if (other.kind !== 'read' || (other.history !== 'none' && other.history !== 'lost')) return null;
  // A job that is listed no more tells nothing to who is not shown those of others.
  const { connect, link, side, io } = place;
  const sight = other.history === 'none' ? await readSight(connect, link.settings[otherSide(side)], systemInterface, io) : 'all';
  return sight === 'all' ? unfed(place) : null;
}

/** The same, where an earlier step of the run saw that it was fed. */
export async function fedNoMore(place: Place): Promise<Probe | null> {
  const seen = place.io.earlier.some(({ kind, evidence }) => kind === kinds.proveCatchUp && evidence[fedKey] === place.there);
  return seen ? noLongerFed(place) : null;
}

function unfed({ here, there, io, link }: Place): Probe | null {
  if (io.retried.some((shown) => shown[skippedKey] === there)) return null;
  return unknown(
    `No job on ${there} feeds ${here} any more: ${here} copies another cluster by now, the address of ${there} in the config leads to another one, or the stream has just ended. Nothing was promoted. See where both lead; /repl verify ${link.id} compares what both sides have. To go on all the same, press Retry; else press Cancel.`,
    { [skippedKey]: there },
  );
}
