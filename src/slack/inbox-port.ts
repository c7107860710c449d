/** A delivery from Slack as our receivers write it down before it is acknowledged. */
export interface Delivery {
  /** De-duplication key: `event:<event_id>`, `command:<trigger_id>`, `action:<trigger_id>`, `view:<id>:<hash>`. */
  readonly key: string;
  /** The payload that Bolt's `processEvent` takes as `body`. */
  readonly body: Readonly<Record<string, unknown>>;
  /** ms since the epoch by this process' clock. */
  readonly receivedAt: number;
}

export interface ClaimedDelivery extends Delivery {
  readonly id: string;
  /** 1 for the first time that it is worked on; more after a worker died over it. */
  readonly attempt: number;
}

/** Port: deliveries are recorded and de-duplicated by one script, and worked off by any bot process. */
export interface Inbox {
  /** `duplicate` when the key was recorded within 24 h. Throws Fault `redis-unavailable`: then nothing may be acknowledged as taken. */
  record(delivery: Delivery): Promise<'recorded' | 'duplicate'>;
  /** Delivers claimed deliveries to the handler, up to `concurrency` at once, those of dead workers too, until `close`. */
  work(handler: (delivery: ClaimedDelivery) => Promise<void>, options: { readonly concurrency: number }): Promise<void>;
  /** Stops taking new ones and waits for those under way. */
  close(): Promise<void>;
}
