import type { Clock } from '../domain/clock.ts';

/** Answers of Slack that are asked for again when they are older than a limit. */
export interface Recent<V> {
  /** Never older than the limit, counted from when Slack was asked. Rejects as the question does. */
  get(key: string): Promise<V>;
  forget(key: string): void;
}

/** Asks at most once at a time for each key. `keepMs` decides for each answer how long it holds; a rejection is not kept. */
export function createRecent<V>(clock: Clock, keepMs: (value: V) => number, ask: (key: string) => Promise<V>, most = 5000): Recent<V> {
  const known = new Map<string, { readonly value: Promise<V>; until: number }>();

  function askNow(key: string): Promise<V> {
    const askedAt = clock.monotonic();
    const value = ask(key);
    // While it is under way it answers everybody who asks.
    const entry = { value, until: Number.POSITIVE_INFINITY };
    known.delete(key);
    known.set(key, entry);
    value.then(
      (answer) => {
        entry.until = askedAt + keepMs(answer);
      },
      () => {
        if (known.get(key) === entry) known.delete(key);
      },
    );
    const oldest = known.keys().next();
    if (known.size > most && !oldest.done) known.delete(oldest.value);
    return value;
  }

  return {
    get(key) {
      const entry = known.get(key);
      return entry !== undefined && clock.monotonic() < entry.until ? entry.value : askNow(key);
    },
    forget: (key) => void known.delete(key),
  };
}
