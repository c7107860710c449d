import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/domain/clock.ts';
import { Fault } from '../../src/domain/faults.ts';
import { asRunId, type RunId } from '../../src/domain/ids.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import { silentLog } from '../../src/domain/log.ts';
import { hashPlan, type Step } from '../../src/domain/plan.ts';
import { refuse } from '../../src/domain/refusal.ts';
import type { Entry, RunView } from '../../src/domain/run.ts';
import type { StepExecutor } from '../../src/engines/engine.ts';
import { fold } from '../../src/runs/fold.ts';
import { createRunner, type Runner, type RunnerDeps, runnerPace } from '../../src/runs/runner.ts';
import { createStore, type Store } from '../../src/store/index.ts';
import { keys } from '../../src/store/keys.ts';
import { dyingJournal } from '../support/dying-journal.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { allowed, ana, link, proposal, theLink } from '../support/runs.ts';
import { type ToyWorld, toyEngine, toyEngineBack, toyPlan, toyPlanBack, toyWorld } from '../support/toy-engine.ts';
import { until } from '../support/until.ts';

/** A lease outlasts every pause of the machine; that of a worker that has died is ended by hand. */
const pace = { ...runnerPace, leaseMs: 60_000, sweepMs: 40, pollMs: 20, progressEveryMs: 0, lineMs: 40 };

let redis: TestRedis;
let store: Store;
let raw: Redis;
let number = 0;

beforeAll(async () => {
  redis = await startRedis();
  store = createStore({ url: redis.url, worker: 'test', clock: systemClock, onProblem: () => {}, callWithinMs: 20_000 });
  raw = new Redis(redis.url);
});
afterAll(async () => {
  raw.disconnect();
  await store.close();
  await redis.stop();
});

const quietWakeups = { wake: async () => undefined, listen: async () => undefined, close: async () => undefined };

function aRunner(worker: string, world: ToyWorld, more: Partial<RunnerDeps> = {}): Runner {
  return createRunner({
    worker,
    journal: store.journal,
    wakeups: quietWakeups,
    engines: new Map([['cockroach-pcr', toyEngine(world)]]),
    links: new Map([[link, theLink]]),
    clock: systemClock,
    log: silentLog,
    pace,
    recheck: async () => null,
    secure: async () => null,
    onWritten: () => {},
    history: async () => [],
    ...more,
  });
}

async function proposed(more: Partial<Extract<Entry, { kind: 'proposed' }>> = {}): Promise<RunId> {
  number += 1;
  const run = asRunId(`r-${String(number).padStart(10, '0')}`);
  await store.journal.create(run, link, proposal(toyPlan(), { run, verdict: allowed, at: Date.now(), ...more }));
  return run;
}

const view = async (run: RunId): Promise<RunView> => fold(await store.journal.read(run));
const kinds = async (run: RunId): Promise<readonly string[]> => (await store.journal.read(run)).map(({ entry }) => entry.kind);
const ended = (run: RunId, state: string) => until(async () => (await view(run)).state === state, `run ${run} is ${state}`);
const released = (run: RunId) => until(async () => !(await store.journal.line(link)).includes(run), `run ${run} has left the link`);

/** A world that refuses the promotion the first time. */
function refusingOnce(): ToyWorld {
  const world = toyWorld();
  let refusals = 1;
  world.interfere = async (moment, kind) => {
    if (moment === 'before' && kind === 'toy.promote' && refusals-- > 0) {
      throw new Fault('permission-missing', 'The user may not do that.', { effect: 'not-applied' });
    }
  };
  return world;
}

async function retried(run: RunId): Promise<void> {
  const { seq } = await view(run);
  await store.journal.append({ run, fence: null, expectedSeq: seq, entry: { kind: 'retried', at: Date.now(), by: ana }, dueInMs: 0 });
}

describe('a run', () => {
  it('goes from the proposal to success, intent before effect, evidence after it', async () => {
    const world = toyWorld();
    const run = await proposed();
    const runner = aRunner('w1', world);
    await runner.look(run);
    expect(await kinds(run)).toEqual([
      ...['proposed', 'approved', 'started', 'intent', 'done'],
      ...['intent', 'performing', 'done', 'intent', 'performing', 'done', 'intent', 'performing', 'done', 'succeeded'],
    ]);
    expect(world.effects).toEqual(['toy.stop', 'toy.promote', 'toy.serve']);
    expect(await store.journal.line(link)).toEqual([]);
    await runner.stop();
  });

  it('ends at once when the verdict was a refusal', async () => {
    const run = await proposed({ verdict: { ...allowed, kind: 'refused', code: 'not-permitted', next: 'Ask.' } });
    const runner = aRunner('w1', toyWorld());
    await runner.look(run);
    expect((await view(run)).state).toBe('cancelled');
    await runner.stop();
  });

  it('is voided when the policy says no at the start', async () => {
    const world = toyWorld();
    const run = await proposed();
    const runner = aRunner('w1', world, { recheck: async () => refuse('frozen', 'There is a freeze.', 'Wait.') });
    await runner.look(run);
    expect(await view(run)).toMatchObject({ state: 'cancelled', ending: { sentence: expect.stringContaining('There is a freeze.') } });
    expect(world.effects).toEqual([]);
    await runner.stop();
  });

  it('stops and asks when an effect is refused, and goes on after a retry', async () => {
    const world = refusingOnce();
    const run = await proposed();
    const runner = aRunner('w1', world);
    await runner.look(run);
    expect(await view(run)).toMatchObject({ state: 'halted', halt: { why: 'failed', step: 's3' } });
    await retried(run);
    await runner.look(run);
    expect((await view(run)).state).toBe('succeeded');
    expect(world.effects).toEqual(['toy.stop', 'toy.promote', 'toy.serve']);
    await runner.stop();
  });

  it('tells every worker what was shown to the person who pressed Retry', async () => {
    const world = toyWorld();
    const engine = toyEngine(world);
    const asked: (readonly JsonObject[])[] = [];
    const fails: StepExecutor = {
      probe: async (_act, _link, io) => {
        asked.push(io.retried);
        return io.retried.length === 0
          ? { kind: 'impossible', why: 'It failed.', evidence: { job: 'one' } }
          : { kind: 'done', evidence: {} };
      },
      perform: async () => undefined,
    };
    const engines = new Map([['cockroach-pcr', { ...engine, steps: { ...engine.steps, 'toy.look': fails } }]] as const);
    const run = await proposed();
    const first = aRunner('w1', world, { engines });
    await first.look(run);
    expect(await view(run)).toMatchObject({ state: 'halted', halt: { evidence: { job: 'one' } } });
    await first.stop();
    await retried(run);
    const second = aRunner('w2', world, { engines });
    await second.look(run);
    expect((await view(run)).state).toBe('succeeded');
    expect(asked).toEqual([[], [{ job: 'one' }]]);
    await second.stop();
  });

  it.each([0, 1])('stops and asks when it cannot be known whether an effect happened, which was sent %i times before', async (sent) => {
    const world = toyWorld();
    const engine = toyEngine(world);
    const why = 'Whether it was promoted cannot be told.';
    let isClear = false;
    const unclear = (): boolean => !isClear && (sent === 0 || world.on.has('promote'));
    const blurred: StepExecutor = {
      probe: async (...all) =>
        unclear()
          ? { kind: 'unknown', why, evidence: { status: 'strange' } }
          : ((await engine.steps['toy.promote']?.probe(...all)) ?? { kind: 'todo' }),
      perform: async (...all) => engine.steps['toy.promote']?.perform(...all),
    };
    const engines = new Map([['cockroach-pcr' as const, { ...engine, steps: { ...engine.steps, 'toy.promote': blurred } }]]);
    const told: string[] = [];
    const before = ['toy.stop', ...(sent === 0 ? [] : ['toy.promote'])];
    const run = await proposed();
    const runner = aRunner('w1', world, { engines, onWritten: (entry) => void told.push(entry.kind) });
    await runner.look(run);
    const halt = { why: 'unknown', step: 's3', sentence: why, evidence: { status: 'strange' }, next: expect.stringContaining('Retry') };
    expect(await view(run)).toMatchObject({ state: 'halted', halt });
    expect(told.at(-1)).toBe('halted');
    expect((await kinds(run)).filter((kind) => kind === 'performing')).toHaveLength(1 + sent);
    // It stays so for every worker and every look, until a person has looked.
    await aRunner('w2', world, { engines }).look(run);
    await retried(run);
    await runner.look(run);
    expect(await view(run)).toMatchObject({ state: 'halted', halts: 2, halt });
    expect(world.effects).toEqual(before);
    isClear = true;
    await retried(run);
    await runner.look(run);
    expect((await view(run)).state).toBe('succeeded');
    expect(world.effects).toEqual(['toy.stop', 'toy.promote', 'toy.serve']);
    await runner.stop();
  });

  it('undoes by itself when a step with that bound is late', async () => {
    const world = toyWorld();
    const plan = toyPlan(60);
    const run = await proposed({ plan, planHash: hashPlan(plan) });
    const engine = toyEngine(world, 60);
    const neverStops = { ...engine.steps['toy.stop'], probe: async () => ({ kind: 'underway', fraction: null, note: 'still stopping' }) };
    const slow = { ...engine, steps: { ...engine.steps, 'toy.stop': neverStops as StepExecutor } };
    const runner = aRunner('w1', world, { engines: new Map([['cockroach-pcr', slow]]) });
    await runner.look(run);
    expect(await view(run)).toMatchObject({ state: 'undone', direction: 'undo' });
    expect(world.effects).toEqual([]);
    await runner.stop();
  });

  it('never sends an effect again whose reply was lost, when the probe says that it happened', async () => {
    const world = toyWorld();
    world.interfere = async (moment, kind) => {
      if (moment === 'after' && kind === 'toy.promote') throw new Fault('connection-lost', 'The connection broke.', { effect: 'unknown' });
    };
    const run = await proposed();
    const runner = aRunner('w1', world);
    await runner.look(run);
    expect((await view(run)).state).toBe('succeeded');
    expect(world.effects).toEqual(['toy.stop', 'toy.promote', 'toy.serve']);
    await runner.stop();
  });

  it('that makes data safe goes ahead of one that stands still, which goes on only after it', async () => {
    const world = refusingOnce();
    const first = await proposed();
    const runner = aRunner('w1', world);
    await runner.look(first);
    expect(await view(first)).toMatchObject({ state: 'halted', halts: 1 });
    const plan = { ...toyPlan(), operation: { kind: 'fence' as const, link } };
    const fence = await proposed({ plan, planHash: hashPlan(plan) });
    // Somebody presses Retry while the fence has the link, before it is through.
    const fenceWorld = toyWorld();
    fenceWorld.interfere = async (moment, kind) => {
      if (moment !== 'before' || kind !== 'toy.promote') return;
      await retried(first);
      await runner.look(first);
      expect(await view(first)).toMatchObject({ state: 'running', queue: { behind: fence, place: 1 } });
    };
    const fencing = aRunner('w2', fenceWorld);
    await fencing.look(fence);
    expect((await view(fence)).state).toBe('succeeded');
    expect(await kinds(fence)).toContain('noted');
    expect(world.effects).toEqual(['toy.stop']);
    await runner.look(first);
    expect(await view(first)).toMatchObject({ state: 'succeeded', queue: null });
    expect(world.effects).toEqual(['toy.stop', 'toy.promote', 'toy.serve']);
    expect(await store.journal.line(link)).toEqual([]);
    await Promise.all([runner.stop(), fencing.stop()]);
  });

  it('that makes data safe goes ahead of one that waits for somebody to confirm a step, too', async () => {
    const world = toyWorld();
    const base = toyPlan();
    const [look, stop, ...others] = base.steps;
    if (look === undefined || stop === undefined) throw new TypeError('a toy plan has steps');
    const asks: Step = {
      ...stop,
      id: 'p1',
      kind: 'toy.ask',
      by: 'person',
      cluster: null,
      side: null,
      undo: { kind: 'none', why: 'It is a question.' },
    };
    const asking = { ...base, steps: [look, stop, asks, ...others] };
    const first = await proposed({ plan: asking, planHash: hashPlan(asking) });
    const engines = new Map([['cockroach-pcr' as const, { ...toyEngine(world), plan: () => asking }]]);
    const runner = aRunner('w1', world, { engines });
    await runner.look(first);
    expect(world.effects).toEqual(['toy.stop']);
    const plan = { ...toyPlan(), operation: { kind: 'fence' as const, link } };
    const fence = await proposed({ plan, planHash: hashPlan(plan) });
    const fenceWorld = toyWorld();
    fenceWorld.interfere = async (moment, kind) => {
      if (moment !== 'before' || kind !== 'toy.promote') return;
      const { seq } = await view(first);
      const entry: Entry = { kind: 'confirmed', at: systemClock.now(), step: 'p1', by: ana, means: 'button' };
      await store.journal.append({ run: first, fence: null, expectedSeq: seq, entry, dueInMs: 0 });
      await runner.look(first);
      expect(await view(first)).toMatchObject({ state: 'running', queue: { behind: fence, place: 1 } });
      expect(world.effects).toEqual(['toy.stop']);
    };
    const fencing = aRunner('w2', fenceWorld);
    await fencing.look(fence);
    expect((await view(fence)).state).toBe('succeeded');
    await runner.look(first);
    expect(await view(first)).toMatchObject({ state: 'succeeded', queue: null });
    expect(world.effects).toEqual(['toy.stop', 'toy.promote', 'toy.serve']);
    await Promise.all([runner.stop(), fencing.stop()]);
  });

  it('of any other kind waits behind one that stands still', async () => {
    const world = refusingOnce();
    const [first, second] = [await proposed(), await proposed()];
    const runner = aRunner('w1', world);
    await runner.look(first);
    await runner.look(second);
    expect(await view(second)).toMatchObject({ state: 'queued', queue: { behind: first, place: 1 } });
    await retried(first);
    await runner.look(first);
    await runner.look(second);
    expect((await view(second)).state).toBe('succeeded');
    await runner.stop();
  });

  it('waits in line behind the run that holds the link', async () => {
    const first = await proposed();
    await store.journal.holdLink(link, first);
    const world = toyWorld();
    const second = await proposed();
    const runner = aRunner('w1', world);
    await runner.look(second);
    expect(await view(second)).toMatchObject({ state: 'queued', queue: { behind: first, place: 1 } });
    await store.journal.leaveLink(link, first);
    await runner.look(second);
    expect((await view(second)).state).toBe('succeeded');
    await runner.stop();
  });
});

describe('a worker that dies at any word to the journal', () => {
  const crashes = Array.from({ length: 19 }, (_, index) => index + 1).flatMap((words) =>
    [false, true].map((afterWriting) => ({ words, afterWriting })),
  );
  let deaths = 0;

  it.each(crashes)(
    'word $words (written: $afterWriting): another goes on, and every effect happens once',
    async ({ words, afterWriting }) => {
      const world = toyWorld();
      const run = await proposed();
      const dying = dyingJournal(store.journal, words, afterWriting);
      const first = aRunner('w1', world, { journal: dying.journal });
      await first.look(run);
      if (dying.died()) deaths += 1;
      await raw.zrem(keys.leases, run);
      const second = aRunner('w2', world);
      await second.start();
      await ended(run, 'succeeded');
      await released(run);
      expect(world.effects).toEqual(['toy.stop', 'toy.promote', 'toy.serve']);
      const done = (await store.journal.read(run)).filter(({ entry }) => entry.kind === 'done');
      expect(done.map(({ entry }) => ('step' in entry ? entry.step : ''))).toEqual(['s1', 's2', 's3', 's4']);
      await Promise.all([first.stop(), second.stop()]);
    },
  );

  it.each(crashes.slice(0, 34))(
    'word $words (written: $afterWriting) of a run that is undone: every effect and inverse once',
    async ({ words, afterWriting }) => {
      const world = toyWorld();
      const engines = new Map([['cockroach-pcr', toyEngineBack(world)]] as const);
      const plan = toyPlanBack();
      const run = await proposed({ plan, planHash: hashPlan(plan) });
      const dying = dyingJournal(store.journal, words, afterWriting);
      const first = aRunner('w1', world, { journal: dying.journal, engines });
      await first.look(run);
      await raw.zrem(keys.leases, run);
      const second = aRunner('w2', world, { engines });
      await second.start();
      await ended(run, 'undone');
      await released(run);
      expect(world.effects).toEqual(['toy.stop', 'toy.start']);
      expect(world.on.has('stop')).toBe(false);
      await Promise.all([first.stop(), second.stop()]);
    },
  );

  it('really died in most of these', () => {
    expect(deaths).toBeGreaterThan(30);
  });
});
