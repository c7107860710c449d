import type { EngineId } from '../domain/link.ts';
import type { OperationName } from '../domain/operation.ts';
import type { Problem } from '../domain/problem.ts';
import type { Requirement } from '../domain/verdict.ts';
import type { LocalMinute } from './zone-time.ts';

/** Who asks: belongs to one of the groups, or is one of the people. */
export interface Askers {
  readonly groups: readonly string[];
  /** Slack ids. */
  readonly people: readonly string[];
}

/** What a rule or a freeze is about. null means any. */
export interface Match {
  readonly operations: readonly OperationName[] | null;
  /** Globs with `*` and `?`. */
  readonly environments: readonly string[] | null;
  /** Globs with `*` and `?`. */
  readonly links: readonly string[] | null;
  readonly engines: readonly EngineId[] | null;
  readonly askers: Askers | null;
}

export type Decision =
  | { readonly kind: 'denied'; readonly because: string }
  | { readonly kind: 'allowed'; readonly startWithinMs: number }
  | { readonly kind: 'approval'; readonly requirement: Requirement };

/** Who may skip the approval with a reason, and whether they may do so inside a freeze window. */
export interface BreakGlass {
  readonly groups: readonly string[];
  readonly overridesFreeze: boolean;
}

export interface Rule {
  readonly name: string;
  readonly match: Match;
  readonly decision: Decision;
  readonly breakGlass: BreakGlass | null;
}

/** A time in which changes are refused. `zone` is an IANA name. */
export type FreezeWindow =
  | {
      readonly kind: 'once';
      readonly from: LocalMinute;
      /** Exclusive. */
      readonly to: LocalMinute;
      readonly zone: string;
    }
  | {
      readonly kind: 'weekly';
      /** Days on which the window begins; 1 is Monday, 7 is Sunday. */
      readonly days: readonly number[];
      /** Minute of the local day at which it begins, 0 to 1439. */
      readonly fromMinute: number;
      /** Minute of the local day at which it ends, 1 to 1440; not after `fromMinute` means on the next day. */
      readonly toMinute: number;
      readonly zone: string;
    };

export interface Freeze {
  readonly name: string;
  readonly because: string;
  readonly match: Match;
  readonly window: FreezeWindow;
}

/** A policy that was parsed and can judge. */
export interface Policy {
  readonly kind: 'policy';
  /** As counted by the store, from 1; 0 when it never was in the store. */
  readonly version: number;
  /** In order: the first that matches decides, but a denied one that matches wins over all. */
  readonly rules: readonly Rule[];
  readonly freezes: readonly Freeze[];
}

/** Why something is not a policy. */
export interface PolicyProblems {
  readonly kind: 'problems';
  readonly problems: readonly Problem[];
}
