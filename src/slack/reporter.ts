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
import { type Hold, holdClaim } from './reporter-hold.ts';
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

export function createReporter(given: ReporterDeps): Reporter {
  const settings = { ...reporterSettings, ...given.settings };
  const { clock } = given;
  const pace = createPace(clock, settings);
  const deps: ShowDeps = {
    ...given,
    settings,
    pace,
    outbox: createOutbox(given.calls, pace),
    rendering: { mode: 'native' },
    memories: new Map(),
    holds: new Set(),
    ended: false,
    stopBy: null,
  };
  let bell = new AbortController();
  let slots: readonly Promise<void>[] = [];
  const ring = (): void => {
    bell.abort();
    bell = new AbortController();
  };
  return {
    start: () => {
      slots = Array.from({ length: settings.slots }, () => workOff(deps, () => bell.signal));
    },
    nudge: ring,
    stop: async () => {
      deps.stopBy = clock.monotonic() + settings.stopMs;
      ring();
      const limit = new AbortController();
      await Promise.race([Promise.all(slots), clock.sleep(settings.stopMs, limit.signal)]);
      deps.ended = true;
      ring();
      for (const hold of deps.holds) void hold.letGo();
      // A call that is still under way is left to its end: its trace in the journal leads the next reporter to its message.
      await Promise.race([Promise.all(slots), clock.sleep(1_000, limit.signal)]);
      limit.abort();
    },
  };
}

interface ShowDeps extends TurnDeps {
  readonly reports: ReportQueue;
  readonly memories: Map<RunId, RunMemory>;
  readonly holds: Set<Hold>;
  ended: boolean;
  /** Monotonic time at which a stop that was asked for is over; null while none was. */
  stopBy: number | null;
}

const outOfTime = ({ ended, stopBy, clock }: ShowDeps): boolean => ended || (stopBy !== null && clock.monotonic() >= stopBy);

/** Takes one run after the other, until the reporter stops. */
async function workOff(deps: ShowDeps, bell: () => AbortSignal): Promise<void> {
  const { reports, worker, settings, clock } = deps;
  while (!outOfTime(deps)) {
    const claim = await reports.claim(worker, settings.leaseMs).catch((cause: unknown) => complain(cause, deps));
    if (claim !== null) await show(claim.run, claim.token, deps);
    else if (deps.stopBy !== null) return;
    else await clock.sleep(settings.pollMs, bell());
  }
}

async function show(run: RunId, token: string, deps: ShowDeps): Promise<void> {
  const { reports, memories, settings, clock } = deps;
  const hold = holdClaim({ renew: (leaseMs) => reports.renew(run, token, leaseMs), clock, leaseMs: settings.leaseMs });
  deps.holds.add(hold);
  try {
    const memory = memories.get(run) ?? freshMemory(clock.monotonic());
    memories.set(run, memory);
    const turn = await openTurn(run, deps, memory);
    const wait = await showAll(turn, hold, deps);
    if (wait === null && over(turn)) memories.delete(run);
    if (wait === null) await reports.finish(run, token, turn.records().length);
    else await reports.postpone(run, token, wait);
  } catch (cause) {
    complain(cause, deps, run);
    await reports.postpone(run, token, settings.brokenMs).catch(() => undefined);
  } finally {
    deps.holds.delete(hold);
    await hold.letGo();
  }
}

/** Null when Slack shows everything; else the time after which to look again, ms. */
async function showAll(turn: Turn, hold: Hold, deps: ShowDeps): Promise<number | null> {
  const { settings, clock } = deps;
  // A post whose sender died is looked for as long as it may still arrive; an edit that arrives out of turn is confessed and redone.
  // So the claim can be short, and a dead reporter's messages move on within seconds.
  const mine = (): boolean => hold.holdsFor(settings.leaseMs / 4);
  while (mine() && !outOfTime(deps)) {
    const tasks = turn.tasks();
    if (tasks.length === 0) return null;
    const ready = tasks.find(({ inMs }) => inMs === 0);
    const soonest = Math.min(...tasks.map(({ inMs }) => inMs));
    if (ready !== undefined) await carryOut(ready.task, turn, mine);
    else if (soonest > settings.patienceMs) return soonest;
    else await clock.sleep(soonest, hold.signal);
    await turn.refresh();
  }
  return 0;
}

function complain(cause: unknown, { log }: ShowDeps, run?: RunId): null {
  const fields = { event: 'slack.report.broken', ...(run === undefined ? {} : { run }), cause };
  if (isFault(cause)) log.warn(fields, 'A run could not be shown now; it is tried again.');
  else log.error(fields, 'A run could not be shown because of a mistake in the bot.');
  return null;
}
