import { afterEach, describe, expect, it, vi } from 'vitest';
import { isFault } from '../../src/domain/faults.ts';
import type { Link } from '../../src/domain/link.ts';
import { fingerprintOf } from '../../src/domain/observation.ts';
import type { Operation } from '../../src/domain/operation.ts';
import { type Act, hashPlan, type Step } from '../../src/domain/plan.ts';
import type { Engine } from '../../src/engines/engine.ts';
import { anIo, type Bed, carryOut, earlierOn, engineSteps, executorFor, planOn, proven, runTag, settle, through } from './drive.ts';

/** One operation in one state of the databases. */
export interface Situation<L extends Link, B extends Bed<L> = Bed<L>> {
  readonly name: string;
  readonly operation: Operation;
  /** Every effect is made by people or by a hook: whatever happens, the engine sends no statement that changes anything. */
  readonly sendsNothing?: true;
  open(): Promise<B>;
}

/** Deep-freezes, so that a planner that writes to what it is given fails. */
function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) for (const member of Object.values(Object.freeze(value))) frozen(member);
  return value;
}

/** Whether a step may be sent again because no read shows it. */
const isRepeatable = <L extends Link>(engine: Engine<L>, step: Step): boolean => executorFor(engine, step).repeatable === true;

async function faultFrom(work: Promise<unknown>) {
  const cause = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(isFault(cause), `a fault, not ${String(cause)}`).toBe(true);
  return isFault(cause) ? cause : null;
}

/** What is asked for in the databases may still be on its way when its answer is proven (a service that starts, a file that goes). */
const settles = { timeout: 30_000, interval: 50 } as const;

/** What any engine has to keep, on any databases that it is given. */
export function describeEngine<L extends Link>(name: string, situations: readonly Situation<L>[]): void {
  let bed: Bed<L> | null = null;
  afterEach(async () => {
    await bed?.close();
    bed = null;
  });
  const opened = async (situation: Situation<L>): Promise<Bed<L>> => {
    bed = await situation.open();
    return bed;
  };
  const same = (of: Bed<L>): (() => Engine<L>) => {
    const engine = of.engine();
    return () => engine;
  };

  describe.each(situations.map((situation) => [situation.name, situation] as const))(
    `${name}: %s`,
    { timeout: 180_000 },
    (_, situation) => {
      const { operation } = situation;

      it('observes and checks without changing anything', async () => {
        const on = await opened(situation);
        const engine = on.engine();
        const io = anIo({ tag: 'replops/read' });
        const first = await engine.observe(on.link, io);
        const checks = await engine.preflight(operation, on.link, io);
        const { observedAt: at, health, headline, trail = null } = first;
        // Another bot, which knows nothing but what the first look left.
        const history = JSON.parse(JSON.stringify([{ at, health, headline, trail }]));
        const second = await on.engine().observe(on.link, { ...io, history: async () => history });
        expect(JSON.parse(JSON.stringify(second))).toEqual(second);
        expect(Object.keys(second.trail ?? {})).toEqual(Object.keys(first.trail ?? {}));
        expect(checks.length).toBeGreaterThan(0);
        expect(checks.every((check) => (check.outcome === 'passed') === (check.next === null))).toBe(true);
        expect(fingerprintOf(second.facts)).toBe(fingerprintOf(first.facts));
        expect(on.effects()).toEqual([]);
      });

      it('plans the same from the same, writes to nothing, and names only steps that it can carry out', async () => {
        const on = await opened(situation);
        const engine = on.engine();
        const seen = frozen(structuredClone(await engine.observe(on.link, anIo())));
        const plan = engine.plan(frozen(structuredClone(operation)), on.link, seen);
        expect(plan).toEqual(on.engine().plan(operation, on.link, structuredClone(seen)));
        if (plan.kind !== 'plan') throw new TypeError(plan.sentence);
        expect(hashPlan(JSON.parse(JSON.stringify(plan)))).toBe(hashPlan(plan));
        expect(engineSteps(plan).length).toBeGreaterThan(0);
        for (const step of engineSteps(plan)) {
          expect(engine.steps[step.kind], step.kind).toBeDefined();
          if (step.undo.kind === 'act') expect(engine.steps[step.undo.act.kind], step.undo.act.kind).toBeDefined();
        }
        expect(on.effects()).toEqual([]);
      });

      if (situation.sendsNothing === true) {
        it('sends nothing, and finds every step done once people have done theirs', async () => {
          const on = await opened(situation);
          const plan = await planOn(on, operation);
          const engine = same(on);
          await through(on, plan, async (step) => {
            expect(step.undo.kind, step.title).toBe('none');
            expect(await carryOut(on, step, engine), step.title).toBe(0);
          });
          expect(engineSteps(plan).some(({ pointOfNoReturn }) => pointOfNoReturn)).toBe(false);
          expect(on.effects()).toEqual([]);
        });

        it('refuses to send anything even when it is told to', async () => {
          const on = await opened(situation);
          const engine = on.engine();
          for (const step of engineSteps(await planOn(on, operation))) {
            const fault = await faultFrom(executorFor(engine, step).perform(step, on.link, anIo()));
            expect(fault).toMatchObject({ effect: 'not-applied' });
          }
          expect(on.effects()).toEqual([]);
        });

        it('needs no memory: after a crash within every wait, another engine goes on', async () => {
          const on = await opened(situation);
          await through(on, await planOn(on, operation), async (step) => {
            expect(await carryOut(on, step, () => on.engine()), step.title).toBe(0);
          });
          expect(on.effects()).toEqual([]);
          expect(on.wasSplit()).toBe(false);
        });
        return;
      }

      it('sends every effect once, and what it sends is what the plan shows', async () => {
        const on = await opened(situation);
        const plan = await planOn(on, operation);
        const engine = same(on);
        const sent: string[] = [];
        await through(on, plan, async (step) => {
          const times = await carryOut(on, step, engine);
          if (times > 0) sent.push(...step.statements);
          expect((await settle(on, step, engine)).kind, `${step.title}, asked again`).toBe(isRepeatable(engine(), step) ? 'todo' : 'done');
        });
        expect(sent.length).toBeGreaterThan(0);
        expect(on.effects().map(({ statement }) => statement)).toEqual(sent);
        expect(on.effects().every(({ changed, tag }) => changed && tag === runTag)).toBe(true);
        expect(on.wasSplit()).toBe(false);
      });

      it('needs no memory: after a crash before and after every call, and within every wait, another engine goes on', async () => {
        const on = await opened(situation);
        const plan = await planOn(on, operation);
        const steps = engineSteps(plan);
        await through(on, plan, async (step) => void (await carryOut(on, step, () => on.engine())));
        const effects = on.effects().length;
        // Everything is looked at once more from the start, as after a take-over that knows nothing.
        for (const step of steps.filter((one) => one.statements.length > 0 && !isRepeatable(on.engine(), one))) {
          expect((await settle(on, step, () => on.engine())).kind, step.title).toBe('done');
        }
        expect(on.effects().length).toBe(effects);
        expect(on.wasSplit()).toBe(false);
      });

      it('learns from the database what became of an effect whose answer was lost', async () => {
        const on = await opened(situation);
        await withBrokenWire(on, 'drop-after', async (step) => {
          await proven(on, step, () => on.engine());
        });
      });

      it('learns from the database that an effect was never applied, and can then send it', async () => {
        const on = await opened(situation);
        await withBrokenWire(on, 'drop-before', async (step) => {
          expect((await settle(on, step, () => on.engine())).kind, step.title).toBe('todo');
          expect(await carryOut(on, step, () => on.engine())).toBe(1);
        });
      });

      it('does not wait longer than it was told, and says that the effect is unknown', async () => {
        const on = await opened(situation);
        await withBrokenWire(on, 'hang', async (step) => {
          await carryOut(on, step, () => on.engine());
        });
      });

      it('sends nothing once it was told to stop', async () => {
        const on = await opened(situation);
        const engine = on.engine();
        const steps = engineSteps(await planOn(on, operation));
        const change =
          steps.find(({ statements, undo }) => statements.length > 0 && undo.kind === 'act') ??
          steps.find((step) => step.pointOfNoReturn) ??
          steps.find(({ statements }) => statements.length > 0);
        if (change === undefined) throw new TypeError('the plan changes nothing');
        const fault = await faultFrom(executorFor(engine, change).perform(change, on.link, anIo({ signal: AbortSignal.abort() })));
        expect(fault).toMatchObject({ effect: 'not-applied' });
        expect(on.effects()).toEqual([]);
      });

      it('takes back what it did before the point of no return, and leaves things as they were', async () => {
        const on = await opened(situation);
        const before = on.truth();
        const seen = fingerprintOf((await on.engine().observe(on.link, anIo())).facts);
        for (const act of await untilNoReturn(on)) await carryOut(on, act, () => on.engine());
        await vi.waitFor(() => expect(on.truth()).toEqual(before), settles);
        expect(fingerprintOf((await on.engine().observe(on.link, anIo())).facts)).toBe(seen);
        expect(on.wasSplit()).toBe(false);
      });

      it('takes nothing back that applications have written since: it stops, or leaves it where it is', async () => {
        const on = await opened(situation);
        const undos = await untilNoReturn(on);
        const lost = await on.clientsWrite();
        for (const act of undos) {
          const first = await settle(on, act, () => on.engine());
          // A run that takes back halts here, for a person to decide.
          if (first.kind === 'impossible' || first.kind === 'unknown') break;
          await carryOut(on, act, () => on.engine());
        }
        expect(lost()).toEqual([]);
        expect(on.wasSplit()).toBe(false);
      });

      /** Carries out everything before the point of no return. Returns what takes it back, in the order in which a run does. */
      async function untilNoReturn(on: Bed<L>): Promise<readonly Act[]> {
        const plan = await planOn(on, operation);
        const noReturn = plan.steps.findIndex((step) => step.pointOfNoReturn);
        const soFar = noReturn < 0 ? plan.steps : plan.steps.slice(0, noReturn);
        const ours = new Set<Step>();
        await through(on, { ...plan, steps: soFar }, async (step) => {
          const times = await carryOut(on, step, () => on.engine());
          if (times > 0 || step.statements.length === 0) ours.add(step);
        });
        return [...soFar].reverse().flatMap((step) => (step.undo.kind === 'act' && ours.has(step) ? [step.undo.act] : []));
      }

      /** Carries the plan out; the first sending of each statement fails on the wire, `then` has to put the step right. */
      async function withBrokenWire(on: Bed<L>, how: 'drop-before' | 'drop-after' | 'hang', then: (step: Step) => Promise<void>) {
        let broken = 0;
        let once = 0;
        const again = new Set<string>();
        await through(on, await planOn(on, operation), async (step) => {
          const first = await settle(on, step, () => on.engine());
          if (first.kind === 'done') return;
          expect(first.kind, step.title).toBe('todo');
          const [statement] = step.statements;
          if (statement === undefined) throw new TypeError(`'${step.title}' is todo, but has nothing to send`);
          on.breakWire(statement, how);
          const send = (timeoutMs: number) =>
            faultFrom(executorFor(on.engine(), step).perform(step, on.link, anIo({ timeoutMs, earlier: earlierOn(on, step) })));
          let fault = await send(how === 'hang' ? 300 : 60_000);
          // A busy machine may not even have got to the wire in so short a time.
          if (!on.broke()) fault = await send(how === 'hang' ? 10_000 : 60_000);
          expect(fault).toMatchObject({ effect: 'unknown' });
          broken += 1;
          if (isRepeatable(on.engine(), step)) for (const one of step.statements) again.add(one);
          else once += 1;
          await then(step);
        });
        expect(broken).toBeGreaterThan(0);
        const statements = on.effects().map(({ statement }) => statement);
        expect(statements.filter((one) => !again.has(one)).length, statements.join('\n')).toBe(once);
        for (const one of again) expect(statements).toContain(one);
        expect(on.wasSplit()).toBe(false);
      }
    },
  );
}
