import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/domain/clock.ts';
import { Fault } from '../../src/domain/faults.ts';
import { asRunId, type RunId } from '../../src/domain/ids.ts';
import type { Link } from '../../src/domain/link.ts';
import { silentLog } from '../../src/domain/log.ts';
import type { RunView } from '../../src/domain/run.ts';
import type { Engine, StepExecutor } from '../../src/engines/engine.ts';
import { fold } from '../../src/runs/fold.ts';
import { createRunner, type Runner, runnerPace } from '../../src/runs/runner.ts';
import { createStore, type Store } from '../../src/store/index.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { allowed, link, proposal } from '../support/runs.ts';
import { type ToyWorld, toyEngine, toyPlan, toyWorld } from '../support/toy-engine.ts';
import { until } from '../support/until.ts';

const theLink: Link = {
  id: link,
  engine: 'cockroach-pcr',
  environment: 'production',
  description: '',
  incidentChannels: [],
  redirect: { kind: 'manual', instructions: 'Point the applications there.' },
  settings: {},
};

let redis: TestRedis;
let store: Store;
let number = 0;

beforeAll(async () => {
  redis = await startRedis();
  store = createStore({ url: redis.url, worker: 'test', clock: systemClock, onProblem: () => {}, callWithinMs: 20_000 });
});
afterAll(async () => {
  await store.close();
  await redis.stop();
});

function aRunner(worker: string, engine: Engine): Runner {
  return createRunner({
    worker,
    journal: store.journal,
    wakeups: { wake: async () => undefined, listen: async () => undefined, close: async () => undefined },
    engines: new Map([['cockroach-pcr', engine]]),
    links: new Map([[link, theLink]]),
    clock: systemClock,
    log: silentLog,
    pace: { ...runnerPace, leaseMs: 60_000, sweepMs: 40, pollMs: 20, progressEveryMs: 0, lineMs: 40 },
    recheck: async () => null,
    secure: async () => null,
    onWritten: () => {},
    history: async () => [],
  });
}

async function proposed(): Promise<RunId> {
  number += 1;
  const run = asRunId(`r-${String(number).padStart(10, '0')}`);
  await store.journal.create(run, link, proposal(toyPlan(), { run, verdict: allowed, at: Date.now() }));
  return run;
}

const view = async (run: RunId): Promise<RunView> => fold(await store.journal.read(run));

describe('an act that no read shows, in a run', () => {
  /** Two switches are as in the toy world; the promotion can be sent and never be seen. */
  function blind(world: ToyWorld): Engine {
    const engine = toyEngine(world);
    const promote = engine.steps['toy.promote'];
    if (promote === undefined) throw new TypeError('the toy engine promotes');
    const unseen: StepExecutor = { ...promote, probe: async () => ({ kind: 'todo' }), repeatable: true };
    return { ...engine, steps: { ...engine.steps, 'toy.promote': unseen } };
  }
  const promotions = (world: ToyWorld): number => world.effects.filter((kind) => kind === 'toy.promote').length;

  it('takes the answered call as the proof, and sends it once', async () => {
    const world = toyWorld();
    const run = await proposed();
    const runner = aRunner('w1', blind(world));
    await runner.look(run);
    const { state, steps } = await view(run);
    expect(state).toBe('succeeded');
    expect(promotions(world)).toBe(1);
    expect(steps.find(({ id }) => id === 's3')?.evidence).toMatchObject({ why: expect.stringContaining('does not show it') });
    await runner.stop();
  });

  it('sends it again when the answer was lost, and believes only an answer', async () => {
    const world = toyWorld();
    let lost = 0;
    world.interfere = async (moment, kind) => {
      if (moment !== 'after' || kind !== 'toy.promote' || lost === 2) return;
      lost += 1;
      throw new Fault('connection-lost', 'The connection broke.', { effect: 'unknown' });
    };
    const run = await proposed();
    const runner = aRunner('w1', blind(world));
    await runner.look(run);
    expect((await view(run)).state).toBe('succeeded');
    expect(promotions(world)).toBe(3);
    await runner.stop();
  });

  it('takes down what the call was answered: it stands in the evidence of its step where the look that ends it does not tell it, and nowhere else', async () => {
    const world = toyWorld();
    const engine = toyEngine(world);
    const promote = engine.steps['toy.promote'];
    if (promote === undefined) throw new TypeError('the toy engine promotes');
    const telling: StepExecutor = {
      ...promote,
      perform: async (act, on, io) => {
        await promote.perform(act, on, io);
        io.told?.({ seen: 'answered', 'failover time': 'then' });
      },
    };
    const run = await proposed();
    const runner = aRunner('w1', { ...engine, steps: { ...engine.steps, 'toy.promote': telling } });
    await runner.look(run);
    const { state, steps } = await view(run);
    expect(state).toBe('succeeded');
    expect(steps.find(({ id }) => id === 's3')?.evidence).toEqual({ seen: 'promote', 'failover time': 'then' });
    expect(steps.find(({ id }) => id === 's4')?.evidence).toEqual({ seen: 'serve' });
    await runner.stop();
  });

  it('does not believe a call that was surely not applied', async () => {
    const world = toyWorld();
    world.interfere = async (moment, kind) => {
      if (moment === 'before' && kind === 'toy.promote') throw new Fault('statement-refused', 'No.', { effect: 'not-applied' });
    };
    const run = await proposed();
    const runner = aRunner('w1', blind(world));
    const turn = runner.look(run);
    await until(async () => (await view(run)).state === 'halted', `run ${run} is halted`);
    await turn;
    expect(promotions(world)).toBe(0);
    await runner.stop();
  });
});
