import { afterEach, describe, expect, it, vi } from 'vitest';
import { type FaultCode, isFault } from '../../src/domain/faults.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import type { Link } from '../../src/domain/link.ts';
import { fingerprintOf } from '../../src/domain/observation.ts';
import type { Operation } from '../../src/domain/operation.ts';
import { type Act, hashPlan, type Plan, type Step } from '../../src/domain/plan.ts';
import type { Engine } from '../../src/engines/engine.ts';
import { endsBefore } from '../support/ends-before.ts';
import {
  anIo,
  type Bed,
  beginAnew,
  carryOut,
  earlierOn,
  engineSteps,
  executorFor,
  planOn,
  proven,
  runTag,
  settle,
  through,
} from './drive.ts';
import { isOneWay } from './no-way-back.ts';

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

/** Far more than a call needs that ends when it was told to, and far less than any time of an engine's own. */
const timesTold = 10;

/** What the work comes to; fails when the work goes by another time than the one that it was told. */
async function within<T>(work: Promise<T>, { title }: Step, toldMs: number): Promise<T> {
  expect(await endsBefore(work, timesTold * toldMs), `'${title}' ends before ${timesTold} times ${toldMs} ms are over`).toBe(true);
  return work;
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

/** Nothing was sent that changes anything, and nothing is other than it was, whoever did it and by whatever way. */
async function leftAlone<L extends Link>(on: Bed<L>, before: JsonObject): Promise<void> {
  expect(on.effects()).toEqual([]);
  await vi.waitFor(() => expect(on.truth()).toEqual(before), settles);
}

/** Steps before the point of no return; all where there is none. */
function soFar({ steps }: Plan): readonly Step[] {
  const noReturn = steps.findIndex((step) => step.pointOfNoReturn);
  return noReturn < 0 ? steps : steps.slice(0, noReturn);
}

/** How many steps a run may have carried out when it is taken back: about half of what can be, where that is less than all, and all. */
function prefixes(steps: readonly Step[]): readonly number[] {
  const changing = steps.flatMap(({ undo, statements }, at) => (undo.kind === 'act' && statements.length > 0 ? [at + 1] : []));
  const middle = changing[Math.ceil(changing.length / 2) - 1];
  return changing.length < 2 || middle === undefined ? [steps.length] : [middle, steps.length];
}

/** Carries a plan out: each effect is made once, and what is sent is what the plan shows. */
async function toTheEnd<L extends Link>(on: Bed<L>, plan: Plan, engine: () => Engine<L>): Promise<void> {
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
}

/** Whether a step can't do without an answer of the side that it is on: one may look at the other side alone. */
const asksOwnSide = ({ asks = [], cluster, statements }: Step): boolean =>
  asks.length === 0 || statements.length > 0 || asks.some((asked) => asked.only === undefined && asked.cluster === cluster);

/** Time for a look at a side that is silent: it is used up by each. */
const silenceMs = 500;

/**
 * A side takes connections and answers nothing while a step is looked at: a step that asks that side is neither done nor to be done, as far as
 * anybody can know, and one that rests on both sides (`needsBoth`) is not while either is silent. Plays one situation, on a bed that can
 * do that.
 */
export function describeSilence<L extends Link>(
  name: string,
  { name: title, open, operation }: Situation<L>,
  needsBoth: (step: Step) => boolean,
): void {
  it(`${name}: ${title}: takes nothing for granted while a side is silent, and sends nothing`, { timeout: 180_000 }, async () => {
    const on = await open();
    try {
      const { silence } = on;
      if (silence === undefined) throw new TypeError('no side of this bed can be silenced');
      const asked: string[] = [];
      await through(on, await planOn(on, operation), async (step) => {
        for (const side of ['primary', 'standby'] as const) {
          if ((step.side !== side || !asksOwnSide(step)) && !needsBoth(step)) continue;
          const before = on.effects().length;
          const speak = await silence(side);
          const io = anIo({ timeoutMs: silenceMs, earlier: earlierOn(on, step) });
          const answer = await executorFor(on.engine(), step)
            .probe(step, on.link, io)
            .then(({ kind }) => kind, faultCode);
          await speak();
          if (needsBoth(step)) asked.push(side);
          expect(['todo', 'done'], `'${step.title}' while ${side} is silent`).not.toContain(answer);
          expect(on.effects().length).toBe(before);
        }
        await carryOut(on, step, () => on.engine());
      });
      expect(asked).toEqual(expect.arrayContaining(['primary', 'standby']));
    } finally {
      await on.close();
    }
  });
}

/** What it says that could not be asked; anything but a Fault is thrown on. */
function faultCode(cause: unknown): FaultCode {
  if (isFault(cause)) return cause.code;
  throw cause;
}

/** The least that is played of a release on which all rules would tell nothing new: each situation once, to its end. */
export function describeEnds<L extends Link>(name: string, situations: readonly Situation<L>[]): void {
  it.each(situations.map((situation) => [situation.name, situation] as const))(
    `${name}: %s is carried through, once`,
    { timeout: 180_000 },
    async (_, { open, operation, sendsNothing }) => {
      const on = await open();
      try {
        const before = on.truth();
        const engine = on.engine();
        const plan = await planOn(on, operation);
        if (sendsNothing === true) {
          await through(on, plan, async (step) => void (await carryOut(on, step, () => engine)));
          await leftAlone(on, before);
          return;
        }
        await toTheEnd(on, plan, () => engine);
        expect(on.truth()).not.toEqual(before);
        // Another bot sees that it is over: there is no such plan any more.
        const seen = await on.engine().observe(on.link, anIo({ planning: operation.kind }));
        const next = on.engine().plan(operation, on.link, seen);
        expect(next.kind === 'plan' && hashPlan(next) === hashPlan(plan)).toBe(false);
      } finally {
        await on.close();
      }
    },
  );
}

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
        const before = on.truth();
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
        await leftAlone(on, before);
      });

      it('plans the same from the same, writes to nothing, and names only steps that it can carry out', async () => {
        const on = await opened(situation);
        const engine = on.engine();
        const before = on.truth();
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
        await leftAlone(on, before);
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
        await toTheEnd(on, plan, engine);
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

      if (isOneWay(name, situation.name)) {
        it('does nothing before the point of no return that would have to be taken back, and has no step that can be', async () => {
          const on = await opened(situation);
          const before = on.truth();
          expect(await carriedOutUntil(on, soFar(await planOn(on, operation)))).toEqual([]);
          await vi.waitFor(() => expect(on.truth()).toEqual(before), settles);
        });
      } else {
        it('takes back what it did before the point of no return, and leaves things as they were', async () => {
          const on = await opened(situation);
          const before = on.truth();
          const seen = fingerprintOf((await on.engine().observe(on.link, anIo())).facts);
          for (const steps of prefixes(soFar(await planOn(on, operation)))) {
            beginAnew(on);
            // Planned anew: what was taken back may have left its history, as jobs that are over.
            const undos = await carriedOutUntil(on, soFar(await planOn(on, operation)).slice(0, steps));
            expect(undos.length).toBeGreaterThan(0);
            for (const act of undos) await carryOut(on, act, () => on.engine());
            await vi.waitFor(() => expect(on.truth()).toEqual(before), settles);
          }
          expect(fingerprintOf((await on.engine().observe(on.link, anIo())).facts)).toBe(seen);
          expect(on.wasSplit()).toBe(false);
        });

        it('takes nothing back that applications have written since: it stops, or leaves it where it is', async () => {
          const on = await opened(situation);
          const undos = await carriedOutUntil(on, soFar(await planOn(on, operation)));
          const lost = await on.clientsWrite();
          expect(undos.length).toBeGreaterThan(0);
          for (const act of undos) {
            const first = await settle(on, act, () => on.engine());
            // A run that takes back halts here, for a person to decide.
            if (first.kind === 'impossible' || first.kind === 'unknown') break;
            await carryOut(on, act, () => on.engine());
          }
          expect(lost()).toEqual([]);
          expect(on.wasSplit()).toBe(false);
        });
      }

      /** Carries out these steps of a plan. Returns what takes them back, in the order in which a run does. */
      async function carriedOutUntil(on: Bed<L>, steps: readonly Step[]): Promise<readonly Act[]> {
        const ours = new Set<Step>();
        await through(on, { steps }, async (step) => {
          const times = await carryOut(on, step, () => on.engine());
          if (times > 0 || step.statements.length === 0) ours.add(step);
        });
        return [...steps].reverse().flatMap((step) => (step.undo.kind === 'act' && ours.has(step) ? [step.undo.act] : []));
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
          const send = (timeoutMs: number) => {
            const fault = faultFrom(
              executorFor(on.engine(), step).perform(step, on.link, anIo({ timeoutMs, earlier: earlierOn(on, step) })),
            );
            return how === 'hang' ? within(fault, step, timeoutMs) : fault;
          };
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
