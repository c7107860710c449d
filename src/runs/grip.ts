import type { Clock } from '../domain/clock.ts';
import { Fault, isFault } from '../domain/faults.ts';
import type { LinkId } from '../domain/ids.ts';
import type { Link } from '../domain/link.ts';
import type { Sample } from '../domain/observation.ts';
import type { Entry, RunView } from '../domain/run.ts';
import { standings } from '../domain/standing.ts';
import type { Earlier, Engine, EngineIo } from '../engines/engine.ts';
import { foldMore } from './fold.ts';
import type { Lease } from './lease.ts';
import type { Journal } from './ports.ts';

/** A run that this worker holds: the only way for a worker to look at it and to write to it. */
export interface Grip {
  readonly lease: Lease;
  readonly link: Link;
  readonly engine: Engine;
  /** As of the last `refresh` or `append`. */
  view(): RunView;
  /** Folds in what others have written. */
  refresh(): Promise<RunView>;
  /**
   * Writes one entry. `behind` when somebody wrote in between: look again and decide anew. Throws Fault `lease-lost` when the run
   * is no longer ours, also when Redis stays away for longer than the lease.
   */
  append(entry: Entry): Promise<'written' | 'behind'>;
  /** For calls of the engine within this run. */
  io(timeoutMs: number): EngineIo;
}

export interface GripDeps {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly lease: Lease;
  readonly link: Link;
  readonly engine: Engine;
  readonly view: RunView;
  readonly onWritten: (entry: Entry, view: RunView) => void;
  /** Earlier looks at a link. Never throws. */
  readonly history: (link: LinkId) => Promise<readonly Sample[]>;
}

const againAfterMs = 200;

export function createGrip(deps: GripDeps): Grip {
  const { journal, clock, lease } = deps;
  let view = deps.view;

  const refresh = async (): Promise<RunView> => {
    view = foldMore(view, await insist(() => journal.read(view.id, view.seq)));
    return view;
  };

  /** Redis may be away for a moment; all calls of the journal may be sent again, so they are, for as long as the lease holds. */
  const insist = async <T>(call: () => Promise<T>): Promise<T> => {
    for (;;) {
      if (!lease.isValid()) throw leaseLost(view);
      try {
        return await call();
      } catch (cause) {
        if (!isFault(cause) || cause.code !== 'redis-unavailable') throw cause;
        await clock.sleep(againAfterMs, lease.signal);
      }
    }
  };

  return {
    lease,
    link: deps.link,
    engine: deps.engine,
    view: () => view,
    refresh,
    append: async (entry) => {
      const before = view;
      const request = { run: view.id, fence: lease.fence, expectedSeq: view.seq, entry, dueInMs: 0 };
      const answer = await insist(() => journal.append(request));
      if (answer.kind === 'fenced') throw leaseLost(view);
      await refresh();
      if (answer.kind === 'behind') return 'behind';
      if (view.seq <= before.seq) throw new TypeError(`entry ${before.seq + 1} of ${view.id} was appended but can't be read`);
      deps.onWritten(entry, view);
      return 'written';
    },
    io: (timeoutMs) => ({
      clock,
      signal: lease.signal,
      timeoutMs,
      tag: `replops/${view.id}/${lease.fence}`,
      earlier: earlierIn(view),
      retried: view.retried,
      history: () => deps.history(deps.link.id),
    }),
  };
}

/** What the steps recorded that are done, in the plan's order. */
const earlierIn = (view: RunView): readonly Earlier[] =>
  standings(view).flatMap(({ step: { kind, cluster }, view: { evidence, endedAt } }) =>
    evidence === null ? [] : [{ kind, cluster, evidence, ...(endedAt === null ? {} : { at: endedAt }) }],
  );

const leaseLost = (view: RunView): Fault =>
  new Fault('lease-lost', `Run ${view.id} is no longer held by this worker.`, { effect: 'not-applied', facts: { run: view.id } });
