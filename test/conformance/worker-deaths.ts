import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/domain/clock.ts';
import { asRunId, asUserId, type RunId } from '../../src/domain/ids.ts';
import { canonicalJson, type Json } from '../../src/domain/json.ts';
import type { Link } from '../../src/domain/link.ts';
import { silentLog } from '../../src/domain/log.ts';
import { type Act, hashPlan, type Plan } from '../../src/domain/plan.ts';
import { type Entry, isFinal, type JournalRecord } from '../../src/domain/run.ts';
import { fold } from '../../src/runs/fold.ts';
import { currentStanding } from '../../src/runs/progress.ts';
import { createRunner, type Runner, type RunnerDeps, runnerPace } from '../../src/runs/runner.ts';
import { createStore, type Store } from '../../src/store/index.ts';
import { dyingJournal } from '../support/dying-journal.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { allowed, proposal } from '../support/runs.ts';
import { until } from '../support/until.ts';
import { changesOf, endAtRest, endOf, ordersOf } from './deaths-compared.ts';
import { type DyingWorker, lastUndoable, turningBack } from './deaths-on-the-way-back.ts';
import { type Death, deathsOf, type How, isSure, type Story } from './deaths-played.ts';
import { type Bed, planOn } from './drive.ts';
import type { Situation } from './engine-conformance.ts';

/** Short leases, so that a dead worker's run is taken over within half a second. */
const pace = { ...runnerPace, leaseMs: 400, sweepMs: 30, pollMs: 50, probeMs: 20_000, observeMs: 20_000, progressEveryMs: 0, lineMs: 30 };
const quietWakeups = { wake: async () => undefined, listen: async () => undefined, close: async () => undefined };

/** Deaths that are played side by side, each in a database of its own: most of their time is waiting for leases. */
const lanes = 4;
const unending = Number.MAX_SAFE_INTEGER;

/** How a run goes on: to its end, or until a person cancels it after its last step that can be taken back, and then back. */
type Way = 'to-the-end' | 'and-back';

/** How long what a run asked for may still be on its way when it is over, ms. */
const settlesWithinMs = 20_000;

/**
 * Kills the worker of a run in every situation at every word that it says to the journal (each once lost and once written), and
 * while each of its effects is under way. A second worker with an engine of its own, which knows nothing, has to bring the run to
 * the end that an undisturbed one reaches, with exactly the same changes made, on each cluster in the same order. A run that is taken
 * back (`and-back`) loses its worker on the way back alone, and everything in the databases has to be as it was before. `seen` holds
 * the deaths of earlier situations.
 */
function describeDeaths<L extends Link>({ name, situations, how = 'all', way = 'to-the-end' }: DeathPass<L>, seen: Set<string>): void {
  let redis: TestRedis;
  let stores: readonly Store[] = [];
  let number = 0;
  beforeAll(async () => {
    redis = await startRedis();
    stores = Array.from({ length: lanes }, (_, lane) =>
      createStore({ url: `${redis.url}/${lane}`, worker: `deaths-${lane}`, clock: systemClock, onProblem: () => {}, callWithinMs: 20_000 }),
    );
  });
  afterAll(async () => {
    await Promise.all(stores.map((store) => store.close()));
    await redis.stop();
  });

  const propose = async ({ journal }: Store, on: Bed<L>, plan: Plan): Promise<RunId> => {
    number += 1;
    const run = asRunId(`r-${String(number).padStart(10, '0')}`);
    const entry = proposal(plan, { run, planHash: hashPlan(plan), verdict: allowed, at: systemClock.now() });
    await journal.create(run, on.link.id, entry);
    return run;
  };

  /** The worker that dies: on the way forward from its first word on, or on the way back alone. */
  const doomed = (store: Store, on: Bed<L>, plan: Plan, death: Death): DyingWorker => {
    const at = death.kind === 'word' ? death.at : unending;
    const written = death.kind === 'word' && death.written;
    const strike = (): void => {
      if (death.kind === 'effect') on.breakWire(death.statement, death.how);
    };
    const effects = (): number => on.effects().length;
    if (way === 'and-back') return turningBack(store.journal, lastUndoable(plan), { at, written, strike, effects });
    const dying = dyingJournal(store.journal, at, written);
    strike();
    const begunAt = effects();
    return { ...dying, journals: { dying: dying.journal, next: store.journal }, begunAt: () => begunAt };
  };

  const play = async (store: Store, situation: Situation<L>, death: Death, quiet: Story | null): Promise<Story> => {
    const on = await situation.open();
    try {
      const before = on.truth();
      const plan = await planOn(on, situation.operation);
      const run = await propose(store, on, plan);
      const dying = doomed(store, on, plan, death);
      const first = runnerOn('first', on, dying.journals.dying);
      await first.start();
      const people = staff(store, on, run).catch(async (cause: unknown) => {
        const last = (await store.journal.read(run)).slice(-6).map(({ entry }) => JSON.stringify(entry).slice(0, 400));
        throw new TypeError(`${JSON.stringify(death)}: the run is not over; its last words:\n${last.join('\n')}`, { cause });
      });
      await Promise.race([people, died(on, dying, death)]);
      const second = runnerOn('second', on, dying.journals.next);
      if (death.kind !== 'none') await second.start();
      await people;
      const { halt } = fold(await store.journal.read(run));
      if (halt !== null) throw new TypeError(`${JSON.stringify(death)}: the run stands still: ${halt.sentence}`);
      await until(async () => !(await store.journal.line(on.link.id)).includes(run), `run ${run} has left the link`);
      await Promise.all([first.stop(), second.stop()]);
      const records = await store.journal.read(run);
      const { steps } = on.engine();
      const acts = plan.steps.flatMap((step): readonly Act[] => (step.undo.kind === 'act' ? [step, step.undo.act] : [step]));
      const repeated = acts.filter(({ kind }) => steps[kind]?.repeatable === true);
      const again = new Set(repeated.flatMap(({ statements }) => statements));
      const end = way === 'and-back' ? await restored(on, before) : await endLike(on, quiet?.end);
      const effects = on.effects();
      const mortal = effects.slice(dying.begunAt() ?? effects.length);
      return {
        again,
        records,
        run: fold(records),
        effects,
        mortal,
        end,
        wasSplit: on.wasSplit(),
        died: dying.died(),
        words: dying.words(),
      };
    } finally {
      await on.close();
    }
  };

  const storeOf = (lane: number): Store => {
    const store = stores[lane];
    if (store === undefined) throw new TypeError(`there is no lane ${lane}`);
    return store;
  };

  const title =
    way === 'and-back'
      ? 'is taken back by another worker to what was before, wherever on the way back the first one dies'
      : 'is brought to the same end by another worker, wherever the first one dies';

  describe.each(situations.map((situation) => [situation.name, situation] as const))(`${name}: %s`, (_, situation) => {
    it(title, { timeout: 900_000 }, async () => {
      const quiet = await play(storeOf(0), situation, { kind: 'none' }, null);
      check(way, quiet, quiet, 'undisturbed');
      if (situation.sendsNothing === true) expect(changesOf(quiet.mortal)).toEqual([]);
      else expect(changesOf(quiet.mortal).length).toBeGreaterThan(0);
      const deaths = deathsOf(quiet, situation.operation.kind, how, seen);
      let reached = 0;
      const waiting = [...deaths];
      const lane = async (store: Store): Promise<void> => {
        for (let death = waiting.shift(); death !== undefined; death = waiting.shift()) {
          const story = await play(store, situation, death, quiet);
          if (story.died) reached += 1;
          check(way, quiet, story, JSON.stringify(death));
        }
      };
      // A lane that goes on would have its runs taken over by the workers of the next situation.
      const ends = await Promise.allSettled(stores.map(lane));
      for (const end of ends) if (end.status === 'rejected') throw end.reason;
      expect(reached).toBeGreaterThanOrEqual(deaths.filter((death) => isSure(death, quiet)).length);
    });
  });
}

/** What is in the databases at the end: as soon as it is like that of the undisturbed run, else what it is after a while. */
async function endLike(on: Bed, quiet: Json | undefined): Promise<Json> {
  if (quiet === undefined) return endAtRest(on);
  const wanted = canonicalJson(quiet);
  await until(() => canonicalJson(endOf(on)) === wanted, 'the end is that of the undisturbed run', settlesWithinMs).catch(() => undefined);
  return endOf(on);
}

/** What is in the databases that was not there before, and the other way round: null when everything is as it was. */
async function restored(on: Bed, before: Json): Promise<Json> {
  const wanted = canonicalJson(before);
  await until(() => canonicalJson(on.truth()) === wanted, 'everything is as it was before', settlesWithinMs).catch(() => undefined);
  const now = on.truth();
  return canonicalJson(now) === wanted ? null : { before, now };
}

/** Situations of one kind, and how their workers die. */
export interface DeathPass<L extends Link> {
  readonly name: string;
  readonly situations: readonly Situation<L>[];
  readonly how?: How;
  readonly way?: Way;
}

/** Plays passes one after the other. Releases send other statements by other code, so what one had says nothing of another. */
export function describeAllDeaths<L extends Link>(passes: readonly DeathPass<L>[]): void {
  const seen = new Map<string, Set<string>>();
  for (const pass of passes) {
    const release = / on ([\d.]+)/.exec(pass.name)?.[1] ?? '';
    const here = seen.get(release) ?? new Set();
    seen.set(release, here);
    describeDeaths(pass, here);
  }
}

function runnerOn<L extends Link>(worker: string, on: Bed<L>, journal: RunnerDeps['journal']): Runner {
  return createRunner({
    worker,
    journal,
    wakeups: quietWakeups,
    engines: new Map([[on.link.engine, on.engine()]]),
    links: new Map([[on.link.id, on.link]]),
    clock: systemClock,
    log: silentLog,
    pace,
    recheck: async () => null,
    secure: async () => null,
    onWritten: () => {},
    history: async () => [],
  });
}

/** Does what the run asks of people, until it is over. */
async function staff({ journal }: Store, on: Bed, run: RunId): Promise<void> {
  const helped = new Set<string>();
  const records: JournalRecord[] = [];
  await until(
    async () => {
      const news = await journal.read(run, records.length);
      if (news.length === 0) return false;
      records.push(...news);
      const now = fold(records);
      if (isFinal(now.state) || now.state === 'halted') return true;
      const current = now.state === 'running' ? currentStanding(now) : null;
      if (current?.step.by !== 'person' || current.view.confirmedBy !== null || current.view.deadlineAt === null) return false;
      if (!helped.has(current.step.id)) await on.byHand?.(current.step);
      helped.add(current.step.id);
      const entry: Entry = { kind: 'confirmed', at: systemClock.now(), step: current.step.id, by: asUserId('U0ANA'), means: 'button' };
      await journal.append({ run, fence: null, expectedSeq: now.seq, entry, dueInMs: 0 });
      return false;
    },
    `run ${run} is over`,
    // A command that hangs on a node, and has left no process there, is waited out for as long as its call could have taken.
    150_000,
    15,
  );
}

/** Resolves when the worker is dead: by itself at its word, or by us once its effect has been broken. */
async function died(on: Bed, dying: DyingWorker, death: Death): Promise<void> {
  if (death.kind === 'none') return new Promise(() => undefined);
  const isBroken = (): boolean => {
    const begunAt = dying.begunAt();
    if (death.kind !== 'effect' || begunAt === null || !on.broke()) return false;
    return death.how !== 'drop-after' || on.effects().length > begunAt;
  };
  await until(() => dying.died() || isBroken(), 'the worker dies', 90_000, 5).catch(() => undefined);
  dying.kill();
}

function check(way: Way, quiet: Story, story: Story, where: string): void {
  const { state, halt } = story.run;
  expect(state, `${where}: ${halt?.sentence ?? ''}`).toBe(way === 'and-back' ? 'undone' : 'succeeded');
  expect(ordersOf(story.effects, story.again), where).toEqual(ordersOf(quiet.effects, quiet.again));
  expect(story.end, where).toEqual(way === 'and-back' ? null : quiet.end);
  expect(story.wasSplit, where).toBe(false);
  const fences = story.records.flatMap(({ fence }) => (fence === 0 ? [] : [fence]));
  expect(fences, where).toEqual([...fences].sort((a, b) => a - b));
  if (way === 'and-back') {
    expect(doneBy(story, true), where).toEqual(doneBy(quiet, true));
    const differences = story.records.flatMap(({ entry }) => (entry.kind === 'undone' ? entry.differences : []));
    expect(differences, where).toEqual([]);
  } else {
    const steps = story.run.plan.steps.map(({ id }) => id);
    expect(doneBy(story, false), where).toEqual(steps);
  }
}

/** Steps that were done, or taken back, in order. */
const doneBy = ({ records }: Story, undoing: boolean): readonly string[] =>
  records.flatMap(({ entry }) => (entry.kind === 'done' && entry.undoing === undoing ? [entry.step] : []));
