import { systemClock } from '../../src/domain/clock.ts';
import type { Link } from '../../src/domain/link.ts';
import type { Operation } from '../../src/domain/operation.ts';
import type { Act, Plan, Step } from '../../src/domain/plan.ts';
import { isRefusal } from '../../src/domain/refusal.ts';
import type { Engine, EngineIo, Probe } from '../../src/engines/engine.ts';

/** One change that a database made for us. */
export interface SeenEffect {
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
  /** Every change so far, in order. */
  effects(): readonly SeenEffect[];
  /** Whether two sides took writes at any instant so far. */
  wasSplit(): boolean;
  /** Breaks the wire of the next time that the statement is sent. `after`: it takes effect, the answer is lost. */
  breakWire(statement: string, how: 'drop-before' | 'drop-after' | 'hang'): void;
  close(): Promise<void>;
}

export const runTag = 'replops/r-4k9zq0tm2x/1764000000000000';

export const anIo = (more: Partial<EngineIo> = {}): EngineIo => ({
  clock: systemClock,
  signal: new AbortController().signal,
  timeoutMs: 5_000,
  tag: runTag,
  earlier: [],
  ...more,
});

export async function planOn<L extends Link>(bed: Bed<L>, operation: Operation): Promise<Plan> {
  const engine = bed.engine();
  const plan = engine.plan(operation, bed.link, await engine.observe(bed.link, anIo({ tag: 'replops/read' })));
  if (isRefusal(plan)) throw new TypeError(`not planned: ${plan.sentence}`);
  return plan;
}

export const engineSteps = (plan: Plan): readonly Step[] => plan.steps.filter(({ by }) => by === 'engine');

export function executorFor<L extends Link>(engine: Engine<L>, act: Act) {
  const executor = engine.steps[act.kind];
  if (executor === undefined) throw new TypeError(`no executor for ${act.kind}`);
  return executor;
}

type Settled = Exclude<Probe, { kind: 'underway' }>;

const limitMs = 20_000;

/**
 * Asks until the answer is no longer `underway`. With a provider of new engines the process dies once in the middle: one engine asks
 * first, another one goes on waiting. An engine may keep within a wait what it has read (a cut), as long as a loss of it only makes
 * the wait begin again; so it is not replaced at every single look. Throws TypeError when it takes too long.
 */
export async function settle<L extends Link>(bed: Bed<L>, act: Act, engine: () => Engine<L>): Promise<Settled> {
  const until = systemClock.monotonic() + limitMs;
  const first = await executorFor(engine(), act).probe(act, bed.link, anIo());
  if (first.kind !== 'underway') return first;
  const waiting = executorFor(engine(), act);
  for (;;) {
    const probe = await waiting.probe(act, bed.link, anIo());
    if (probe.kind !== 'underway') return probe;
    if (systemClock.monotonic() > until) throw new TypeError(`'${act.title}' did not settle: ${probe.note}`);
    await systemClock.sleep(20);
  }
}

/** Carries one act out as the runner does: look, send once if it has not happened, look until it is proven. Returns how often it was sent. */
export async function carryOut<L extends Link>(bed: Bed<L>, act: Act, engine: () => Engine<L>): Promise<number> {
  const first = await settle(bed, act, engine);
  if (first.kind === 'done') return 0;
  if (first.kind !== 'todo') throw new TypeError(`'${act.title}' is ${first.kind}: ${first.why}`);
  await executorFor(engine(), act).perform(act, bed.link, anIo({ timeoutMs: 10_000 }));
  await proven(bed, act, engine);
  return 1;
}

/** Waits for the proof of an act that was sent: the database may need a moment to show it. */
export async function proven<L extends Link>(bed: Bed<L>, act: Act, engine: () => Engine<L>): Promise<void> {
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
