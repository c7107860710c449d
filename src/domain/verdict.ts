import type { RefusalCode } from './refusal.ts';

/** How a vote was given. A reaction can be made by any app that holds a user's token, so it is the weakest. */
export type Means = 'reaction' | 'button' | 'command';

/** What a rule asks for before an operation may start. Frozen into the run when it is proposed. */
export interface Requirement {
  /** How many distinct people, at least 1. */
  readonly quorum: number;
  /** Group names of the config; a voter has to be in at least one. */
  readonly from: readonly string[];
  readonly requesterExcluded: boolean;
  readonly means: readonly Means[];
  /** Time to reach quorum, ms from the proposal. */
  readonly approvalWithinMs: number;
  /** Time in which an approved run has to start (waiting in line included), ms from the approval. */
  readonly startWithinMs: number;
}

/** Why one rule did or did not decide. */
export interface RuleTrace {
  readonly rule: string;
  readonly decided: boolean;
  /** Full sentence. */
  readonly why: string;
}

interface VerdictBasis {
  /** Version of the policy that judged; 0 when none could be read. */
  readonly policyVersion: number;
  /** Name of the rule that decided; null when none matched (default deny) or no policy could be read. */
  readonly rule: string | null;
  /** Full sentence: what was decided and why. */
  readonly sentence: string;
  readonly trace: readonly RuleTrace[];
  /** Whether this person may skip the approval of this operation with a reason. */
  readonly breakGlass: boolean;
}

/** Policy's answer to (intent, person, time). */
export type Verdict =
  | ({
      readonly kind: 'refused';
      readonly code: Extract<RefusalCode, 'not-permitted' | 'frozen' | 'policy-unavailable' | 'not-eligible'>;
      readonly next: string;
    } & VerdictBasis)
  | ({ readonly kind: 'allowed'; readonly startWithinMs: number } & VerdictBasis)
  | ({ readonly kind: 'needs-approval'; readonly requirement: Requirement } & VerdictBasis);
