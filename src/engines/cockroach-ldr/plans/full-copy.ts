import { otherSide, type Side } from '../../../domain/observation.ts';
import { isRefusal, type Refusal } from '../../../domain/refusal.ts';
import type { Outline } from '../../frame/drafts.ts';
import type { LdrLink } from '../config.ts';
import type { LdrDetail } from '../detail.ts';
import { lastFollower } from '../emptied-side.ts';
import { sides } from '../scene.ts';
import { emptied, schemaRefusal } from '../unfit.ts';
import { isBoth } from './move.ts';
import { planRebuild } from './refill.ts';
import type { Reads } from './start.ts';

/** Sides that are to go on without a first copy, and what is known of them. */
export interface Continued {
  readonly link: LdrLink;
  readonly detail: LdrDetail;
  readonly reads: Reads;
  /** What a setup with a full copy would do. */
  readonly copy: Outline | Refusal;
  /** The sides that are to follow again, in this order; both ways, one alone goes on beside the other one that lives. */
  readonly order: readonly Side[];
}

/** How a full copy is come by, as things are. Full sentences. */
export function copyWords({ link, detail, reads, copy, order }: Continued): string {
  const { settings, id } = link;
  const [only, another] = order;
  if (isBoth(link) && only !== undefined && another === undefined) {
    return `/repl rebuild ${id} ends what is left and fills ${settings[only].cluster} anew from ${settings[otherSide(only)].cluster}.`;
  }
  if (!isRefusal(copy)) return `Ask for /repl setup ${id} without --from: it makes a full copy.`;
  const { schema } = detail;
  const unfit = schemaRefusal('setup', link, detail, order, emptied);
  const isHeld = unfit === null && schema.kind === 'read' && schema.pairs.some(({ rows }) => rows.standby === 'filled');
  if (!isHeld || sides.some((side) => reads[side].tables.includes('absent'))) return copy.next;
  const [here, there] = [settings.standby.cluster, settings.primary.cluster];
  if (settings.direction === 'bidirectional') {
    return `Find out which side applications use, empty the tables on the other one by hand (TRUNCATE), then ask for /repl setup ${id}: it makes a full copy.`;
  }
  const isSafe = lastFollower(link, reads) === 'standby' && !isRefusal(planRebuild(link, detail));
  return isSafe
    ? `If applications use ${there}, ask for /repl rebuild ${id}: it empties ${here} and copies everything anew.`
    : `If applications use ${there}, empty the tables on ${here} by hand (TRUNCATE), then ask for /repl setup ${id}: it makes a full copy.`;
}
