import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/domain/clock.ts';
import { Fault, isFault } from '../../src/domain/faults.ts';
import type { LinkId } from '../../src/domain/ids.ts';
import type { Link } from '../../src/domain/link.ts';
import { type LogFields, silentLog } from '../../src/domain/log.ts';
import type { Engine, EngineIo } from '../../src/engines/engine.ts';
import { keys } from '../../src/store/keys.ts';
import { createWatchStore } from '../../src/store/watch-store.ts';
import { createWatch } from '../../src/watch/watch.ts';
import { createWatcher, type Watcher, type WatcherDeps } from '../../src/watch/watcher.ts';
import { aLink, aProcess, type Process, until } from '../store/support.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { anObservation } from '../support/runs.ts';
import { toyEngine, toyWorld } from '../support/toy-engine.ts';

let server: TestRedis;
const opened: Process[] = [];
const started: Watcher[] = [];
beforeAll(async () => {
  server = await startRedis();
});
beforeEach(async () => {
  await aBot('wiper').raw.flushall();
});
afterEach(async () => {
  await Promise.all(started.splice(0).map((one) => one.stop()));
  for (const one of opened.splice(0)) one.close();
});
afterAll(() => server.stop());

function aBot(worker: string): Process {
  const one = aProcess(server.url, worker);
  opened.push(one);
  return one;
}

const linkOf = (id: LinkId): Link => ({
  id,
  engine: 'cockroach-pcr',
  environment: 'production',
  description: '',
  incidentChannels: [],
  redirect: { kind: 'manual', instructions: 'Nothing.' },
  settings: {},
});

/** Every look that any bot began, and how each link answers. */
interface Scene {
  readonly links: ReadonlyMap<LinkId, Link>;
  readonly looks: { readonly worker: string; readonly link: LinkId; readonly at: number }[];
  readonly outcomes: string[];
  answer: (link: LinkId, io: EngineIo) => ReturnType<Engine['observe']>;
}

const aScene = (count: number): Scene => {
  const ids = Array.from({ length: count }, aLink);
  return {
    links: new Map(ids.map((id) => [id, linkOf(id)])),
    looks: [],
    outcomes: [],
    answer: async (link) => anObservation({ link, observedAt: systemClock.now(), trail: { seen: 'it' } }),
  };
};

const pace = { everyMs: 200, pollMs: 10, leaseMs: 300, lookMs: 5_000, most: 50 };

function depsOf(worker: string, scene: Scene, more: Partial<WatcherDeps> = {}): WatcherDeps {
  const process = aBot(worker);
  const engine: Engine = {
    ...toyEngine(toyWorld()),
    observe: (link, io) => {
      scene.looks.push({ worker, link: link.id, at: performance.now() });
      return scene.answer(link.id, io);
    },
  };
  return {
    links: scene.links,
    engines: new Map([[engine.id, engine]]),
    store: createWatchStore({ redis: process.redis, newCallName: process.newCallName }),
    io: () => ({
      ...{ clock: systemClock, signal: new AbortController().signal, timeoutMs: 1_000, tag: 'replops/read', earlier: [], retried: [] },
      history: async () => [],
    }),
    isMoving: async () => false,
    clock: systemClock,
    log: silentLog,
    worker,
    pace,
    onLook: (link, outcome) => void scene.outcomes.push(`${link.id} ${outcome}`),
    ...more,
  };
}

function aWatcher(worker: string, scene: Scene, more: Partial<WatcherDeps> = {}): Watcher {
  const watcher = createWatcher(depsOf(worker, scene, more));
  started.push(watcher);
  watcher.start();
  return watcher;
}

const of = (scene: Scene, link: LinkId | undefined): number => scene.looks.filter((look) => look.link === link).length;

describe('the watch', () => {
  it('looks at every link once a while, by one of two bots', async () => {
    const scene = aScene(4);
    aWatcher('w1', scene);
    aWatcher('w2', scene);
    await until(() => [...scene.links.keys()].every((link) => of(scene, link) >= 4));
    for (const link of scene.links.keys()) {
      const times = scene.looks.filter((look) => look.link === link).map(({ at }) => at);
      // A tick of Redis' clock and of ours may differ by a millisecond or two.
      for (const [n, at] of times.slice(1).entries()) expect(at - (times[n] ?? 0)).toBeGreaterThan(pace.everyMs * 0.8);
    }
  });

  it('goes on by another bot when one dies in the middle of a look', async () => {
    const scene = aScene(2);
    const [first] = [...scene.links.keys()];
    scene.answer = () => new Promise(() => undefined);
    const dying = depsOf('dying', scene);
    // What a killed process no longer does: it never renews, and never says a word.
    const silent: Watcher = createWatcher({ ...dying, store: { ...dying.store, renew: async () => false, leave: async () => undefined } });
    started.push(silent);
    silent.start();
    await until(() => scene.looks.length === 2);
    void silent.stop();
    // How long Redis keeps its links from others; how fast a busy machine lets the heir run is no part of the bound.
    const { raw } = aBot('raw');
    const [seconds, micros] = await raw.time();
    const endsAt = Number(await raw.zscore(keys.watchDue, first ?? ''));
    expect(endsAt - (Number(seconds) * 1_000 + Number(micros) / 1_000)).toBeLessThanOrEqual(pace.leaseMs);
    scene.answer = async (link) => anObservation({ link });
    aWatcher('heir', scene);
    await until(() => scene.looks.some(({ worker, link }) => worker === 'heir' && link === first));
  });

  it('gives links back at once when it is stopped in the middle of a look', async () => {
    const scene = aScene(1);
    scene.answer = () => new Promise(() => undefined);
    const long = { ...pace, everyMs: 600_000, leaseMs: 600_000 };
    const leaving = aWatcher('leaving', scene, { pace: long });
    await until(() => scene.looks.length === 1);
    await leaving.stop();
    aWatcher('heir', scene, { pace: long });
    await until(() => scene.looks.some(({ worker }) => worker === 'heir'));
  });

  it('is not held up by a link that hangs or fails, and counts what came to nothing', async () => {
    const scene = aScene(3);
    const [hanging, failing, fine] = [...scene.links.keys()];
    scene.answer = async (link) => {
      if (link === hanging) return new Promise(() => undefined);
      if (link === failing) throw new Fault('connect-failed', 'No way.', { effect: 'not-applied' });
      return anObservation({ link });
    };
    const told: unknown[] = [];
    const log = { ...silentLog, warn: ({ event, cause }: LogFields) => void (event === 'watch.look-failed' && told.push(cause)) };
    const watcher = aWatcher('w1', scene, { log, pace: { ...pace, lookMs: 250 } });
    await until(() => of(scene, fine) >= 5 && of(scene, failing) >= 3 && of(scene, hanging) >= 3);
    await until(() => scene.outcomes.filter((one) => one === `${hanging} failed`).length >= 2);
    expect(scene.outcomes).toContain(`${failing} failed`);
    expect(scene.outcomes.filter((one) => one.startsWith(`${fine} `)).every((one) => one === `${fine} seen`)).toBe(true);
    const late = `The look at ${hanging} was given up, since cockroach-pcr had not ended it after 0.25 s. Nothing was changed, and ${hanging} is looked at again.`;
    expect([...new Set(told.map((cause) => (isFault(cause) ? `${cause.code}: ${cause.message}` : cause)))].sort()).toEqual([
      'connect-failed: No way.',
      `deadline-passed: ${late}`,
    ]);
    const round = watcher.lastRoundAt();
    await until(() => watcher.lastRoundAt() > round);
  });

  it('keeps a link while a look takes longer than its lease', async () => {
    const scene = aScene(1);
    const answers: (() => void)[] = [];
    scene.answer = (link) => new Promise((resolve) => answers.push(() => resolve(anObservation({ link, observedAt: 77 }))));
    // A lease that outlasts every pause of the machine, renewed every 200 ms as if minutes had passed.
    const hurried = { ...systemClock, sleep: (ms: number, signal?: AbortSignal) => systemClock.sleep(ms / 1_000, signal) };
    const lease = 600_000;
    aWatcher('slow', scene, { clock: hurried, pace: { ...pace, pollMs: 10_000, leaseMs: lease, lookMs: 1_000 * lease } });
    await until(() => scene.looks.length === 1);
    aWatcher('other', scene);
    const [link] = [...scene.links.keys()];
    if (link === undefined) throw new TypeError('a scene has a link');
    const { raw } = aBot('raw');
    const firstEnd = Number(await raw.zscore(keys.watchDue, link));
    await until(async () => Number(await raw.zscore(keys.watchDue, link)) > firstEnd + 3 * pace.leaseMs);
    expect(scene.looks).toHaveLength(1);
    answers[0]?.();
    await until(() => scene.outcomes.length > 0);
  });

  it('remembers what it saw, for bots that come later', async () => {
    const scene = aScene(1);
    aWatcher('w1', scene);
    await until(() => scene.outcomes.length >= 3);
    const [link] = [...scene.links.keys()];
    if (link === undefined) throw new TypeError('a scene has a link');
    const { store } = depsOf('later', scene);
    const history = await store.history(link);
    expect(history.length).toBeGreaterThanOrEqual(3);
    expect(history.at(-1)).toMatchObject({ health: 'healthy', trail: { seen: 'it' } });
    expect((await store.glances([link]))[0]).toMatchObject({ worker: 'w1', lagMs: 4_000 });
  });

  it('tells nothing of what a run brings about, and asks before and after the look whether one runs', async () => {
    const scene = aScene(1);
    const [link] = [...scene.links.keys()];
    if (link === undefined) throw new TypeError('a scene has a link');
    scene.answer = async () => anObservation({ link, observedAt: systemClock.now(), health: 'broken' });
    let asked = 0;
    let running = true;
    const deps = depsOf('w1', scene, {
      isMoving: async () => {
        asked += 1;
        // It runs at the first of the two questions only.
        return running && asked % 2 === 1;
      },
    });
    const watcher = createWatcher(deps);
    started.push(watcher);
    watcher.start();
    await until(() => scene.outcomes.length >= 4);
    expect(await deps.store.book(link)).toMatchObject({ alerts: [], suspected: [] });
    running = false;
    await until(async () => (await deps.store.book(link)).alerts.length === 1);
  });
});

describe('the canary of the watch', () => {
  const examined = (scene: Scene, more: Partial<WatcherDeps>) => createWatch({ ...depsOf('w1', scene), ...more });
  const later = (ms: number) => ({ ...systemClock, now: () => systemClock.now() + ms });

  it('is content with a bot that has just begun, and says when a bot no longer asks', async () => {
    let shift = 0;
    const clock = { ...systemClock, monotonic: () => systemClock.monotonic() + shift };
    const watch = examined(aScene(1), { clock, pace: { ...pace, everyMs: 30_000 } });
    expect(await watch.examine()).toMatchObject([{ outcome: 'passed', seen: 'Every link is looked at every 30 s.' }]);
    shift = 60_000;
    expect(await watch.examine()).toMatchObject([
      { outcome: 'failed', seen: 'This bot last asked which links are to be looked at 60 s ago.' },
    ]);
  });

  it('names links that no bot could look at for too long', async () => {
    const scene = aScene(7);
    const begun = systemClock.monotonic() - 14_000;
    const slow = { ...pace, everyMs: 1_000, lookMs: 1_000, leaseMs: 1_000 };
    let calls = 0;
    const clock = { ...systemClock, monotonic: () => (calls++ < 2 ? begun : systemClock.monotonic()) };
    const watch = examined(scene, { clock, pace: slow });
    const [finding] = await watch.examine();
    expect(finding?.outcome).toBe('failed');
    expect(finding?.seen).toMatch(/^No bot could look at link-\d+, link-\d+, link-\d+, link-\d+, link-\d+ and 2 more for more than 4 s/);
  });

  it('has the newest look at each link with its age', async () => {
    const scene = aScene(2);
    aWatcher('w1', scene);
    await until(() => scene.outcomes.length >= 2);
    const numbers = await examined(scene, { clock: later(10_000) }).numbers();
    expect(numbers.map(({ link }) => link)).toEqual([...scene.links.keys()]);
    for (const { ageMs, worker } of numbers) expect([worker, ageMs >= 9_000]).toEqual(['w1', true]);
  });
});
