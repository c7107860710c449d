import { type Micros, timestampOfMicros } from '../cockroach/times.ts';
import type { Phase, SideRead } from './detail.ts';

/** A length of time for people, e.g. `12 s`, `4 min`, `3.5 h`. */
export function spell(ms: number): string {
  if (ms < 1_000) return 'less than 1 s';
  if (ms < 120_000) return `${Math.round(ms / 1_000)} s`;
  return ms < 2 * 3_600_000 ? `${Math.round(ms / 60_000)} min` : `${Math.round(ms / 360_000) / 10} h`;
}

/** A database time for people, to the microsecond, in UTC. */
export const spellTime = (micros: Micros | string | null): string =>
  micros === null ? 'none' : timestampOfMicros(BigInt(micros)).replace('+00:00', ' UTC');

/** What a virtual cluster is doing, for people. */
export const phaseWords: Readonly<Record<Phase, string>> = {
  absent: 'there is no such virtual cluster',
  scanning: 'the initial scan is running',
  following: 'it follows',
  retrying: 'replication failed and is being tried again',
  paused: 'replication is paused by hand',
  'gave-up': 'replication gave up after an error and paused itself',
  pending: 'a failover is pending',
  reverting: 'a failover is under way',
  ready: 'it is ready',
  incomplete: 'its replication was cancelled and left it unusable',
  dropping: 'it is being dropped',
  strange: 'it is in a state that is not known here',
};

/**
 * The state that an approval rests on. A stream that follows, retries or gave up is one state here: when a primary dies it goes
 * through all three within minutes, and what a failover does is the same in each.
 */
export function coarseState(side: SideRead, phase: Phase): string {
  if (side.kind !== 'read') return 'unknown';
  if (phase === 'retrying' || phase === 'gave-up') return 'following';
  return phase === 'strange' ? `strange (${side.vc?.status ?? ''})` : phase;
}

export function problemOf(cluster: string, read: SideRead): string | null {
  switch (read.kind) {
    case 'gone':
      return `${cluster} can't be reached: ${read.why}`;
    case 'silent':
      return `${cluster} accepts connections but gives no answer, so it may be half gone, and applications may or may not still write there: ${read.why}`;
    case 'locked':
      return `${cluster} answers, but does not let the bot see its state: ${read.why}`;
    case 'read':
      return null;
  }
}
