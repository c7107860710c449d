import { hashOf } from '../domain/json.ts';
import type { MessageKey } from '../domain/run.ts';
import type { Message } from './messages/message.ts';

/** What was last sent for a message, and how long the journal was when that was the wanted state. */
export interface Shown {
  readonly hash: string;
  readonly seq: number;
}

/** What one process remembers of one run. Losing it costs an edit that changes nothing, or a look for a message, never a double. */
export interface RunMemory {
  readonly shown: Map<MessageKey, Shown>;
  /** Monotonic time before which a message is left alone, ms. */
  readonly notBefore: Map<MessageKey, number>;
  /** Failures in a row. */
  readonly failures: Map<MessageKey, number>;
  /** Entries `posting` of which this process knows that nothing was posted. */
  readonly absent: Set<number>;
  /** Messages that somebody deleted and that are to be posted again. */
  readonly gone: Set<MessageKey>;
  /** Messages that cannot be kept current any more. */
  readonly surrendered: Set<MessageKey>;
  /** Monotonic time until which an older owner's call may still arrive, by message. */
  readonly doubtUntil: Map<MessageKey, number>;
  /** Set once reactions were offered under the approval message. */
  offered: boolean;
  /** Address of the run's message by its ts. */
  readonly permalinks: Map<string, string | null>;
  /** Hashes of messages at earlier lengths of the journal. */
  readonly past: Map<string, ReadonlyMap<MessageKey, string>>;
  /** Monotonic time at which this process first saw the run. */
  readonly firstSeenAt: number;
}

export const freshMemory = (now: number): RunMemory => ({
  shown: new Map(),
  notBefore: new Map(),
  failures: new Map(),
  absent: new Set(),
  gone: new Set(),
  surrendered: new Set(),
  doubtUntil: new Map(),
  offered: false,
  permalinks: new Map(),
  past: new Map(),
  firstSeenAt: now,
});

export const hashOfMessage = ({ text, blocks }: Message): string => hashOf([text, blocks]);

/** Most states of the past that are rendered again to find out whether a message can differ from what is wanted. */
const mostStates = 40;

/**
 * Whether a message that is posted may show something else than what is wanted. Another process may have edited it since this one
 * looked: it can only have sent what the journal asked for at some length in between, and rendering is deterministic, so the
 * message is current for sure when every such state renders to the same bytes.
 */
export function mayDiffer(want: string, since: number, length: number, hashAt: (length: number) => string | null): boolean {
  if (length - since > mostStates) return true;
  for (let past = Math.max(1, since); past < length; past += 1) if (hashAt(past) !== want) return true;
  return false;
}
