import type { Pace } from '../contract.ts';
import { type Stream, type Us, us, type Work } from './model.ts';

/** Replicated time at a moment; null before the initial scan has ended. It moves in ticks and never back. */
export function replicatedAt(stream: Pick<Stream, 'frontier'>, atUs: Us, pace: Pace): Us | null {
  const { frontier } = stream;
  if (frontier === null) return null;
  if (frontier.movingSinceUs === null || atUs <= frontier.movingSinceUs) return frontier.replicatedUs;
  const tickUs = us(pace.tickMs);
  const movedUs = Math.floor((atUs - frontier.movingSinceUs) / tickUs) * tickUs;
  const reachedUs = Math.min(frontier.movingSinceUs + movedUs - us(pace.lagMs), frontier.replicatedUs + pace.catchUpSpeed * movedUs);
  return Math.max(frontier.replicatedUs, reachedUs);
}

/** Oldest time that can still be failed over to. */
export function retainedAt(stream: Stream, atUs: Us, pace: Pace): Us | null {
  const replicated = replicatedAt(stream, atUs, pace);
  return replicated === null ? null : Math.max(stream.originUs, replicated - stream.retentionUs);
}

/** When the replicated time will have reached a target if nothing changes; null: never. */
export function reachesAt(stream: Stream, targetUs: Us, atUs: Us, pace: Pace): Us | null {
  const { frontier } = stream;
  if (frontier === null) return null;
  if ((replicatedAt(stream, atUs, pace) ?? 0) >= targetUs) return atUs;
  if (frontier.movingSinceUs === null) return null;
  const aheadUs = Math.max(targetUs + us(pace.lagMs) - frontier.movingSinceUs, (targetUs - frontier.replicatedUs) / pace.catchUpSpeed);
  return frontier.movingSinceUs + Math.ceil(aheadUs / us(pace.tickMs)) * us(pace.tickMs);
}

/** Lets the frontier move or holds it, without a jump. */
export function moveFrontier(stream: Stream, moving: boolean, atUs: Us, pace: Pace): void {
  const { frontier } = stream;
  if (frontier === null || (frontier.movingSinceUs !== null) === moving) return;
  frontier.replicatedUs = replicatedAt(stream, atUs, pace) ?? frontier.replicatedUs;
  frontier.movingSinceUs = moving ? atUs : null;
}

export const newWork = (totalUs: Us): Work => ({ totalUs, leftUs: totalUs, sinceUs: null });

export const workLeft = (work: Work, atUs: Us): Us => Math.max(0, work.leftUs - (work.sinceUs === null ? 0 : atUs - work.sinceUs));

/** Share of the work that is done, 0 to 1. */
export const workFraction = (work: Work, atUs: Us): number => (work.totalUs === 0 ? 1 : 1 - workLeft(work, atUs) / work.totalUs);

/** Lets work go on or holds it. */
export function moveWork(work: Work, moving: boolean, atUs: Us): void {
  if ((work.sinceUs !== null) === moving) return;
  work.leftUs = workLeft(work, atUs);
  work.sinceUs = moving ? atUs : null;
}
