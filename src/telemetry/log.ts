import { type DestinationStream, pino } from 'pino';
import { isFault } from '../domain/faults.ts';
import type { Log, LogFields } from '../domain/log.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/**
 * One JSON line an event, to standard output unless told otherwise. Members that could hold a secret by their name are censored,
 * on top of `Secret`s, which print as `[redacted]` by themselves.
 */
export function createLog(level: LogLevel, worker: string, destination?: DestinationStream): Log {
  const options = {
    level,
    base: { worker },
    formatters: { level: (label: string) => ({ level: label }) },
    redact: {
      paths: ['token', 'password', 'authorization', 'response_url', '*.token', '*.password', '*.authorization', '*.response_url'],
      censor: '[redacted]',
    },
    serializers: { cause: describeCause },
  };
  const logger = destination === undefined ? pino(options) : pino(options, destination);
  const line =
    (name: LogLevel) =>
    (fields: LogFields, sentence: string): void =>
      logger[name](fields, sentence);
  return { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') };
}

/** What may be told of an error: its kind, its sentence, the facts of a fault, and where a mistake of ours was made. */
function describeCause(cause: unknown): unknown {
  if (isFault(cause)) return { name: cause.name, code: cause.code, effect: cause.effect, sentence: cause.message, facts: cause.facts };
  if (cause instanceof Error) return { name: cause.name, sentence: cause.message, stack: cause.stack };
  return { name: typeof cause };
}
