import type { Side, Tristate } from '../../domain/observation.ts';
import { type Micros, msOfMicros } from '../cockroach/times.ts';
import type { PcrDetail, ReadSide, SideRead, VirtualClusterView } from './detail.ts';

/** What a virtual cluster is doing, whatever words its version uses. `strange`: a state we do not know, so nothing is safe. */
export type Phase =
  | 'absent'
  | 'scanning'
  | 'following'
  | 'retrying'
  | 'paused'
  | 'gave-up'
  | 'pending'
  | 'reverting'
  | 'ready'
  | 'incomplete'
  | 'dropping'
  | 'strange';

/** Spelling of states up to 24.2 (cutover) and from 24.3 (failover). */
const phases: Readonly<Record<string, Phase>> = {
  ready: 'ready',
  add: 'incomplete',
  dropping: 'dropping',
  replicating: 'following',
  'replication error': 'retrying',
  'replication paused': 'paused',
  'replication pending failover': 'pending',
  'replication pending cutover': 'pending',
  'replication failing over': 'reverting',
  'replication cutting over': 'reverting',
};

/** A job that gave up after its retries says so in its running status; a pause by hand does not. */
const gaveUp = /is being paused|pausing after error/;

export function phaseOf(vc: VirtualClusterView | null): Phase {
  if (vc === null) return 'absent';
  const phase = phases[vc.status] ?? (/initial/.test(vc.status) ? 'scanning' : 'strange');
  return phase === 'paused' && gaveUp.test(vc.job?.runningStatus ?? '') ? 'gave-up' : phase;
}

const followingPhases: readonly Phase[] = ['scanning', 'following', 'retrying', 'paused', 'gave-up', 'pending', 'reverting'];
export const isFollowing = (phase: Phase): boolean => followingPhases.includes(phase);

/** Whether applications can write on this side now, by its own word. */
export function writableOf(side: SideRead): Tristate {
  if (side.kind !== 'read') return 'unknown';
  if (side.flat === true) return side.givenUp === true ? 'unknown' : 'yes';
  if (side.elsewhere !== undefined) return side.elsewhereServes === true ? 'yes' : 'unknown';
  const phase = phaseOf(side.vc);
  if (phase === 'strange') return 'unknown';
  return phase === 'ready' && side.vc?.service !== 'none' ? 'yes' : 'no';
}

export function roleOf(side: SideRead): Side | 'none' | 'unknown' {
  if (side.kind !== 'read') return 'unknown';
  const phase = phaseOf(side.vc);
  if (phase === 'strange') return 'unknown';
  if (isFollowing(phase)) return 'standby';
  return writableOf(side) === 'yes' ? 'primary' : 'none';
}

/** Whether what is there follows. */
export const followerIn = (vc: VirtualClusterView | null): vc is VirtualClusterView => vc !== null && isFollowing(phaseOf(vc));

/** A side that follows, with what it says of itself. */
export interface Follower {
  readonly side: Side;
  readonly read: ReadSide;
  readonly vc: VirtualClusterView;
  readonly phase: Phase;
}

/** Sides that follow, by their own word: none, one, or (never in a sound link) both. */
export function followersOf(detail: PcrDetail): readonly Follower[] {
  return (['standby', 'primary'] as const).flatMap((side) => {
    const read = detail[side];
    if (read.kind !== 'read' || read.vc === null) return [];
    const phase = phaseOf(read.vc);
    return isFollowing(phase) ? [{ side, read, vc: read.vc, phase }] : [];
  });
}

export const microsOf = (digits: string | null): Micros | null => (digits === null ? null : BigInt(digits));

/** Whether a failover was asked for to a time that has not been replicated yet. */
export const isAhead = ({ failover, replicated }: Pick<VirtualClusterView, 'failover' | 'replicated'>): boolean =>
  failover !== null && replicated !== null && BigInt(failover) > BigInt(replicated);

/** How far a follower is behind by its own clock, ms; null while nothing has been replicated in full. Never negative. */
export function lagMsOf({ read, vc }: Follower): number | null {
  const replicated = microsOf(vc.replicated);
  return replicated === null ? null : Math.max(0, msOfMicros(BigInt(read.now) - replicated));
}

const hourMs = 3_600_000;

/** How long a source waits for its standby before the history is let go, unless somebody has set another window, ms. */
export const expiryMsOf = ({ release }: Pick<ReadSide, 'release'>): number => (release.year === 23 ? 72 * hourMs : 24 * hourMs);

/** Time until a stream that makes no progress can't be resumed any more, ms, a lower bound; null when it can't be told. */
export function expiresInMs(follower: Follower, windowMs = expiryMsOf(follower.read)): number | null {
  const { read, vc } = follower;
  const still = microsOf(vc.replicated) ?? microsOf(vc.job?.modified ?? null);
  return still === null ? null : windowMs - msOfMicros(BigInt(read.now) - still);
}
