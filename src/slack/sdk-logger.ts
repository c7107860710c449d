import { format } from 'node:util';
import { type Logger, LogLevel } from '@slack/web-api';
import type { Log } from '../domain/log.ts';

const longestLine = 500;
/** Addresses of sockets and responses carry tickets, and tokens could be quoted by an error. */
const hide = (text: string): string =>
  text
    .replace(/\b(?:https?|wss?):\/\/\S+/g, '[address]')
    .replace(/\bx(?:ox[a-z]|app|oxe)[.-]\S+/g, '[redacted]')
    .slice(0, longestLine);

/** Slack's libraries log into ours. Their debug lines hold whole payloads and are dropped. */
export function sdkLogger(log: Log, part: string): Logger {
  const line =
    (level: 'info' | 'warn' | 'error') =>
    // Slack's Logger takes anything.
    (...words: unknown[]): void =>
      log[level]({ event: 'slack.sdk', part }, hide(format(...words)));
  return {
    debug: () => undefined,
    info: line('info'),
    warn: line('warn'),
    error: line('error'),
    setLevel: () => undefined,
    getLevel: () => LogLevel.INFO,
    setName: () => undefined,
  };
}
