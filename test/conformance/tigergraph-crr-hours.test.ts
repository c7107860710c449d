import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Clock, systemClock } from '../../src/domain/clock.ts';
import { asRunId, asUserId } from '../../src/domain/ids.ts';
import { silentLog } from '../../src/domain/log.ts';
import { hashPlan } from '../../src/domain/plan.ts';
import type { Entry, EntryKind, RunView } from '../../src/domain/run.ts';
import { fold } from '../../src/runs/fold.ts';
import { createRunner, type Runner, runnerPace } from '../../src/runs/runner.ts';
import { tinyPace } from '../../src/sim/tigergraph/pace.ts';
import { createStore, type Store } from '../../src/store/index.ts';
import { type DyingJournal, dyingJournal } from '../support/dying-journal.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { allowed, proposal } from '../support/runs.ts';
import { until } from '../support/until.ts';
import { planOn } from './drive.ts';
import { type CrrBed, crrLinkId, openCrr } from './tigergraph-crr-bed.ts';

const hour = 3_600_000;
const hopMs = 180_000;
const run = asRunId('r-0000000001');
const pace = { ...runnerPace, leaseMs: 400, sweepMs: 30, pollMs: 25, probeMs: 3_000, observeMs: 3_000, progressEveryMs: 0, lineMs: 30 };
const quietWakeups = { wake: async () => undefined, listen: async () => undefined, close: async () => undefined };

/** One rebuild whose restore takes hours on a clock that leaps, for the bot and for the clusters alike. */
interface Play {
  readonly bed: CrrBed;
  /** Leases go by the time that really passes; deadlines and what is recorded go by this one. */
  pass(ms: number): Promise<void>;
  worker(name: string): Promise<DyingJournal>;
  view(): Promise<RunView>;
  entries<K extends EntryKind>(kind: K): Promise<readonly Extract<Entry, { kind: K }>[]>;
  /** Waits until the thread can tell that the restore says this. */
  says(words: RegExp): Promise<void>;
  reaches(state: RunView['state']): Promise<RunView>;
  retry(): Promise<void>;
  /** Restores that were begun, and those that came to their end. */
  restores(): { readonly begun: number; readonly ended: number };
}

let redis: TestRedis;
let store: Store;
let bed: CrrBed;
const runners: Runner[] = [];

beforeEach(async () => {
  redis = await startRedis();
  store = createStore({ url: redis.url, worker: 'hours', clock: systemClock, onProblem: () => {} });
});
afterEach(async () => {
  await Promise.all(runners.splice(0).map((runner) => runner.stop()));
  await bed.close();
  await store.close();
  await redis.stop();
});

async function rebuildOf(restoreMs: number): Promise<Play> {
  bed = await openCrr({ version: '4.1.4', start: 'outdated', pace: { ...tinyPace, restoreMs } });
  let leapt = 0;
  const clock: Clock = { ...systemClock, now: () => systemClock.now() + leapt };
  const plan = await planOn(bed, { kind: 'rebuild', link: crrLinkId });
  await store.journal.create(run, crrLinkId, proposal(plan, { run, planHash: hashPlan(plan), verdict: allowed, at: clock.now() }));
  const view = async () => fold(await store.journal.read(run));
  const entries: Play['entries'] = async (kind) =>
    // The filter has just told that it is of this kind.
    (await store.journal.read(run)).flatMap(({ entry }) => (entry.kind === kind ? [entry as Extract<Entry, { kind: typeof kind }>] : []));
  return {
    bed,
    view,
    entries,
    pass: async (ms) => {
      // In many leaps, so that what ends in the middle of one ends late by no more than its length.
      for (let left = ms; left > 0; left -= hopMs) {
        const hop = Math.min(left, hopMs);
        leapt += hop;
        bed.world.control().advance(hop);
        await systemClock.sleep(0);
      }
    },
    worker: async (name) => {
      const dying = dyingJournal(store.journal, Number.MAX_SAFE_INTEGER, false);
      const runner = createRunner({
        worker: name,
        journal: dying.journal,
        wakeups: quietWakeups,
        engines: new Map([[bed.link.engine, bed.engine()]]),
        links: new Map([[bed.link.id, bed.link]]),
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
      const kinds = bed.world.effects().map(({ kind }) => kind);
      const count = (kind: string) => kinds.filter((one) => one === kind).length;
      return { begun: count('restore-stops'), ended: count('restore') };
    },
  };
}

describe('a restore that takes hours', { timeout: 180_000 }, () => {
  it('is watched on by another worker when the first one dies in hour two, and is begun once', async () => {
    const play = await rebuildOf(3 * hour);
    const first = await play.worker('first');
    await play.says(/^tiger-west-m1 is at it: Stopping GPE/);
    await play.pass(1.2 * hour);
    await until(async () => (await play.view()).state === 'running' && play.bed.world.side('standby').busy !== null, 'it goes on');
    first.kill();
    expect(play.bed.world.side('primary').writable).toBe(true);

    await play.worker('second');
    await until(async () => (await play.entries('taken-over')).length === 1, 'the second worker takes over');
    await play.pass(0.6 * hour);
    await play.says(/is at it: Extracting/);
    expect(play.restores()).toEqual({ begun: 1, ended: 0 });
    await play.pass(1.3 * hour);
    const { report } = await play.reaches('succeeded');
    expect(play.restores()).toEqual({ begun: 1, ended: 1 });
    expect(report?.facts.find(({ label }) => /^Replace everything/.test(label))?.value).toBe('3.1 h');
    expect(play.bed.wasSplit()).toBe(false);
  });

  it('goes on through an hour in which its node cannot be reached', async () => {
    const play = await rebuildOf(3 * hour);
    await play.worker('only');
    await play.says(/Stopping GPE/);
    await play.pass(1.2 * hour);
    await play.bed.world.faults.nodeDown('standby', 'm1', 'unreachable');
    await play.pass(hour);
    const { seq } = await play.view();
    await play.bed.world.faults.nodeUp('standby', 'm1');
    await play.says(/Extracting/);
    expect((await play.view()).seq).toBeGreaterThan(seq);
    await play.pass(hour);
    await play.reaches('succeeded');
    expect(play.restores()).toEqual({ begun: 1, ended: 1 });
  });

  it('has come to its end while nobody looked', async () => {
    const play = await rebuildOf(3 * hour);
    const first = await play.worker('first');
    await play.says(/Stopping GPE/);
    first.kill();
    await play.pass(3.2 * hour);
    await until(() => play.restores().ended === 1, 'the restore ends');
    await play.worker('second');
    await play.reaches('succeeded');
    expect(play.restores()).toEqual({ begun: 1, ended: 1 });
  });

  it('stops and asks when its host goes down with it in hour two, and is repeated only once a person has cleared it', async () => {
    const play = await rebuildOf(3 * hour);
    await play.worker('only');
    await play.says(/Stopping GPE/);
    await play.pass(2 * hour);
    await play.says(/Extracting/);
    await play.bed.world.faults.nodeDown('standby', 'm1');
    await play.bed.world.faults.nodeUp('standby', 'm1');
    const { halt } = await play.reaches('halted');
    expect(halt).toMatchObject({ why: 'unknown' });
    expect(halt?.sentence).toMatch(
      /neither runs nor said how it ended.*It is not repeated by itself.*remove .* on .*m1 and press Retry\.$/,
    );
    expect(play.restores()).toEqual({ begun: 1, ended: 0 });

    await play.retry();
    await until(async () => (await play.entries('halted')).length === 2, 'it asks again');
    expect(play.restores()).toEqual({ begun: 1, ended: 0 });

    const { exitCode } = await play.bed.world.host('standby', 'm1').run('rm -rf "$HOME/.replops/jobs"');
    expect(exitCode).toBe(0);
    await play.retry();
    await until(() => play.restores().begun === 2, 'it is begun again');
    await play.pass(3.2 * hour);
    await play.reaches('succeeded');
    expect(play.restores()).toEqual({ begun: 2, ended: 1 });
  });

  it('is late after its budget, is left alone, and is watched on by Retry', async () => {
    const play = await rebuildOf(30 * hour);
    await play.worker('only');
    await play.says(/Stopping GPE/);
    await play.pass(16 * hour);
    await play.says(/Extracting/);
    await play.pass(8.1 * hour);
    const { halt } = await play.reaches('halted');
    expect(halt?.why).toBe('late');
    expect(halt?.sentence).toMatch(/is not proven after 86400 s\. Last seen: .*is at it/);
    await play.retry();
    await play.reaches('running');
    await play.pass(7 * hour);
    await play.reaches('succeeded');
    expect(play.restores()).toEqual({ begun: 1, ended: 1 });
  });
});
