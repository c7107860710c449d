import { Fault } from '../../src/domain/faults.ts';
import { fingerprintOf } from '../../src/domain/observation.ts';
import { isRefusal } from '../../src/domain/refusal.ts';
import type { Engine, StepExecutor } from '../../src/engines/engine.ts';
import { anObservation, aPlan, aStep, someFacts } from './runs.ts';

/** A world of four switches. Every effect is recorded, so that a test can see that none happened twice. */
export interface ToyWorld {
  readonly effects: string[];
  readonly on: Set<string>;
  /** Called at the start and at the end of every perform; may throw. */
  interfere: (moment: 'before' | 'after', kind: string) => Promise<void>;
}

export const toyWorld = (): ToyWorld => ({ effects: [], on: new Set(), interfere: async () => undefined });

const steps = [
  aStep('s1', { kind: 'toy.look', undo: { kind: 'none', why: 'It only looks.' } }),
  aStep('s2', {
    kind: 'toy.stop',
    onLate: 'undo',
    undo: { kind: 'act', act: { kind: 'toy.start', title: 'Start again', cluster: 'a', side: 'primary', statements: [], params: {} } },
  }),
  aStep('s3', { kind: 'toy.promote', pointOfNoReturn: true, undo: { kind: 'none', why: 'It stays.' } }),
  aStep('s4', { kind: 'toy.serve', undo: { kind: 'none', why: 'It stays.' } }),
];

/** The plan of the toy engine; `stopMs` is the budget of the step that is undone when it is late. */
export const toyPlan = (stopMs = 60_000) => aPlan(steps.map((step) => (step.onLate === 'undo' ? { ...step, budgetMs: stopMs } : step)));

/** Switches `name` on (or off, for its inverse) and can tell whether it is. */
function executor(world: ToyWorld, name: string, to: boolean): StepExecutor {
  const kind = `toy.${name}`;
  return {
    probe: async () => (world.on.has(to ? name : 'stop') === to ? { kind: 'done', evidence: { seen: name } } : { kind: 'todo' }),
    perform: async (_act, _link, io) => {
      await world.interfere('before', kind);
      if (io.signal.aborted) throw new Fault('aborted', 'Stopped before it was sent.', { effect: 'not-applied' });
      world.effects.push(kind);
      if (to) world.on.add(name);
      else world.on.delete('stop');
      await world.interfere('after', kind);
    },
  };
}

/** A plan whose third step is undone when it is late, together with the second. */
export const toyPlanBack = () =>
  aPlan(steps.map((step) => (step.id === 's3' ? { ...step, budgetMs: 150, onLate: 'undo' as const, pointOfNoReturn: false } : step)));

/** An engine that never gets through its third step, so that its plan is undone. */
export function toyEngineBack(world: ToyWorld): Engine {
  const engine = toyEngine(world);
  const never: StepExecutor = {
    probe: async () => ({ kind: 'underway', fraction: null, note: 'waiting' }),
    perform: async () => undefined,
  };
  return {
    ...engine,
    plan: (operation) => ({ ...toyPlanBack(), operation, fingerprint: fingerprintOf(someFacts) }),
    steps: { ...engine.steps, 'toy.promote': never },
  };
}

/** An engine over a toy world; what a run needs of an engine, and nothing else. */
export const toyEngine = (world: ToyWorld, stopMs?: number): Engine => ({
  id: 'cockroach-pcr',
  operations: { failover: { summary: 'Toy', risk: 'danger', reversible: 'No.' } },
  declined: {},
  inspections: {},
  cautions: () => [],
  observe: async () => anObservation(),
  preflight: async () => [],
  plan: (operation, _link, seen) => (isRefusal(seen) ? seen : { ...toyPlan(stopMs), operation, fingerprint: fingerprintOf(someFacts) }),
  steps: {
    'toy.look': { probe: async () => ({ kind: 'done', evidence: {} }), perform: async () => undefined },
    'toy.stop': executor(world, 'stop', true),
    'toy.start': executor(world, 'start', false),
    'toy.promote': executor(world, 'promote', true),
    'toy.serve': executor(world, 'serve', true),
  },
  evict: async () => [],
  report: () => ({ sentence: 'Done.', lossMs: null, downtimeMs: null, facts: [] }),
});
