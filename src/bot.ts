import { type AppDeps, patientIo } from './app/deps.ts';
import { examineLinks, examinePolicy, examineWorker } from './app/examining.ts';
import { recheck } from './app/judging.ts';
import { createRedirects } from './app/redirected.ts';
import { createApp } from './app.ts';
import type { Config } from './config/config.ts';
import type { Clock } from './domain/clock.ts';
import type { LinkId, RunId } from './domain/ids.ts';
import type { EngineId, Link } from './domain/link.ts';
import type { Log } from './domain/log.ts';
import type { Sample } from './domain/observation.ts';
import { isRefusal } from './domain/refusal.ts';
import type { Engine } from './engines/engine.ts';
import { incidentNotices } from './incidents/notices.ts';
import type { Registry } from './intents/command.ts';
import { createPolicy } from './policy/service.ts';
import { fold } from './runs/fold.ts';
import { createRunner, type Runner, type RunnerPace, runnerPace } from './runs/runner.ts';
import { createSlackEdge, type SlackEdge, type SlackEdgeDeps } from './slack/edge.ts';
import { createHerald } from './slack/herald.ts';
import { createReporter, type ReporterSettings } from './slack/reporter.ts';
import { createStore, type Store } from './store/index.ts';
import { type HealthDeps, type Readiness, startHealthServer } from './telemetry/health-server.ts';
import { createMetrics } from './telemetry/metrics.ts';
import { isMoving } from './watch/is-moving.ts';
import { createWatch } from './watch/watch.ts';
import { type WatchPace, watchPace } from './watch/watcher.ts';

export interface BotOptions {
  readonly config: Config;
  /** Links with their settings as the engines parsed them. */
  readonly links: readonly Link[];
  readonly engines: readonly Engine[];
  readonly registry: Registry;
  /** Name of this process in leases, logs and threads; unique among running bots. */
  readonly worker: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly pace?: Partial<RunnerPace>;
  readonly reporter?: Partial<ReporterSettings>;
  /** Before what the config says. */
  readonly watch?: Partial<WatchPace>;
  /** Times of the Socket Mode connections; tests shorten them. */
  readonly sockets?: NonNullable<SlackEdgeDeps['sockets']>;
  /** Longest time for one call of Redis, ms; 2,000 when left out, since Slack waits no longer. */
  readonly redisWithinMs?: number;
}

/** One bot process: everything wired, nothing started. */
export interface Bot {
  /** Throws Fault when Redis or Slack can't be reached at all. */
  start(): Promise<void>;
  /** Stops in reverse order: no new deliveries, present turns end, last messages go out. */
  stop(): Promise<void>;
  readonly runner: Runner;
  /** Port of /healthz, /readyz and /metrics; null before the start. */
  healthPort(): number | null;
}

/** A worker that has not looked for due runs for so long has gone silent, ms. */
const silentAfterMs = 15_000;

export function createBot(options: BotOptions): Bot {
  const { config, clock, log, worker } = options;
  const links = new Map(options.links.map((link) => [link.id, link]));
  const engines = new Map<EngineId, Engine>(options.engines.map((engine) => [engine.id, engine]));
  const pace: RunnerPace = { ...runnerPace, ...options.pace };
  const { observeMs } = pace;
  const metrics = createMetrics();
  const store = createStore({
    url: config.redis.url,
    worker,
    clock,
    callWithinMs: options.redisWithinMs,
    onProblem: ({ event, sentence, facts, cause }) => log.warn({ event, ...facts, ...(cause === undefined ? {} : { cause }) }, sentence),
  });
  const policy = createPolicy({ store: store.policies, clock });
  const nudge = (run: RunId): void => {
    reporter.nudge(run);
    void store.wakeups.wake(run, 0);
  };
  /** The past is of use, never needed: without it a look says less, and works. */
  const history = (link: LinkId): Promise<readonly Sample[]> =>
    store.watch.history(link).catch((cause: unknown) => {
      log.warn({ event: 'watch.history-unread', link, cause }, 'Earlier looks at a link could not be read.');
      return [];
    });
  const redirected = createRedirects(store.journal);
  const deps: AppDeps = {
    links,
    engines,
    registry: options.registry,
    policy,
    people: { person: (id) => edge.people.person(id), byName: (name) => edge.people.byName(name) },
    journal: store.journal,
    clock,
    log,
    observeMs,
    history,
    redirected,
    makerOf: store.alerts.makerOf,
    examinations: [
      () => store.check(),
      () => edge.examine(),
      () => examinePolicy({ policy }),
      () => examineLinks({ links, engines, policy, clock, observeMs, history }),
      () => examineWorker(() => runner.lastSweepAt(), clock, silentAfterMs),
      () => watch.examine(),
    ],
    nudge,
  };
  const app = createApp(deps);
  const edge: SlackEdge = createSlackEdge({
    config: config.slack,
    groups: Object.entries(config.groups).map(([name, { usergroup, people }]) => ({ name, usergroup, fixed: people })),
    incidentChannels: [...new Set(options.links.flatMap((link) => link.incidentChannels))],
    app: () => app,
    inbox: store.inbox,
    clock,
    log,
    recordWithinMs: options.redisWithinMs,
    ...(options.sockets === undefined ? {} : { sockets: options.sockets }),
  });
  const runner = createRunner({
    worker,
    journal: store.journal,
    wakeups: store.wakeups,
    engines,
    links,
    clock,
    log,
    pace,
    history,
    recheck: (run) => recheck(deps, run),
    redirected,
    secure: async () => {
      const { kind } = await store.waitReplicas(1_000);
      return kind === 'short' ? 'the replicas of Redis do not have the journal of this run yet.' : null;
    },
    onWritten: (entry, run) => {
      log.info({ event: `entry.${entry.kind}`, run: run.id, link: run.plan.link, seq: run.seq, state: run.state }, 'An entry was written.');
      metrics.entryWritten(entry, run);
      reporter.nudge(run.id);
    },
  });
  const reporter = createReporter({
    journal: store.journal,
    reports: store.reports,
    calls: edge.calls,
    fold,
    links: (id) => links.get(id) ?? null,
    incidents: incidentNotices,
    clock,
    log,
    worker,
    ...(options.reporter === undefined ? {} : { settings: options.reporter }),
  });
  const herald = createHerald({
    ...{ desk: store.alerts, calls: edge.calls, clock, log, worker },
    links: (id) => links.get(id) ?? null,
    ...(options.reporter === undefined ? {} : { settings: options.reporter }),
  });
  const watch = createWatch({
    ...{ links, engines, clock, log, worker, store: store.watch },
    pace: { ...watchPace, ...config.watch, ...options.watch },
    io: (engine, link) => patientIo(deps, engine, link),
    isMoving: (link) => isMoving(store.journal, fold, link),
    onLook: (link, outcome) => metrics.looked(link.id, outcome),
  });
  metrics.links(watch.numbers);
  metrics.lastSweepAge(() => clock.monotonic() - runner.lastSweepAt());

  const { live, ready } = readinessOf({ store, edge, runner, clock });
  let health: Awaited<ReturnType<typeof startHealthServer>> | null = null;

  return {
    runner,
    healthPort: () => health?.port ?? null,
    start: async () => {
      await seedPolicy(config, policy, log);
      await warnOfUnfitRedis(store, log);
      health = await startHealthServer({ ...config.health, metrics, live, ready });
      reporter.start();
      herald.start();
      await runner.start();
      watch.start();
      await edge.start();
      log.info({ event: 'bot.ready', links: links.size, health: health.port }, 'The bot is ready.');
    },
    stop: async () => {
      await edge.stop();
      await Promise.all([runner.stop(), watch.stop()]);
      await Promise.all([reporter.stop(), herald.stop()]);
      await store.close();
      await health?.close();
      log.info({ event: 'bot.stopped' }, 'The bot has stopped.');
    },
  };
}

interface ReadinessDeps {
  readonly store: Store;
  readonly edge: SlackEdge;
  readonly runner: Runner;
  readonly clock: Clock;
}

/** Whether this process moves at all, and whether it can do its work. */
function readinessOf({ store, edge, runner, clock }: ReadinessDeps): Pick<HealthDeps, 'live' | 'ready'> {
  const live = (): Readiness => {
    const silent = clock.monotonic() - runner.lastSweepAt() > silentAfterMs;
    return { ready: !silent, problems: silent ? ['This worker has not looked for due runs for a while.'] : [] };
  };
  const ready = async (): Promise<Readiness> => {
    const redis = await store.ping().then(
      () => [],
      () => ['Redis does not answer.'],
    );
    const slack = edge.health();
    const problems = [...live().problems, ...redis, ...(slack.healthy ? [] : [slack.sentence])];
    return { ready: problems.length === 0, problems };
  };
  return { live, ready };
}

/** A Redis that may forget runs is said at every start, not only to who asks the doctor. */
async function warnOfUnfitRedis(store: Store, log: Log): Promise<void> {
  for (const { name, outcome, seen, next } of await store.check()) {
    if (outcome !== 'passed') log.warn({ event: 'redis.unfit', finding: name, next }, seen);
  }
}

async function seedPolicy(config: Config, policy: ReturnType<typeof createPolicy>, log: Log): Promise<void> {
  if (config.policySeed === undefined) return;
  const seeded = await policy.seed({ rules: config.policySeed, by: 'config file', why: 'First start' });
  if (isRefusal(seeded)) log.error({ event: 'policy.seed-refused', next: seeded.next }, seeded.sentence);
  else log.info({ event: 'policy.in-force', version: seeded.version }, 'A policy is in force.');
}
