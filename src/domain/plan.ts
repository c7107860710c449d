import type { Fingerprint, LinkId, PlanHash } from './ids.ts';
import { hashOf, type JsonObject } from './json.ts';
import type { EngineId } from './link.ts';
import type { Fact, Side } from './observation.ts';
import type { Operation } from './operation.ts';

/** e.g. `pcr.stop-service`. Executors are found by it, so a run outlives the version of the bot that planned it. */
export type StepKind = string;

/** What a step does to the world, without its place in a plan. */
export interface Act {
  readonly kind: StepKind;
  /** Imperative sentence without a full stop, e.g. `Stop writes on sql-east`. */
  readonly title: string;
  /** Where it runs; null for a step that a person carries out. */
  readonly cluster: string | null;
  readonly side: Side | null;
  /** Exactly what is sent, as people see it: complete, in order, secrets masked. */
  readonly statements: readonly string[];
  /** What a step that waits or proves asks, over and over, and of whom; none of it changes anything. */
  readonly asks?: readonly Asked[];
  readonly params: JsonObject;
}

/** Exactly what is asked of one cluster, or of one of its nodes. */
export interface Asked {
  readonly cluster: string;
  readonly statements: readonly string[];
  /** The one case in which it is asked, e.g. `sql-west is gone`; left out where it always is. */
  readonly only?: string;
}

/** The inverse of a step, or the reason why there is none. */
export type Undo = { readonly kind: 'act'; readonly act: Act } | { readonly kind: 'none'; readonly why: string };

export interface Step extends Act {
  /** `s1`, `s2`, … in order. */
  readonly id: string;
  /** Budget from the step's intent to its proof, ms. */
  readonly budgetMs: number;
  /** Longest time that one `perform` call may take, ms. */
  readonly performMs: number;
  /** `undo`: the run takes back what it did when the budget is used up (a switchover's write stop). `halt`: it stops and asks. */
  readonly onLate: 'halt' | 'undo';
  /** Nothing before this step can be undone once it has begun. */
  readonly pointOfNoReturn: boolean;
  readonly undo: Undo;
  /** `engine`: carried out through the engine. `person`: somebody does it and confirms in the thread. */
  readonly by: 'engine' | 'person';
}

/** A prediction with its reason. `ms: null` means that it cannot be predicted, and `words` says why. */
export interface Estimate {
  readonly ms: number | null;
  /** Full sentence for people. */
  readonly words: string;
}

export interface Plan {
  readonly kind: 'plan';
  readonly link: LinkId;
  readonly engine: EngineId;
  readonly operation: Operation;
  /** One sentence: what this plan does. */
  readonly summary: string;
  readonly steps: readonly Step[];
  /** RPO: data that will be lost. */
  readonly predictedLoss: Estimate;
  /** RTO: time in which applications cannot write. */
  readonly predictedDowntime: Estimate;
  readonly warnings: readonly string[];
  /** Hash of `facts`. */
  readonly fingerprint: Fingerprint;
  /** The binding facts that this plan rests on, kept to show a difference later. */
  readonly facts: readonly Fact[];
}

/**
 * What an approval is bound to: everything that will be done and the binding facts. Predictions are left out,
 * since they move every second without changing what is done.
 */
export function hashPlan(plan: Plan): PlanHash {
  const { link, engine, operation, steps, fingerprint } = plan;
  // The cast brands a hash made right here.
  return hashOf({ link, engine, operation, steps, fingerprint }) as PlanHash;
}

/** A read-only look before a plan. */
export interface Check {
  readonly name: string;
  readonly outcome: 'passed' | 'warned' | 'failed';
  /** The fact that was seen, as a full sentence. */
  readonly seen: string;
  /** What to do about it; null when it passed. */
  readonly next: string | null;
}
