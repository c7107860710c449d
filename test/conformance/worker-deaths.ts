import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/domain/clock.ts';
import { asRunId, asUserId, type RunId } from '../../src/domain/ids.ts';
import type { Link } from '../../src/domain/link.ts';
import { silentLog } from '../../src/domain/log.ts';
import { hashPlan, type Plan } from '../../src/domain/plan.ts';
import { type Entry, isFinal, type JournalRecord, type RunView } from '../../src/domain/run.ts';
import { fold } from '../../src/runs/fold.ts';
import { currentStanding } from '../../src/runs/progress.ts';
import { createRunner, type Runner, type RunnerDeps, runnerPace } from '../../src/runs/runner.ts';
import { createStore, type Store } from '../../src/store/index.ts';
import { type DyingJournal, dyingJournal } from '../support/dying-journal.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { allowed, proposal } from '../support/runs.ts';
import { until } from '../support/until.ts';
import { type Bed, planOn, type SeenEffect } from './drive.ts';
import type { Situation } from './engine-conformance.ts';

/** Short leases, so that a dead worker's run is taken over within half a second. */
const pace = { ...runnerPace, leaseMs: 400, sweepMs: 30, pollMs: 50, probeMs: 20_000, observeMs: 20_000, progressEveryMs: 0, lineMs: 30 };
const quietWakeups = { wake: async () => undefined, listen: async () => undefined, close: async () => undefined };

/** What a run did, when it was over. */
interface Story {
  readonly records: readonly JournalRecord[];
  readonly run: RunView;
  readonly effects: readonly SeenEffect[];
  readonly wasSplit: boolean;
  readonly died: boolean;
  readonly words: readonly string[];
  /** Statements of steps that may be sent again. */
  readonly again: ReadonlySet<string>;
}

/** How the first worker dies. Words are counted from the first that belongs to this run's steps. */
type Death =
  | { readonly kind: 'none' }
  | { readonly kind: 'word'; readonly at: number; readonly written: boolean }
  /** Its call hangs, before or after the effect is made, and the worker is gone. */
  | { readonly kind: 'effect'; readonly statement: string; readonly how: 'drop-before' | 'drop-after' | 'hang' };

/** Deaths that are played side by side, each in a database of its own: most of their time is waiting for leases. */
const lanes = 4;
const unending = Number.MAX_SAFE_INTEGER;
const changesOf = (effects: readonly SeenEffect[]): readonly string[] =>
  effects.flatMap(({ statement, changed, tag }) => (changed && tag.startsWith('replops/r-') ? [statement] : []));

const hows = ['drop-before', 'drop-after', 'hang'] as const;

/** In a plan of many like steps (`thinned`), each word of each kind of step once, and each effect in one way. */
function deathsOf({ words, effects, run }: Story, how: 'all' | 'thinned'): readonly Death[] {
  const kindOf = (word: string): string => word.replace(/ (\S+)$/, (_, id) => ` ${run.plan.steps.find((step) => step.id === id)?.kind}`);
  const isFirst = (word: string, index: number): boolean => words.findIndex((one) => kindOf(one) === kindOf(word)) === index;
  const atWords = words.flatMap((word, index): readonly Death[] =>
    how === 'all' || isFirst(word, index) ? [{ kind: 'word', at: index + 1, written: (index + 1) % 2 === 0 }] : [],
  );
  const inEffects = [...new Set(changesOf(effects))].flatMap((statement, index) =>
    hows.filter((_, at) => how === 'all' || at === index % hows.length).map((one): Death => ({ kind: 'effect', statement, how: one })),
  );
  return [...atWords, ...inEffects];
}

/** Words whose number depends on how fast the databases and the machine are. */
const unsure = /^(progress|noted|not-applied|taken-over|queued|schedule)\b/;

/** Whether every run comes to this death: it says every sure word at least once, and has every effect. */
function isSure(death: Death, { words }: Story): boolean {
  return death.kind !== 'word' || death.at <= new Set(words.filter((word) => !unsure.test(word))).size;
}

/**
 * Kills the worker of a run in every situation at every word that it says to the journal (each once lost and once written), and
 * while each of its effects is under way. A second worker with an engine of its own, which knows nothing, has to bring the run to
 * the end that an undisturbed one reaches, with exactly the same changes made.
 */
export function describeDeaths<L extends Link>(name: string, situations: readonly Situation<L>[], how: 'all' | 'thinned' = 'all'): void {
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

  const play = async (store: Store, situation: Situation<L>, death: Death): Promise<Story> => {
    const on = await situation.open();
    try {
      const run = await propose(store, on, await planOn(on, situation.operation));
      const dying = dyingJournal(store.journal, death.kind === 'word' ? death.at : unending, death.kind === 'word' && death.written);
      if (death.kind === 'effect') on.breakWire(death.statement, death.how);
      const first = runnerOn('first', on, dying.journal);
      await first.start();
      const people = staff(store, on, run).catch(async (cause: unknown) => {
        const last = (await store.journal.read(run)).slice(-6).map(({ entry }) => JSON.stringify(entry).slice(0, 400));
        throw new TypeError(`${JSON.stringify(death)}: the run is not over; its last words:\n${last.join('\n')}`, { cause });
      });
      await Promise.race([people, died(on, dying, death)]);
      const second = runnerOn('second', on, store.journal);
      if (death.kind !== 'none') await second.start();
      await people;
      const { halt } = fold(await store.journal.read(run));
      if (halt !== null) throw new TypeError(`${JSON.stringify(death)}: the run stands still: ${halt.sentence}`);
      await until(async () => !(await store.journal.line(on.link.id)).includes(run), `run ${run} has left the link`);
      await Promise.all([first.stop(), second.stop()]);
      const records = await store.journal.read(run);
      const { steps } = on.engine();
      const repeated = fold(records).plan.steps.filter(({ kind }) => steps[kind]?.repeatable === true);
      const again = new Set(repeated.flatMap(({ statements }) => statements));
      return {
        again,
        records,
        run: fold(records),
        effects: on.effects(),
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

  describe.each(situations.map((situation) => [situation.name, situation] as const))(`${name}: %s`, (_, situation) => {
    it('is brought to the same end by another worker, wherever the first one dies', { timeout: 900_000 }, async () => {
      const quiet = await play(storeOf(0), situation, { kind: 'none' });
      expect(quiet.run.state, quiet.run.halt?.sentence).toBe('succeeded');
      if (situation.sendsNothing === true) expect(changesOf(quiet.effects)).toEqual([]);
      else expect(changesOf(quiet.effects).length).toBeGreaterThan(0);
      const deaths = deathsOf(quiet, how);
      let reached = 0;
      const waiting = [...deaths];
      const lane = async (store: Store): Promise<void> => {
        for (let death = waiting.shift(); death !== undefined; death = waiting.shift()) {
          const story = await play(store, situation, death);
          if (story.died) reached += 1;
          check(quiet, story, JSON.stringify(death));
        }
      };
      // A lane that goes on would have its runs taken over by the workers of the next situation.
      const ends = await Promise.allSettled(stores.map(lane));
      for (const end of ends) if (end.status === 'rejected') throw end.reason;
      expect(reached).toBeGreaterThanOrEqual(deaths.filter((death) => isSure(death, quiet)).length);
    });
  });
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
async function died(on: Bed, dying: DyingJournal, death: Death): Promise<void> {
  if (death.kind === 'none') return new Promise(() => undefined);
  const before = on.effects().length;
  await until(
    () => dying.died() || (death.kind === 'effect' && on.broke() && (death.how !== 'drop-after' || on.effects().length > before)),
    'the worker dies',
    90_000,
    5,
  ).catch(() => undefined);
  dying.kill();
}

/** What was changed, in any order; what may be sent again, since no read shows it, counts once. */
function comparable({ effects, again }: Story): readonly string[] {
  const changes = changesOf(effects);
  return changes.filter((statement, at) => !again.has(statement) || changes.indexOf(statement) === at).sort();
}

function check(quiet: Story, story: Story, where: string): void {
  expect(story.run.state, `${where}: ${story.run.halt?.sentence ?? ''}`).toBe('succeeded');
  expect(comparable(story), where).toEqual(comparable(quiet));
  expect(story.wasSplit, where).toBe(false);
  const fences = story.records.flatMap(({ fence }) => (fence === 0 ? [] : [fence]));
  expect(fences, where).toEqual([...fences].sort((a, b) => a - b));
  const done = story.records.flatMap(({ entry }) => (entry.kind === 'done' ? [entry.step] : []));
  expect(done, where).toEqual(story.run.plan.steps.map(({ id }) => id));
}
