/** Something the operator has to see that no caller can be told: reported to the callback given to the store. */
export interface StoreProblem {
  readonly event:
    | 'redis.lost'
    | 'redis.back'
    | 'wakeup.not-sent'
    | 'wakeup.failed'
    | 'inbox.stuck'
    | 'delivery.failed'
    | 'delivery.given-up'
    | 'delivery.not-finished';
  /** Full sentence. */
  readonly sentence: string;
  readonly facts?: Readonly<Record<string, string | number>>;
  readonly cause?: unknown;
}

export type OnProblem = (problem: StoreProblem) => void;
