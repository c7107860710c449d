import type { DlqView, ReadSide } from './detail.ts';
import { count } from './words.ts';

/** So many entries of a dead letter queue are counted; a longer one has one entry more. */
export const mostCounted = 10_000;

/** What waits in dead letter queues. */
export interface Waiting {
  /** As many rows as were counted. */
  readonly rows: number;
  /** `3 rows`, `more than 10,000 rows`. */
  readonly words: string;
  /** Whether a queue could not be counted, so that even more may wait. */
  readonly unread: boolean;
}

/** What waits in some queues. */
export function waitingIn(dlq: readonly Pick<DlqView, 'entries'>[]): Waiting {
  const rows = dlq.reduce((total, { entries }) => total + Math.min(entries ?? 0, mostCounted), 0);
  const words = dlq.some(({ entries }) => isMore(entries)) ? `more than ${rows.toLocaleString('en-US')} rows` : count(rows, 'row');
  return { rows, words, unread: dlq.some(({ entries }) => entries === null) };
}

/** What waits in all the queues of a side. */
export function waitingOn({ dlq, dlqProblem }: Pick<ReadSide, 'dlq' | 'dlqProblem'>): Waiting {
  const waiting = waitingIn(dlq);
  return { ...waiting, unread: waiting.unread || dlqProblem !== null };
}

/** What waited in the dead letter queues of a side when a run was planned. */
export interface PlannedQueue {
  /** Null when it was not told. */
  readonly entries: number | null;
  /** When the newest one came, µs, in digits; null when there is none, or where it was not told. */
  readonly newest: string | null;
}

/** What a plan that looks at the queues of a side rests on. */
export function plannedQueue(read: Pick<ReadSide, 'dlq' | 'dlqProblem'>): PlannedQueue {
  const { dlq } = read;
  if (waitingOn(read).unread) return { entries: null, newest: null };
  const times = dlq.flatMap(({ newest }) => (newest === null ? [] : [BigInt(newest)]));
  const newest = times.reduce<bigint | null>((last, at) => (last === null || at > last ? at : last), null);
  return {
    entries: dlq.reduce((total, { entries }) => total + (entries ?? 0), 0),
    // One that is longer than is counted tells no time.
    newest: newest === null || dlq.some(({ entries }) => isMore(entries)) ? null : String(newest),
  };
}

/** Whether a queue is longer than is counted. */
export const isMore = (entries: number | null): boolean => entries !== null && entries > mostCounted;
