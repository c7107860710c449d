import type { ChannelId, LinkId, MessageTs, RunId } from '../domain/ids.ts';
import type { Entry, JournalRecord } from '../domain/run.ts';

/** The right to drive a run, for as long as it is renewed. */
export interface Claim {
  readonly kind: 'claimed';
  /** Fencing number: grows with every claim, even over a Redis that was rolled back. */
  readonly fence: number;
  /** Number of entries in the journal at the claim. */
  readonly seq: number;
  /** Worker whose lease ran out without being released; null when it was released or never held. */
  readonly from: string | null;
  /** Identity of the Redis server process; a change means that recent entries may be missing. */
  readonly storeIdentity: string;
}

export type ClaimAnswer = Claim | { readonly kind: 'held'; readonly worker: string } | { readonly kind: 'no-such-run' };

export interface AppendRequest {
  readonly run: RunId;
  /** The claim's fence for what a worker writes; null for what people and the reporter write. */
  readonly fence: number | null;
  /** Length of the journal that the writer has seen. */
  readonly expectedSeq: number;
  readonly entry: Entry;
  /** When the run is to be looked at next, ms from now by Redis' clock; null leaves it as it is. */
  readonly dueInMs: number | null;
}

export type Appended =
  | { readonly kind: 'appended'; readonly seq: number }
  /** The same bytes stand at that place already: a re-send after a lost reply. As good as appended. */
  | { readonly kind: 'already-there'; readonly seq: number }
  /** The fence is not the run's present one, or its lease has run out. */
  | { readonly kind: 'fenced' }
  /** Somebody wrote in between; read, fold and decide anew. */
  | { readonly kind: 'behind'; readonly seq: number };

/** A run that holds a link and stands still, as it was seen: with a journal of this length. */
export interface StandingStill {
  readonly run: RunId;
  readonly seq: number;
}

export type LinkHold =
  | { readonly kind: 'held' /** It went ahead of a holder that stands still, by this very call. */; readonly passed: boolean }
  | { readonly kind: 'waiting'; readonly behind: RunId /** 1 is next. */; readonly place: number };

/**
 * The one truth of runs. Every method is one atomic script; every one throws Fault `redis-unavailable` when Redis does not
 * answer (effect `unknown` for writes: all of them may be sent again).
 */
export interface Journal {
  /** Begins a run with its first entry, due at once. The same run with the same bytes again is `already-there`, with others `differs`. */
  create(run: RunId, link: LinkId, entry: Entry): Promise<'created' | 'already-there' | 'differs'>;
  claim(run: RunId, worker: string, leaseMs: number): Promise<ClaimAnswer>;
  /** False when the lease is no longer this fence's. */
  renew(run: RunId, fence: number, leaseMs: number): Promise<boolean>;
  /** Gives the lease back; the run stays due as it was. */
  release(run: RunId, fence: number): Promise<void>;
  append(request: AppendRequest): Promise<Appended>;
  /** In order, without gaps. Throws Fault `answer-not-understood` when the chain does not hold. */
  read(run: RunId, afterSeq?: number): Promise<readonly JournalRecord[]>;
  /** Runs whose time has come and whose lease is free or dead, oldest first. */
  due(limit: number): Promise<readonly RunId[]>;
  /** Sets when a run is to be looked at next; null takes it off the list for good (it is over and cleaned up). Needs the fence. */
  schedule(run: RunId, fence: number, dueInMs: number | null): Promise<void>;
  /** Newest first; all links when `link` is null. */
  recent(link: LinkId | null, limit: number): Promise<readonly RunId[]>;
  /**
   * Takes the link for the run, or a place in its line. Idempotent. Goes ahead of `still` when that holds the link and has written
   * nothing since it was seen; that run gets the link back when this one leaves.
   */
  holdLink(link: LinkId, run: RunId, still?: StandingStill | null): Promise<LinkHold>;
  /** Gives the link back or leaves the line, and makes the next in line due at once. Idempotent. */
  leaveLink(link: LinkId, run: RunId): Promise<void>;
  /** The run that holds the link and those waiting, in order; empty when it is free. */
  line(link: LinkId): Promise<readonly RunId[]>;
  /** The run to whose messages this one belongs (from its `posted` entries). */
  runOfMessage(channel: ChannelId, ts: MessageTs): Promise<RunId | null>;
}

/** Wakes workers. Never truth: a lost wake-up costs a second, since the sweep finds the run by its due time. */
export interface Wakeups {
  /** Asks some worker to look at the run, `inMs` from now. Never throws. */
  wake(run: RunId, inMs: number): Promise<void>;
  /** Begins to deliver wake-ups to this process. A handler that throws is logged by the caller, not retried. */
  listen(handler: (run: RunId) => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

/** Which runs have entries that people have not been shown. Filled by every append in the same script. */
export interface ReportQueue {
  /** The next run to show and how far its journal goes; null when there is nothing. The claim dies after `leaseMs`. */
  claim(owner: string, leaseMs: number): Promise<{ readonly run: RunId; readonly token: string } | null>;
  /** Keeps the claim alive; false when it is lost. */
  renew(run: RunId, token: string, leaseMs: number): Promise<boolean>;
  /** Says that all entries up to `seq` are shown, and gives the claim back; the run comes again if there is more. */
  finish(run: RunId, token: string, seq: number): Promise<void>;
  /** Gives the claim back and asks for the run again after `inMs` (e.g. Slack said to wait). */
  postpone(run: RunId, token: string, inMs: number): Promise<void>;
}
