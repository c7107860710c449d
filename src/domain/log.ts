/** One line a fact: `event` is the stable name, the sentence is for people. No secret and no message text goes into the fields. */
type LogLine = (fields: { readonly event: string } & Readonly<Record<string, unknown>>, sentence: string) => void;

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
