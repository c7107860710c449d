import { afterEach, beforeEach } from 'vitest';
import { type Clock, systemClock } from '../../src/domain/clock.ts';
import { asRunId, asUserId } from '../../src/domain/ids.ts';
import { silentLog } from '../../src/domain/log.ts';
import type { Operation } from '../../src/domain/operation.ts';
import { hashPlan } from '../../src/domain/plan.ts';
import type { Entry, EntryKind, RunView } from '../../src/domain/run.ts';
import { fold } from '../../src/runs/fold.ts';
import { createRunner, type Runner, runnerPace } from '../../src/runs/runner.ts';
import { createStore, type Store } from '../../src/store/index.ts';
import { type DyingJournal, dyingJournal } from '../support/dying-journal.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { allowed, proposal } from '../support/runs.ts';
import { until } from '../support/until.ts';
import { planOn } from './drive.ts';
import type { CrrBed } from './tigergraph-crr-bed.ts';

const hopMs = 180_000;
const run = asRunId('r-0000000001');
/** A lease that a busy machine does not lose by itself, and for whose end a test can wait. */
const pace = { ...runnerPace, leaseMs: 2_500, sweepMs: 30, pollMs: 25, probeMs: 20_000, observeMs: 20_000, progressEveryMs: 0, lineMs: 30 };
const quietWakeups = { wake: async () => undefined, listen: async () => undefined, close: async () => undefined };

/** One run of real workers on a clock that leaps, for them and for the clusters alike. */
export interface Play {
  readonly bed: CrrBed;
  /** Leases go by the time that really passes; deadlines and what is recorded go by this one. */
  pass(ms: number): Promise<void>;
  /** `diesBefore`: it is dead before it can write an entry of this kind. */
  worker(name: string, diesBefore?: EntryKind): Promise<DyingJournal>;
  view(): Promise<RunView>;
  entries<K extends EntryKind>(kind: K): Promise<readonly Extract<Entry, { kind: K }>[]>;
  /** Waits until the thread can tell that the present step says this. */
  says(words: RegExp): Promise<void>;
  reaches(state: RunView['state']): Promise<RunView>;
  retry(): Promise<void>;
  /** Restores that were begun, and those that came to their end. */
  restores(): { readonly begun: number; readonly ended: number };
}

let redis: TestRedis;
let store: Store;
let bed: CrrBed | null = null;
const runners: Runner[] = [];

/** Registers what plays need: call it once in a file. */
export function havePlays(): void {
  beforeEach(open);
  afterEach(close);
}

async function open(): Promise<void> {
  redis = await startRedis();
  store = createStore({ url: redis.url, worker: 'hours', clock: systemClock, onProblem: () => {}, callWithinMs: 20_000 });
}

async function close(): Promise<void> {
  await Promise.all(runners.splice(0).map((runner) => runner.stop()));
  await bed?.close();
  bed = null;
  await store.close();
  await redis.stop();
}

/** Proposes a run of the operation; the bed is closed after the test. */
export async function playOn(on: CrrBed, operation: Operation): Promise<Play> {
  bed = on;
  let leapt = 0;
  const clock: Clock = { ...systemClock, now: () => systemClock.now() + leapt };
  const plan = await planOn(on, operation);
  await store.journal.create(run, on.link.id, proposal(plan, { run, planHash: hashPlan(plan), verdict: allowed, at: clock.now() }));
  const view = async () => fold(await store.journal.read(run));
  const entries: Play['entries'] = async (kind) =>
    // The filter has just told that it is of this kind.
    (await store.journal.read(run)).flatMap(({ entry }) => (entry.kind === kind ? [entry as Extract<Entry, { kind: typeof kind }>] : []));
  return {
    bed: on,
    view,
    entries,
    pass: async (ms) => {
      // In many leaps, so that what ends in the middle of one ends late by no more than its length.
      for (let left = ms; left > 0; left -= hopMs) {
        const hop = Math.min(left, hopMs);
        leapt += hop;
        on.world.control().advance(hop);
        await systemClock.sleep(0);
      }
    },
    worker: async (name, diesBefore) => {
      const dying = dyingJournal(store.journal, Number.MAX_SAFE_INTEGER, false);
      const runner = createRunner({
        worker: name,
        journal: {
          ...dying.journal,
          append: (request) => {
            if (request.entry.kind === diesBefore) dying.kill();
            return dying.journal.append(request);
          },
        },
        wakeups: quietWakeups,
        engines: new Map([[on.link.engine, on.engine()]]),
        links: new Map([[on.link.id, on.link]]),
        clock,
        log: silentLog,
        pace,
        recheck: async () => null,
        secure: async () => null,
        onWritten: () => {},
        history: async () => [],
      });
      runners.push(runner);
      await runner.start();
      return dying;
    },
    says: (words) => until(async () => (await entries('progress')).some(({ note }) => words.test(note)), `somebody says ${words}`),
    reaches: async (state) => {
      await until(async () => (await view()).state === state, `the run is ${state}`);
      return view();
    },
    retry: async () => {
      const entry: Entry = { kind: 'retried', at: clock.now(), by: asUserId('U0ANA') };
      await store.journal.append({ run, fence: null, expectedSeq: (await view()).seq, entry, dueInMs: 0 });
    },
    restores: () => {
      const kinds = on.world.effects().map(({ kind }) => kind);
      const count = (kind: string) => kinds.filter((one) => one === kind).length;
      return { begun: count('restore-stops'), ended: count('restore') };
    },
  };
}
