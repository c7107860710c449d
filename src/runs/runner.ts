import type { Clock } from '../domain/clock.ts';
import { isFault } from '../domain/faults.ts';
import type { LinkId, RunId } from '../domain/ids.ts';
import type { EngineId, Link } from '../domain/link.ts';
import type { Log } from '../domain/log.ts';
import type { Sample } from '../domain/observation.ts';
import type { Refusal } from '../domain/refusal.ts';
import type { Entry, RunView } from '../domain/run.ts';
import type { Engine, Redirected } from '../engines/engine.ts';
import { type DriveDeps, drive, freshMemory, type Memory } from './drive.ts';
import { fold } from './fold.ts';
import { createGrip, type Grip } from './grip.ts';
import { halt } from './halt.ts';
import { keepLease } from './lease.ts';
import { type Next, next } from './next.ts';
import { begin, close, closeUndo, holdLink } from './open-close.ts';
import type { Claim, Journal, Wakeups } from './ports.ts';
import { currentStanding, timesMoved } from './progress.ts';

export interface RunnerPace {
  /** Life of a lease without renewal, ms. Bounds the take-over of a dead worker's run. */
  readonly leaseMs: number;
  /** Time between two sweeps over the due runs, ms. */
  readonly sweepMs: number;
  readonly pollMs: number;
  readonly probeMs: number;
  readonly observeMs: number;
  readonly progressEveryMs: number;
  /** Time after which a run that waits in line looks again, ms. */
  readonly lineMs: number;
}

/** Take-over takes at most a lease and two sweeps: 5 s. */
export const runnerPace: RunnerPace = {
  leaseMs: 4_000,
  sweepMs: 500,
  pollMs: 500,
  probeMs: 5_000,
  observeMs: 8_000,
  progressEveryMs: 3_000,
  lineMs: 2_000,
};

export interface RunnerDeps {
  readonly worker: string;
  readonly journal: Journal;
  readonly wakeups: Wakeups;
  readonly engines: ReadonlyMap<EngineId, Engine>;
  readonly links: ReadonlyMap<LinkId, Link>;
  readonly clock: Clock;
  readonly log: Log;
  readonly pace: RunnerPace;
  readonly recheck: (run: RunView) => Promise<Refusal | null>;
  /** Asked right before an act without return: whether the journal would survive the loss of the Redis primary. */
  readonly secure: DriveDeps['secure'];
  /** Told after every entry that this worker wrote. */
  readonly onWritten: (entry: Entry, run: RunView) => void;
  /** Earlier looks at a link, oldest first. Never throws. */
  readonly history: (link: LinkId) => Promise<readonly Sample[]>;
  /** Where a run of the link last had applications sent. Throws a Fault. */
  readonly redirected?: (link: LinkId) => Promise<Redirected | null>;
}

/** Drives every run whose time has come, one worker a run, any number of workers. */
export interface Runner {
  start(): Promise<void>;
  /** Looks at one run now. Resolves when this worker has nothing more to do for it. */
  look(run: RunId): Promise<void>;
  /** Monotonic time of the last sweep that ended well; for the canary. */
  lastSweepAt(): number;
  /** Takes no new run, lets the present turns end, gives the leases back. */
  stop(): Promise<void>;
}

/** When a halted or waiting run is looked at again without anybody asking, ms. A safety net, not a timer. */
const idleMs = 3_600_000;
const mostRuns = 20;

export function createRunner(deps: RunnerDeps): Runner {
  const { journal, clock, log } = deps;
  const inHand = new Map<RunId, Promise<void>>();
  const again = new Set<RunId>();
  const stopping = new AbortController();
  let sweeping: Promise<void> = Promise.resolve();
  let sweptAt = clock.monotonic();

  const look = (run: RunId): Promise<void> => {
    const present = inHand.get(run);
    if (present !== undefined) {
      again.add(run);
      return present;
    }
    if (stopping.signal.aborted) return Promise.resolve();
    const work = holdAndDrive(run, deps, stopping.signal)
      .catch((cause: unknown) => report(run, cause))
      .finally(() => {
        inHand.delete(run);
      })
      .then(() => (again.delete(run) ? look(run) : undefined));
    inHand.set(run, work);
    return work;
  };

  const report = (run: RunId, cause: unknown): void => {
    const lost = isFault(cause) && cause.code === 'lease-lost';
    if (lost) log.warn({ event: 'run.lease-lost', run }, 'Another worker has taken the run over.');
    else log.error({ event: 'run.turn-failed', run, cause }, 'A turn of the run failed; it will be looked at again.');
  };

  const sweep = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      try {
        for (const run of await journal.due(mostRuns)) if (!inHand.has(run)) void look(run);
        sweptAt = clock.monotonic();
      } catch (cause) {
        log.warn({ event: 'runner.sweep-failed', cause }, 'The due runs could not be read.');
      }
      await clock.sleep(deps.pace.sweepMs, stopping.signal);
    }
  };

  return {
    start: async () => {
      sweeping = sweep();
      // A wake-up is over when the look has begun; how long it lasts is the lease's business.
      await deps.wakeups.listen(async (run) => void look(run));
    },
    look,
    lastSweepAt: () => sweptAt,
    stop: async () => {
      stopping.abort();
      await Promise.all([sweeping, ...inHand.values()]);
    },
  };
}

async function holdAndDrive(run: RunId, deps: RunnerDeps, stopping: AbortSignal): Promise<void> {
  const { journal, clock, worker, pace } = deps;
  const claimedAt = clock.monotonic();
  const claim = await journal.claim(run, worker, pace.leaseMs);
  if (claim.kind !== 'claimed') return;
  const lease = keepLease(run, claim.fence, claimedAt, { journal, clock, leaseMs: pace.leaseMs });
  try {
    const view = fold(await journal.read(run));
    const link = deps.links.get(view.plan.link);
    const engine = deps.engines.get(view.plan.engine);
    if (link === undefined || engine === undefined) {
      await journal.schedule(run, claim.fence, idleMs);
      deps.log.error({ event: 'run.no-link', run, link: view.plan.link }, 'A run is on a link that the config does not have.');
      return;
    }
    const grip = createGrip({ journal, clock, lease, link, engine, view, onWritten: deps.onWritten, history: deps.history });
    await turns(grip, claim, deps, stopping);
  } finally {
    lease.stop();
    if (lease.isValid() || !lease.signal.aborted) await journal.release(run, claim.fence).catch(() => undefined);
  }
}

async function turns(grip: Grip, claim: Claim, deps: RunnerDeps, stopping: AbortSignal): Promise<void> {
  const memory = freshMemory();
  await takeOver(grip, claim, deps);
  while (!stopping.aborted && grip.lease.isValid()) {
    const run = await grip.refresh();
    const rest = await turn(grip, run, memory, deps).catch((cause: unknown) => onBug(grip, cause, deps));
    if (rest === 'go-on') continue;
    await deps.journal.schedule(run.id, grip.lease.fence, rest);
    // Somebody may have written between the look and the schedule, whose wake-up the schedule has just put off.
    if ((await grip.refresh()).seq === run.seq) return;
  }
}

/**
 * One move. While the run stood still another may have gone ahead of it on the link, so the link is asked for again whenever
 * a person lets it go on, before anything else is done.
 */
async function turn(grip: Grip, run: RunView, memory: Memory, deps: RunnerDeps): Promise<'go-on' | number | null> {
  if (run.state === 'running' && memory.heldAt !== timesMoved(run)) {
    if ((await holdLink(grip, deps)) === 'waiting') return deps.pace.lineMs;
    memory.heldAt = timesMoved(run);
  }
  return carryOut(grip, next(run, deps.clock.now()), memory, deps);
}

/** A mistake of ours stops the run for a person to look at; it is never tried again by itself. Faults pass through. */
async function onBug(grip: Grip, cause: unknown, deps: RunnerDeps): Promise<number> {
  if (isFault(cause)) throw cause;
  const run = grip.view();
  deps.log.error({ event: 'run.bug', run: run.id, cause }, 'A mistake in the bot stopped the run.');
  if (run.state === 'running') {
    await halt(grip, deps.clock, currentStanding(run), {
      why: 'failed',
      sentence: 'The bot made a mistake of its own and stopped. Its log has the details.',
      next: 'Look at the databases; press Retry to go on from here, or Cancel.',
      evidence: {},
    });
  }
  return idleMs;
}

/** Carries out one move. Answers when to look again (ms from now, null for never) or that there is more to do at once. */
async function carryOut(grip: Grip, todo: Next, memory: Memory, deps: RunnerDeps): Promise<'go-on' | number | null> {
  const { clock, journal, pace } = deps;
  const openDeps = { clock, journal, observeMs: pace.observeMs, recheck: deps.recheck, redirected: deps.redirected };
  switch (todo.kind) {
    case 'write':
      await grip.append(todo.entry);
      return 'go-on';
    case 'begin':
      return (await begin(grip, openDeps)) === 'waiting' ? pace.lineMs : 'go-on';
    case 'drive':
      await drive(grip, todo.standing, memory, { ...pace, clock, secure: deps.secure });
      return 'go-on';
    case 'close':
      await close(grip, openDeps);
      return 'go-on';
    case 'close-undo':
      await closeUndo(grip, openDeps);
      return 'go-on';
    case 'wait':
      return todo.until === null ? idleMs : Math.max(0, todo.until - clock.now());
    case 'clean-up':
      await journal.leaveLink(grip.view().plan.link, grip.view().id);
      return null;
  }
}

/** What a new owner does first: say so. Sessions that the older owner left behind are ended before anything is sent again. */
async function takeOver(grip: Grip, claim: Claim, deps: RunnerDeps): Promise<void> {
  if (claim.from === null || grip.view().state !== 'running') return;
  await grip.append({ kind: 'taken-over', at: deps.clock.now(), worker: deps.worker, from: claim.from, fence: claim.fence });
}
