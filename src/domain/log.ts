/** `event` is the stable name of what happened, `cause` an error. No secret and no message text goes into the fields. */
export type LogFields = { readonly event: string; readonly cause?: unknown } & Readonly<Record<string, unknown>>;

/** One line a fact; the sentence is for people. */
type LogLine = (fields: LogFields, sentence: string) => void;

/** Port: where log lines go. Never throws. */
export interface Log {
  debug: LogLine;
  info: LogLine;
  warn: LogLine;
  error: LogLine;
}

const drop: LogLine = () => undefined;

/** For callers that give no log. */
export const silentLog: Log = { debug: drop, info: drop, warn: drop, error: drop };
