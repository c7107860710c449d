import { isOverStatus } from '../cockroach/jobs.ts';
import type { PcrDetail, ReadSide, SideRead, VirtualClusterView } from './detail.ts';
import { followersOf, microsOf } from './phase.ts';

type History = ReadSide['history'];

/** A stream and what keeps history for it are begun by one statement; two clusters may have clocks that differ, µs. */
const togetherMicros = 600_000_000n;

/**
 * Whether what is kept is kept for this very stream: another cluster may follow the same source. `mixed`: jobs keep history, and which of
 * them is the stream's is not told.
 */
export function ownHistory(job: VirtualClusterView['job'], { history, producers = [] }: Pick<ReadSide, 'history' | 'producers'>): History {
  if (history !== 'kept') return history;
  const born = microsOf(job?.created ?? null);
  const own = producers.filter(({ created }) => born === null || created == null || isTogether(born, BigInt(created)));
  if (own.length === 0) return 'mixed';
  const ended = own.filter(({ status }) => isOverStatus(status)).length;
  if (ended === 0) return 'kept';
  return ended === own.length ? 'lost' : 'mixed';
}

const isTogether = (one: bigint, other: bigint): boolean => (one > other ? one - other : other - one) <= togetherMicros;

/** What each source says of the history that its follower needs. Pure. */
export function withOwnHistory(detail: PcrDetail): PcrDetail {
  const [follower, ...others] = followersOf(detail);
  if (follower === undefined || others.length > 0) return detail;
  const judged = (read: SideRead): SideRead => (read.kind === 'read' ? { ...read, history: ownHistory(follower.vc.job, read) } : read);
  return follower.side === 'standby' ? { ...detail, primary: judged(detail.primary) } : { ...detail, standby: judged(detail.standby) };
}
