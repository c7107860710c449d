import type { Clock } from '../domain/clock.ts';
import type { NewCallName } from './call-names.ts';
import type { Connection, ConnectionOptions } from './connection.ts';
import type { OnProblem } from './store-problem.ts';

/** Times of the inbox, ms; tests shorten them. */
export interface InboxPace {
  /** A delivery that no living worker vouched for in this time is taken by another. */
  readonly abandonedAfterMs: number;
  /** How often a worker vouches for what it has under way; well below `abandonedAfterMs`. */
  readonly vouchEveryMs: number;
  /** How often a worker looks for abandoned deliveries. */
  readonly takeEveryMs: number;
  /** Longest wait of one blocking read, and so of `close`. */
  readonly blockMs: number;
}

export const inboxPace: InboxPace = { abandonedAfterMs: 10_000, vouchEveryMs: 2_500, takeEveryMs: 1_000, blockMs: 500 };

export interface InboxDeps {
  readonly redis: Connection;
  /** For the dedicated connection on which reads block. */
  readonly connection: Omit<ConnectionOptions, 'onProblem'>;
  readonly newCallName: NewCallName;
  readonly clock: Clock;
  readonly onProblem: OnProblem;
  readonly pace: InboxPace;
}
