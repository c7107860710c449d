import type { LinkId, RunId } from '../domain/ids.ts';
import { isFinal } from '../domain/run.ts';
import { standings } from '../domain/standing.ts';
import type { Redirected } from '../engines/engine.ts';
import { fold } from '../runs/fold.ts';
import type { Journal } from '../runs/ports.ts';

/** Newest runs of a link that are looked through: more than a link ever has, and a bound. */
const lookedThrough = 10_000;

/** Tells which run last had applications of a link sent to a side; null when none did. It throws a Fault. */
export function createRedirects(journal: Pick<Journal, 'recent' | 'read'>): (link: LinkId) => Promise<Redirected | null> {
  /** What a run that is over tells never changes, so that each is read once. */
  const over = new Map<RunId, Redirected | null>();

  const redirectOf = async (id: RunId): Promise<Redirected | null> => {
    const known = over.get(id);
    if (known !== undefined) return known;
    const records = await journal.read(id);
    if (records.length === 0) return null;
    const run = fold(records);
    const found = redirectIn(run);
    if (isFinal(run.state)) over.set(id, found);
    return found;
  };

  return async (link) => {
    for (const id of await journal.recent(link, lookedThrough)) {
      const found = await redirectOf(id);
      if (found !== null) return found;
    }
    return null;
  };
}

/** What a person confirmed stays done, whatever became of the run then. */
function redirectIn(run: ReturnType<typeof fold>): Redirected | null {
  const confirmed = standings(run).findLast(({ step, view }) => step.kind === 'redirect' && view.state === 'done');
  const to = confirmed?.step.params['to'];
  if (confirmed === undefined || typeof to !== 'string') return null;
  // Whatever the run had ended by then: a failover redirects before it ends what is left of a job.
  const ends = run.steps.flatMap(({ endedAt }) => endedAt ?? []);
  return { run: run.id, operation: run.plan.operation.kind, to, endedAt: Math.max(...ends) };
}
