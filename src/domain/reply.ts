import type { PlanHash, UserId } from './ids.ts';
import type { Inspection } from './inspection.ts';
import type { LagHistory } from './lag-history.ts';
import type { Link } from './link.ts';
import type { Observation } from './observation.ts';
import type { InspectionName, OperationName, Risk } from './operation.ts';
import type { Person } from './person.ts';
import type { Check, Plan } from './plan.ts';
import type { Refusal } from './refusal.ts';
import type { JournalRecord, RunSummary, RunView } from './run.ts';
import type { Verdict } from './verdict.ts';

/** One command as help shows it. */
export interface CommandHelp {
  readonly name: string;
  readonly summary: string;
  readonly risk: Risk | 'govern';
  /** e.g. `/repl failover LINK [--to latest|TIMESTAMP]`. */
  readonly usage: string;
  readonly arguments: readonly { readonly name: string; readonly about: string }[];
  readonly examples: readonly string[];
}

/** A line of the policy as people read it. */
export interface RuleText {
  readonly name: string;
  /** Full sentence. */
  readonly sentence: string;
}

/** One finding of `/repl doctor`. */
export interface Finding {
  readonly name: string;
  readonly outcome: 'passed' | 'warned' | 'failed';
  readonly seen: string;
  readonly next: string | null;
}

/** The door's answer to an intent, neutral of any chat. The edge renders it; every member says what happened and to what. */
export type Reply =
  | Refusal
  | { readonly kind: 'help'; readonly commands: readonly CommandHelp[]; readonly topic: CommandHelp | null }
  | { readonly kind: 'links'; readonly links: readonly Pick<Link, 'id' | 'engine' | 'environment' | 'description'>[] }
  | { readonly kind: 'status'; readonly observations: readonly Observation[]; readonly json: boolean; readonly live: readonly RunSummary[] }
  | {
      readonly kind: 'described';
      readonly observation: Observation;
      readonly link: Pick<Link, 'id' | 'engine' | 'environment' | 'description'>;
      readonly live: readonly RunSummary[];
    }
  | { readonly kind: 'lagged'; readonly observation: Observation; readonly history: LagHistory }
  | { readonly kind: 'inspected'; readonly what: InspectionName; readonly link: string; readonly inspection: Inspection }
  | {
      readonly kind: 'checked';
      readonly operation: OperationName;
      readonly link: string /** What asks for it, without `/repl`. */;
      readonly command: string;
      readonly checks: readonly Check[];
    }
  | {
      readonly kind: 'planned';
      readonly plan: Plan;
      readonly planHash: PlanHash /** What asks for it, without `/repl`. */;
      readonly command: string;
      readonly verdict: Verdict;
      readonly json: boolean;
    }
  | { readonly kind: 'runs'; readonly runs: readonly RunSummary[] }
  | { readonly kind: 'run'; readonly run: RunView; readonly records: readonly JournalRecord[]; readonly json: boolean }
  | {
      readonly kind: 'policy';
      readonly version: number;
      readonly by: string;
      readonly at: number;
      readonly why: string;
      readonly rules: readonly RuleText[];
    }
  | {
      readonly kind: 'judged';
      readonly verdict: Verdict;
      readonly operation: OperationName;
      readonly link: string;
      readonly person: Person;
      readonly at: number;
    }
  | {
      readonly kind: 'whoami';
      readonly person: Person;
      readonly may: readonly { readonly operation: OperationName; readonly link: string; readonly sentence: string }[];
    }
  | { readonly kind: 'doctor'; readonly findings: readonly Finding[] }
  | { readonly kind: 'proposed'; readonly run: RunView }
  /** A vote, cancel, retry or skip that counted; `sentence` says what it did. */
  | { readonly kind: 'accepted'; readonly run: RunView; readonly sentence: string; readonly by: UserId };
