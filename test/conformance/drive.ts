import { systemClock } from '../../src/domain/clock.ts';
import { canonicalJson, type JsonObject } from '../../src/domain/json.ts';
import type { Link } from '../../src/domain/link.ts';
import type { Side } from '../../src/domain/observation.ts';
import type { Operation } from '../../src/domain/operation.ts';
import type { Act, Plan, Step } from '../../src/domain/plan.ts';
import { isRefusal } from '../../src/domain/refusal.ts';
import type { Earlier, Engine, EngineIo, Probe } from '../../src/engines/engine.ts';

/** One change that a database made, for us or for nobody that a test knows. */
export interface SeenEffect {
  /** The cluster that made it, or the machine of one where each is told by itself. */
  readonly where: string;
  readonly statement: string;
  readonly tag: string;
  /** False when the database took the statement and had nothing to do. */
  readonly changed: boolean;
}

/** An engine on databases of its own, in a state in which one operation can be planned. */
export interface Bed<L extends Link = Link> {
  readonly link: L;
  /** A new engine that knows nothing of what others did: what is left after a crash. */
  engine(): Engine<L>;
  /** Every change so far that nobody but an engine can have made, in order. */
  effects(): readonly SeenEffect[];
  /** Whether two sides took writes at any instant so far. */
  wasSplit(): boolean;
  /** Breaks the wire of the next time that the statement is sent. `after`: it takes effect, the answer is lost. */
  breakWire(statement: string, how: 'drop-before' | 'drop-after' | 'hang'): void;
  /** Whether every wire that was to break has been broken. */
  broke(): boolean;
  /**
   * What is in the databases, told by the simulator and by no engine: what clusters hold, serve, run, are set to and know of users.
   * Equal for equal states. What applications write all the time is left out, as is what the clock alone moves on.
   */
  truth(): JsonObject;
  /** Applications write once more on every side that takes writes of theirs. Returns how to ask what of it is gone by then, in words. */
  clientsWrite(): Promise<() => readonly string[]>;
  /** From now on the side takes connections and answers nothing; what is returned ends that. Left out where no rule asks for it. */
  silence?(side: Side): Promise<() => Promise<void>>;
  /** Does what a step asks of a person; left out where nothing in the databases waits for it. */
  byHand?(step: Step): Promise<void>;
  close(): Promise<void>;
}

export const runTag = 'replops/r-4k9zq0tm2x/1764000000000000';

/** Whom a test itself lets work in the databases, and a tool of a product that somebody runs, whose command is told by its host. */
const others: ReadonlySet<string> = new Set(['somebody', '$ cockroach sql']);

/** Whether an engine may have made a change: nobody else that a test knows has. One that bears no mark counts too. */
export const isOurs = ({ tag }: Pick<SeenEffect, 'tag'>): boolean => !others.has(tag);

export const anIo = (more: Partial<EngineIo> = {}): EngineIo => ({
  clock: systemClock,
  signal: new AbortController().signal,
  // Far more than any look takes: a machine that stands still must not decide what is seen.
  timeoutMs: 20_000,
  tag: runTag,
  earlier: [],
  retried: [],
  history: async () => [],
  ...more,
});

export async function planOn<L extends Link>(bed: Bed<L>, operation: Operation): Promise<Plan> {
  const engine = bed.engine();
  const plan = engine.plan(operation, bed.link, await engine.observe(bed.link, anIo({ tag: 'replops/read', planning: operation.kind })));
  if (isRefusal(plan)) throw new TypeError(`not planned: ${plan.sentence}`);
  return plan;
}

/** Goes through a plan in order: people do their steps, `each` is called for those of the engine. */
export async function through<L extends Link>(bed: Bed<L>, plan: Pick<Plan, 'steps'>, each: (step: Step) => Promise<void>): Promise<void> {
  for (const step of plan.steps) {
    if (step.by === 'engine') await each(step);
    else {
      await bed.byHand?.(step);
      record(bed, step, { 'confirmed by': 'U0ANA' });
    }
  }
}

/** What the steps on a bed recorded, as the journal of a run would hold it. */
const journals = new WeakMap<object, { readonly act: Act; readonly evidence: JsonObject }[]>();

const isSame = (a: Act, b: Act): boolean => canonicalJson([a.kind, a.cluster, a.params]) === canonicalJson([b.kind, b.cluster, b.params]);

function record(bed: object, act: Act, evidence: JsonObject): void {
  const journal = journals.get(bed) ?? [];
  if (!journal.some((entry) => isSame(entry.act, act))) journals.set(bed, [...journal, { act, evidence }]);
}

/** What stands in the journal before an act is looked at. */
export function earlierOn(bed: object, act: Act): readonly Earlier[] {
  const journal = journals.get(bed) ?? [];
  const own = journal.findIndex((entry) => isSame(entry.act, act));
  return journal.slice(0, own < 0 ? undefined : own).map(({ act: { kind, cluster }, evidence }) => ({ kind, cluster, evidence }));
}

/** How many runs there were on a bed before the present one; none when left out. */
const runsBefore = new WeakMap<object, number>();

/** Another run begins on a bed: it has another id, and its journal is empty. */
export function beginAnew(bed: object): void {
  runsBefore.set(bed, (runsBefore.get(bed) ?? 0) + 1);
  journals.delete(bed);
}

/** The mark of the present run on a bed. */
const tagOn = (bed: object): string => {
  const before = runsBefore.get(bed);
  return before === undefined ? runTag : runTag.replace(/.(?=\/\d+$)/, String(before % 10));
};

const answered = new WeakMap<object, readonly JsonObject[]>();

/** What people were shown on a bed and answered with Retry, as the journal of a run would hold it. */
export const retriedOn = (bed: object): readonly JsonObject[] => answered.get(bed) ?? [];

/** A run halts with this, and a person presses Retry. */
export function pressRetry(bed: object, shown: Probe): void {
  if (shown.kind !== 'impossible' && shown.kind !== 'unknown') throw new TypeError(`no run halts when its step is ${shown.kind}`);
  answered.set(bed, [...retriedOn(bed), shown.evidence]);
}

export const engineSteps = (plan: Plan): readonly Step[] => plan.steps.filter(({ by }) => by === 'engine');

export function executorFor<L extends Link>(engine: Engine<L>, act: Act) {
  const executor = engine.steps[act.kind];
  if (executor === undefined) throw new TypeError(`no executor for ${act.kind}`);
  return executor;
}

type Settled = Exclude<Probe, { kind: 'underway' }>;

const limitMs = 100_000;

/**
 * Asks until the answer is no longer `underway`. With a provider of new engines the process dies once in the middle: one engine asks
 * first, another one goes on waiting. An engine may keep within a wait what it has read (a cut), as long as a loss of it only makes
 * the wait begin again; so it is not replaced at every single look. Throws TypeError when it takes too long.
 */
export async function settle<L extends Link>(bed: Bed<L>, act: Act, engine: () => Engine<L>): Promise<Settled> {
  const until = systemClock.monotonic() + limitMs;
  const io = anIo({ tag: tagOn(bed), earlier: earlierOn(bed, act), retried: retriedOn(bed) });
  let probe = await executorFor(engine(), act).probe(act, bed.link, io);
  const waiting = executorFor(engine(), act);
  while (probe.kind === 'underway') {
    if (systemClock.monotonic() > until) throw new TypeError(`'${act.title}' did not settle: ${probe.note}`);
    await systemClock.sleep(20);
    probe = await waiting.probe(act, bed.link, io);
  }
  if (probe.kind === 'done') record(bed, act, probe.evidence);
  return probe;
}

/** Carries one act out as the runner does: look, send once if it has not happened, look until it is proven. Returns how often it was sent. */
export async function carryOut<L extends Link>(bed: Bed<L>, act: Act, engine: () => Engine<L>): Promise<number> {
  const first = await settle(bed, act, engine);
  if (first.kind === 'done') return 0;
  if (first.kind !== 'todo') throw new TypeError(`'${act.title}' is ${first.kind}: ${first.why}`);
  const executor = executorFor(engine(), act);
  await executor.perform(
    act,
    bed.link,
    anIo({ tag: tagOn(bed), timeoutMs: 60_000, earlier: earlierOn(bed, act), retried: retriedOn(bed) }),
  );
  // The answer is the proof where no read shows it.
  if (executor.repeatable === true) record(bed, act, { answered: 'yes' });
  else await proven(bed, act, engine);
  return 1;
}

/** Waits for the proof of an act that was sent: the database may need a moment to show it. One that no read shows is sent again. */
export async function proven<L extends Link>(bed: Bed<L>, act: Act, engine: () => Engine<L>): Promise<void> {
  if (executorFor(engine(), act).repeatable === true) {
    await carryOut(bed, act, engine);
    return;
  }
  const until = systemClock.monotonic() + limitMs;
  for (;;) {
    const probe = await settle(bed, act, engine);
    if (probe.kind === 'done') return;
    if (probe.kind !== 'todo' || systemClock.monotonic() > until) {
      throw new TypeError(`'${act.title}' was sent but is ${probe.kind}${'why' in probe ? `: ${probe.why}` : ''}`);
    }
    await systemClock.sleep(20);
  }
}
