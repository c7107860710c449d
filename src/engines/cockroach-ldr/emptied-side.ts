import { otherSide, type Side } from '../../domain/observation.ts';
import type { OperationName } from '../../domain/operation.ts';
import type { LdrLink } from './config.ts';
import type { LdrDetail, ReadSide } from './detail.ts';
import { flowInto, flowsOf, isLive, readOf } from './flow.ts';
import { isAfter, newestId } from './own-jobs.ts';
import { isFollowedBack } from './weigh.ts';

const sides = ['primary', 'standby'] as const;

/** The side with the newest job, live or over; the standby when no job is listed, and both ways. */
export function lastFollower({ settings }: LdrLink, reads: Readonly<Record<Side, Pick<ReadSide, 'jobs'>>>): Side {
  if (settings.direction === 'bidirectional') return 'standby';
  const live = sides.filter((side) => reads[side].jobs.some(isLive));
  const [only] = live;
  if (only !== undefined && live.length === 1) return only;
  // Ids grow with time on both clusters.
  return isAfter(newestId(reads.primary.jobs), newestId(reads.standby.jobs)) ? 'primary' : 'standby';
}

/** The side that a rebuild fills anew. Both ways, that is the one that does not follow: the primary, where the standby does. */
export function sideToRebuild(link: LdrLink, detail: LdrDetail, reads: Readonly<Record<Side, Pick<ReadSide, 'jobs'>>>): Side {
  if (link.settings.direction !== 'bidirectional') return lastFollower(link, reads);
  return isFollowedBack(link, detail, 'primary') && !isFollowedBack(link, detail, 'standby') ? 'primary' : 'standby';
}

/**
 * The side whose rows a plan for the operation would delete, and of which only its rows can tell whether applications use it; null where
 * there is none: nothing would be planned, or the way back brings what is written there.
 */
export function sideToWeigh(operation: OperationName, link: LdrLink, detail: LdrDetail): Side | null {
  const [primary, standby] = [readOf(detail, 'primary'), readOf(detail, 'standby')];
  if (primary === null || standby === null) return null;
  const reads = { primary, standby };
  const flows = flowsOf(link.settings, detail);
  if (operation === 'rebuild') {
    const into = sideToRebuild(link, detail, reads);
    const flow = flowInto(link.settings, detail, into);
    const follows = flow?.phase === 'following' && flow.missing.length === 0;
    return follows || isFollowedBack(link, detail, into) ? null : into;
  }
  if (operation === 'failback') return flows.length > 0 ? null : otherSide(lastFollower(link, reads));
  // One way, what goes on without a copy needs a side on which nobody has written since.
  if (operation === 'setup') return goesOnOver(link, detail, flows.length) ? 'standby' : null;
  const [only, another] = flows;
  return operation === 'alter' && only !== undefined && another === undefined ? only.into : null;
}

const goesOnOver = ({ settings }: LdrLink, { schema }: LdrDetail, flows: number): boolean =>
  settings.direction === 'unidirectional' &&
  flows === 0 &&
  schema.kind === 'read' &&
  schema.pairs.some(({ rows }) => rows.standby === 'filled');
