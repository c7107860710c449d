import type { ChannelId, EffectId, MessageTs, PlanHash, RunId, UserId } from './ids.ts';
import type { JsonObject } from './json.ts';
import type { Fact, Observation } from './observation.ts';
import type { OperationName } from './operation.ts';
import type { Act, Plan } from './plan.ts';
import type { FactDifference, RunEnding } from './run-ending.ts';
import type { Means, Requirement, Verdict } from './verdict.ts';

export type RunState =
  | 'proposed'
  | 'awaiting-approval'
  | 'queued'
  | 'running'
  | 'halted'
  | 'succeeded'
  | 'failed'
  | 'undone'
  | 'cancelled'
  | 'denied'
  | 'expired';

/** Where a run was asked for; its thread is posted there. */
export interface Origin {
  readonly person: UserId;
  readonly channel: ChannelId;
  /** Thread in which it was asked: by a mention there, or by a button of the message that it hangs on. */
  readonly thread: MessageTs | null;
  readonly via: 'slash' | 'mention' | 'direct-message' | 'button';
}

export type Choice = 'approve' | 'veto';

export interface Vote {
  readonly person: UserId;
  readonly choice: Choice;
  readonly means: Means;
  /** The groups for which the vote counted, as they were at the vote. */
  readonly groups: readonly string[];
  readonly reason: string | null;
  readonly at: number;
}

/** Why a run stands still and what a person can do. */
export interface Halt {
  readonly why: 'unknown' | 'impossible' | 'late' | 'failed' | 'split-brain' | 'undo-failed';
  /** Full sentence: what happened. */
  readonly sentence: string;
  /** Full sentence: what state the databases are in, as far as is known. */
  readonly databases: string;
  /** Full sentence: what to do now. */
  readonly next: string;
  readonly evidence: JsonObject;
}

/** Measured at the end of a run. */
export interface RunReport {
  readonly sentence: string;
  /** Data lost, ms by the database's own times; null when it cannot be measured, and the sentence says so. */
  readonly lossMs: number | null;
  /** Time in which no side was writable, ms; null when it was not measured. */
  readonly downtimeMs: number | null;
  readonly facts: readonly { readonly label: string; readonly value: string }[];
}

/** Which message: `run` (the live message), `line:<seq>` (a thread line), `incident:<channel>`. */
export type MessageKey = string;

/** Every entry that a run's journal can hold. `at` and every other time is ms since the epoch by the writer's clock. */
export type Entry = { readonly at: number } & (AskingEntry | EffectEntry | EndingEntry | TellingEntry);

/** From the proposal to the start. */
type AskingEntry =
  | {
      readonly kind: 'proposed';
      readonly run: RunId;
      readonly plan: Plan;
      readonly planHash: PlanHash;
      readonly origin: Origin;
      readonly reason: string | null;
      readonly wait: boolean;
      /** Reason for going without approval; null when approval is asked. */
      readonly breakGlass: string | null;
      readonly verdict: Verdict;
    }
  | { readonly kind: 'approval-asked'; readonly requirement: Requirement; readonly expiresAt: number }
  | { readonly kind: 'glass-broken'; readonly person: UserId; readonly reason: string }
  | { readonly kind: 'voted'; readonly vote: Vote; readonly planHash: PlanHash }
  | { readonly kind: 'vote-withdrawn'; readonly person: UserId; readonly means: Means }
  /** An approved run that has not started at `startBy` expires. */
  | { readonly kind: 'approved'; readonly by: readonly UserId[]; readonly startBy: number }
  /** Waits in line; `behind` holds the link. Also for a run that is to go on after a halt, when another has gone ahead of it. */
  | { readonly kind: 'queued'; readonly behind: RunId; readonly place: number }
  | { readonly kind: 'started'; readonly observation: Observation };

/** While it runs, forward or back. */
type EffectEntry =
  | { readonly kind: 'taken-over'; readonly worker: string; readonly from: string; readonly fence: number }
  | {
      readonly kind: 'intent';
      readonly step: string;
      readonly effect: EffectId;
      readonly attempt: number;
      /** The step is late after this. */
      readonly deadlineAt: number;
      readonly inverse: Act | null;
      readonly undoing: boolean;
    }
  /** A call is about to be sent; it has ended by `quietAt`, whatever became of its sender. */
  | { readonly kind: 'performing'; readonly step: string; readonly effect: EffectId; readonly quietAt: number }
  /** The call was answered, and it surely changed nothing. */
  | { readonly kind: 'not-applied'; readonly step: string; readonly effect: EffectId; readonly sentence: string }
  | { readonly kind: 'progress'; readonly step: string; readonly fraction: number | null; readonly note: string }
  | { readonly kind: 'done'; readonly step: string; readonly effect: EffectId; readonly evidence: JsonObject; readonly undoing: boolean }
  | { readonly kind: 'confirmed'; readonly step: string; readonly by: UserId; readonly means: Means }
  | { readonly kind: 'halted'; readonly step: string | null; readonly halt: Halt }
  | { readonly kind: 'retried'; readonly by: UserId }
  | { readonly kind: 'skipped'; readonly step: string; readonly by: UserId; readonly reason: string }
  | { readonly kind: 'cancel-asked'; readonly by: UserId }
  | { readonly kind: 'undo-begun'; readonly sentence: string };

/** The last word of a run. */
type EndingEntry =
  | { readonly kind: 'denied'; readonly by: UserId; readonly reason: string | null }
  | { readonly kind: 'expired'; readonly sentence: string }
  | { readonly kind: 'voided'; readonly sentence: string; readonly differences: readonly FactDifference[] }
  | { readonly kind: 'succeeded'; readonly report: RunReport }
  | { readonly kind: 'failed'; readonly sentence: string; readonly databases: string; readonly next: string }
  | { readonly kind: 'undone'; readonly sentence: string; readonly differences: readonly FactDifference[] }
  | { readonly kind: 'cancelled'; readonly by: UserId | null; readonly sentence: string };

/** What people are told; none of these changes the state of a run. */
type TellingEntry =
  /** Something a person must notice, e.g. a channel that could not be told. */
  | { readonly kind: 'noted'; readonly sentence: string }
  | { readonly kind: 'posting'; readonly key: MessageKey; readonly channel: ChannelId }
  | { readonly kind: 'posted'; readonly key: MessageKey; readonly channel: ChannelId; readonly ts: MessageTs }
  | { readonly kind: 'post-failed'; readonly key: MessageKey; readonly channel: ChannelId; readonly why: string };

export type EntryKind = Entry['kind'];

/** An entry as the journal holds it. `seq` is 1, 2, 3 … without gaps; `chain` is a hash over all entries so far. */
export interface JournalRecord {
  readonly seq: number;
  /** Fencing number of the worker that wrote it; 0 for what people and the reporter write. */
  readonly fence: number;
  readonly entry: Entry;
  readonly chain: string;
}

export type StepState = 'todo' | 'underway' | 'done' | 'skipped' | 'undoing' | 'undone';

export interface StepView {
  readonly id: string;
  readonly state: StepState;
  /** How often an intent was written in the present direction. */
  readonly attempts: number;
  readonly effect: EffectId | null;
  /** The last effect whose call was about to be sent and whose proof has not been recorded; null when there is none. */
  readonly sent: EffectId | null;
  /** Calls of the way forward that may have changed something: what none of them did is not the run's to take back. */
  readonly calls: number;
  /** When the first intent was written. */
  readonly beganAt: number | null;
  readonly deadlineAt: number | null;
  /** Every call sent so far has ended by then; null when none was. */
  readonly quietAt: number | null;
  readonly endedAt: number | null;
  readonly progress: { readonly fraction: number | null; readonly note: string } | null;
  readonly evidence: JsonObject | null;
  readonly confirmedBy: UserId | null;
}

export interface PostedMessage {
  readonly channel: ChannelId;
  /** null between `posting` and `posted`: it may or may not be there. */
  readonly ts: MessageTs | null;
  readonly failed: string | null;
}

/** A run as folded from its journal. What messages and deciders look at. */
export interface RunView {
  readonly id: RunId;
  /** Of the last entry folded in. */
  readonly seq: number;
  readonly state: RunState;
  readonly plan: Plan;
  readonly planHash: PlanHash;
  readonly origin: Origin;
  readonly reason: string | null;
  readonly wait: boolean;
  readonly breakGlass: string | null;
  readonly verdict: Verdict;
  readonly requirement: Requirement | null;
  readonly glassBroken: { readonly person: UserId; readonly reason: string } | null;
  /** Votes that stand, one a person. */
  readonly votes: readonly Vote[];
  readonly approvedBy: readonly UserId[];
  /** When the present wait for people ends by itself (approval or start), ms since the epoch. */
  readonly expiresAt: number | null;
  readonly queue: { readonly behind: RunId; readonly place: number } | null;
  readonly direction: 'forward' | 'undo';
  readonly steps: readonly StepView[];
  readonly halt: (Halt & { readonly step: string | null }) | null;
  /** How often it has stood still. */
  readonly halts: number;
  /** The evidence of each halt that a person answered with Retry, in order. */
  readonly retried: readonly JsonObject[];
  readonly cancelAskedBy: UserId | null;
  /** Facts seen at the start; undo has to restore them. */
  readonly startFacts: readonly Fact[];
  readonly report: RunReport | null;
  readonly ending: RunEnding | null;
  readonly posted: Readonly<Record<MessageKey, PostedMessage>>;
  readonly proposedAt: number;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  /** Worker that took the run over last, if any did. */
  readonly takenOver: { readonly worker: string; readonly from: string; readonly at: number } | null;
}

/** A run as lists show it. */
export interface RunSummary {
  readonly id: RunId;
  readonly state: RunState;
  readonly link: string;
  readonly operation: OperationName;
  /** What it does, as titles begin. */
  readonly deed: string;
  readonly requester: UserId;
  readonly proposedAt: number;
  readonly endedAt: number | null;
}

/** States from which nothing moves any more. */
export const finalStates = ['succeeded', 'failed', 'undone', 'cancelled', 'denied', 'expired'] as const satisfies readonly RunState[];
export const isFinal = (state: RunState): boolean => (finalStates as readonly RunState[]).includes(state);
