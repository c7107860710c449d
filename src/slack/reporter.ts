import type { Clock } from '../domain/clock.ts';
import { isFault } from '../domain/faults.ts';
import type { LinkId, RunId } from '../domain/ids.ts';
import type { Link } from '../domain/link.ts';
import type { Log } from '../domain/log.ts';
import type { incidentNotices } from '../incidents/notices.ts';
import type { Journal, ReportQueue } from '../runs/ports.ts';
import type { SlackCalls } from './calls.ts';
import { createOutbox } from './outbox.ts';
import { createPace } from './outbox-pace.ts';
import { freshMemory, type RunMemory } from './reporter-memory.ts';
import { type ReporterSettings, reporterSettings } from './reporter-settings.ts';
import { carryOut } from './reporter-tasks.ts';
import { openTurn, over, type Turn, type TurnDeps } from './reporter-turn.ts';
import type { Fold } from './reporter-wanted.ts';

export type { ReporterSettings } from './reporter-settings.ts';

export interface ReporterDeps {
  readonly journal: Journal;
  readonly reports: ReportQueue;
  readonly calls: SlackCalls;
  readonly fold: Fold;
  readonly links: (id: LinkId) => Link | null;
  readonly incidents: typeof incidentNotices;
  readonly clock: Clock;
  readonly log: Log;
  /** Name of this process; unique among running bots. */
  readonly worker: string;
  readonly settings?: Partial<ReporterSettings>;
}

/** Keeps Slack the picture of the journal. Never on the critical path: a run goes on whether or not Slack can be told. */
export interface Reporter {
  start(): void;
  /** Says that a run has news. Costs nothing; a lost nudge costs one poll. */
  nudge(run: RunId): void;
  /** Shows what can be shown in a bounded time, then lets go. */
  stop(): Promise<void>;
}

interface Hold {
  readonly run: RunId;
  readonly token: string;
  /** Monotonic time at which the claim has run out by our own clock. */
  validUntil: number;
  readonly signal: AbortSignal;
}

export function createReporter(given: ReporterDeps): Reporter {
  const settings = { ...reporterSettings, ...given.settings };
  const { clock, log, reports, worker } = given;
  const pace = createPace(clock, settings);
  const deps: TurnDeps = { ...given, settings, pace, outbox: createOutbox(given.calls, pace), rendering: { mode: 'native' } };
  const memories = new Map<RunId, RunMemory>();
  const end = new AbortController();
  let bell = new AbortController();
  let stopBy: number | null = null;
  let slots: Promise<void>[] = [];

  const memoryOf = (run: RunId): RunMemory => {
    const memory = memories.get(run) ?? freshMemory(clock.monotonic());
    memories.set(run, memory);
    return memory;
  };
  const ring = (): void => {
    bell.abort();
    bell = new AbortController();
  };
  const outOfTime = (): boolean => end.signal.aborted || (stopBy !== null && clock.monotonic() >= stopBy);

  const slot = async (): Promise<void> => {
    while (!outOfTime()) {
      const claim = await reports.claim(worker, settings.leaseMs).catch((cause: unknown) => complain(cause, log, worker));
      if (claim !== null) await show(claim.run, claim.token);
      else if (stopBy !== null) return;
      else await clock.sleep(settings.pollMs, AbortSignal.any([bell.signal, end.signal]));
    }
  };

  const show = async (run: RunId, token: string): Promise<void> => {
    const done = new AbortController();
    const hold: Hold = { run, token, validUntil: clock.monotonic() + settings.leaseMs, signal: AbortSignal.any([done.signal, end.signal]) };
    const keeping = keep(hold);
    try {
      const turn = await openTurn(run, deps, memoryOf(run));
      const wait = await work(turn, hold);
      if (wait === null && over(turn)) memories.delete(run);
      if (wait === null) await reports.finish(run, token, turn.records().length);
      else await reports.postpone(run, token, wait);
    } catch (cause) {
      complain(cause, log, worker, run);
      await reports.postpone(run, token, settings.longestRetryMs / 10).catch(() => undefined);
    } finally {
      done.abort();
      await keeping;
    }
  };

  /** Null when Slack shows everything; else the time after which to look again, ms. */
  const work = async (turn: Turn, hold: Hold): Promise<number | null> => {
    // A call that we send has ended before anyone else may take the run.
    const mine = (): boolean => clock.monotonic() + settings.quietMs < hold.validUntil;
    while (mine() && !outOfTime()) {
      const tasks = turn.tasks();
      const ready = tasks.find(({ inMs }) => inMs === 0);
      const soonest = Math.min(...tasks.map(({ inMs }) => inMs));
      if (tasks.length === 0) return null;
      if (ready !== undefined) await carryOut(ready.task, turn, mine);
      else if (soonest > settings.patienceMs) return soonest;
      else await clock.sleep(soonest, hold.signal);
      await turn.refresh();
    }
    return 0;
  };

  const keep = async (hold: Hold): Promise<void> => {
    while (!hold.signal.aborted) {
      await clock.sleep(settings.leaseMs / 3, hold.signal);
      if (hold.signal.aborted) return;
      const before = clock.monotonic();
      const kept = await reports.renew(hold.run, hold.token, settings.leaseMs).catch(() => null);
      if (kept === true) hold.validUntil = before + settings.leaseMs;
      if (kept === false) hold.validUntil = 0;
      if (kept === false) return;
    }
  };

  return {
    start: () => {
      slots = Array.from({ length: settings.slots }, slot);
    },
    nudge: ring,
    stop: async () => {
      stopBy = clock.monotonic() + settings.stopMs;
      ring();
      const limit = new AbortController();
      await Promise.race([Promise.all(slots), clock.sleep(settings.stopMs, limit.signal)]);
      end.abort();
      // A call that is still under way is left to its end: its trace in the journal leads the next reporter to its message.
      await Promise.race([Promise.all(slots), clock.sleep(1_000, limit.signal)]);
      limit.abort();
    },
  };
}

function complain(cause: unknown, log: Log, worker: string, run?: RunId): null {
  const fields = { event: 'slack.report.broken', worker, ...(run === undefined ? {} : { run }), cause };
  if (isFault(cause)) log.warn(fields, 'A run could not be shown now; it is tried again.');
  else log.error(fields, 'A run could not be shown because of a mistake in the bot.');
  return null;
}
