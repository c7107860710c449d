import type { Clock } from '../domain/clock.ts';
import type { RunId } from '../domain/ids.ts';
import type { Inspection } from '../domain/inspection.ts';
import type { JsonObject } from '../domain/json.ts';
import type { EngineId, Link } from '../domain/link.ts';
import type { Observation, Offer, Sample } from '../domain/observation.ts';
import type { InspectionName, Operation, OperationName, Risk } from '../domain/operation.ts';
import type { Act, Check, Plan, Step, StepKind } from '../domain/plan.ts';
import { isRefusal, type Refusal } from '../domain/refusal.ts';
import type { RunReport, RunView } from '../domain/run.ts';

/** What a step of the same run recorded when it was done. It stands in the journal, so it outlives the process that read it. */
export interface Earlier {
  readonly kind: StepKind;
  readonly cluster: string | null;
  readonly evidence: JsonObject;
  /** When it was done, or a person skipped it, ms by the workers' clock; left out where that is not known. */
  readonly at?: number;
}

/** Where a run had the applications of a link sent, as a person confirmed it or the link's hook showed it. */
export interface Redirected {
  readonly run: RunId;
  readonly operation: OperationName;
  /** The cluster. */
  readonly to: string;
  /** When the run's last step ended, ms since the epoch by the bot's clock. */
  readonly endedAt: number;
}

/** What an engine may use of the outside while it works. Transports are given to the engine when it is created. */
export interface EngineIo {
  readonly clock: Clock;
  /** Aborts when the worker loses its lease or the caller gives up. Checked right before anything is sent. */
  readonly signal: AbortSignal;
  /** Longest time that one call may take, ms. */
  readonly timeoutMs: number;
  /** `replops/<run>/<fence>` in a run, `replops/read` otherwise; set on database sessions where the engine can hold it. */
  readonly tag: string;
  /** What the steps before this one recorded when they were done, in order; empty outside a run. */
  readonly earlier: readonly Earlier[];
  /**
   * The evidence of each halt of this run that a person answered with Retry, in order; empty outside a run. It stands in the journal, so every
   * worker of the run is told the same: what one of them has shown to a person, another may begin anew once that person said so.
   */
  readonly retried: readonly JsonObject[];
  /** Earlier looks at this link by any bot, oldest first, those long ago thinned out. Empty when they can't be read. Never throws. */
  readonly history: () => Promise<readonly Sample[]>;
  /** The last of the link's runs that had applications sent to a side; null when none is known. Left out where nothing is planned. Throws a Fault. */
  readonly redirected?: () => Promise<Redirected | null>;
  /** What is to be planned on this look: an engine may then read what is too costly to be read all the time. Left out in all other looks. */
  readonly planning?: OperationName;
  /**
   * Takes down what a call was answered that no later look may show. It goes into the evidence of the step where the look that ends it
   * does not tell the same itself, and is lost with the process: nothing may rest on it. Left out of every look.
   */
  readonly told?: (evidence: JsonObject) => void;
}

export interface OperationSpec {
  readonly summary: string;
  readonly risk: Exclude<Risk, 'read'>;
  /** Full sentence: whether and how it can be taken back. */
  readonly reversible: string;
}

/** Why the product has no such operation, and what to do instead: full sentences. */
export interface Declined {
  readonly why: string;
  readonly next: string;
}

/** What the database says of an act. Never taken from our own notes. */
export type Probe =
  | { readonly kind: 'todo' }
  | { readonly kind: 'underway'; readonly fraction: number | null; readonly note: string }
  | { readonly kind: 'done'; readonly evidence: JsonObject }
  /** It cannot be known whether it happened. The run stops and asks. */
  | { readonly kind: 'unknown'; readonly why: string; readonly evidence: JsonObject }
  /** It has not happened and cannot happen from the present state. The run stops and asks. */
  | { readonly kind: 'impossible'; readonly why: string; readonly evidence: JsonObject };

/** Carries out one kind of act. */
export interface StepExecutor<L extends Link = Link> {
  /** Asks the database. May throw a Fault when it cannot be asked; the runner tries again until the step is late. */
  probe(act: Act, link: L, io: EngineIo): Promise<Probe>;
  /** One effect. Called only after a probe said `todo`. Throws a Fault that says what is known of the effect. */
  perform(act: Act, link: L, io: EngineIo): Promise<void>;
  /**
   * Set where no read of the database shows whether the act has happened, and where sending it again changes nothing. The probe then
   * says `todo` for as long as it can be sent, and a call that was answered is the proof; one whose answer was lost is sent again.
   */
  readonly repeatable?: true;
}

/** Looks at one thing beside the state of a link. */
export interface Inspector<L extends Link = Link> {
  /** Changes nothing. Throws a Fault when what it needs cannot be asked. */
  look(link: L, io: EngineIo): Promise<Inspection>;
}

/** No engine has more time for a look or a probe than this, ms. */
const mostPatienceMs = 90_000;

/** Time for one look or one probe of an engine, where the house usually gives `usualMs`. */
export const patienceOf = ({ patienceMs }: Pick<Engine, 'patienceMs'>, usualMs: number): number =>
  Math.max(usualMs, Math.min(patienceMs ?? 0, mostPatienceMs));

/** A fence while one can be planned: it would end that two sides take writes. It acts where the plan has no way back. Pure. */
export function fenceOffers(
  planned: Refusal | (Pick<Plan, 'summary'> & { readonly steps: readonly Omit<Step, 'id'>[] }),
): readonly Offer[] {
  if (isRefusal(planned)) return [];
  const cluster = planned.steps.find(({ pointOfNoReturn }) => pointOfNoReturn)?.cluster ?? null;
  return cluster === null ? [] : [{ operation: 'fence', cluster, why: planned.summary }];
}

/** One way of replicating databases. Adding one is adding a folder, a simulator, and passing the conformance suite. */
export interface Engine<L extends Link = Link> {
  readonly id: EngineId;
  /**
   * Longest time that an answer takes of a product which is slow while nothing is wrong but a node, ms; left out where the house's own time
   * is enough. It counts where much rests on the answer: in runs, for plans and checks. A look with less time still has to end by then:
   * what was not heard in time is not known, and says so.
   */
  readonly patienceMs?: number;
  readonly operations: Readonly<Partial<Record<OperationName, OperationSpec>>>;
  /** Operations that people would expect and that the product cannot do, with what to do instead. */
  readonly declined: Readonly<Partial<Record<OperationName, Declined>>>;
  /** Looks beside `observe` that this engine has. Each changes nothing. */
  readonly inspections: Readonly<Partial<Record<InspectionName, Inspector<L>>>>;
  /** What the link's settings leave unproven (e.g. TLS that is off): full sentences. Pure. */
  cautions(link: L): readonly string[];
  /** Changes nothing. A side that cannot be reached is part of the answer, not a Fault. */
  observe(link: L, io: EngineIo): Promise<Observation>;
  /** Changes nothing. */
  preflight(operation: Operation, link: L, io: EngineIo): Promise<readonly Check[]>;
  /** Pure: equal arguments give an equal plan. */
  plan(operation: Operation, link: L, seen: Observation): Plan | Refusal;
  /** Executors by step kind. */
  readonly steps: Readonly<Record<StepKind, StepExecutor<L>>>;
  /**
   * Cancels database sessions that older owners of the run left behind (tag of the run, fence below `fence`).
   * Returns one sentence for each session ended. Throws a Fault when a side that is up cannot be asked.
   */
  evict(link: L, run: RunId, fence: number, io: EngineIo): Promise<readonly string[]>;
  /** Measures what a finished run cost, from what its steps recorded and what is seen now. Pure. */
  report(run: RunView, seen: Observation): RunReport;
}
