import type { LinkId } from '../domain/ids.ts';
import { standings } from '../domain/standing.ts';
import type { Redirected } from '../engines/engine.ts';
import { fold } from '../runs/fold.ts';
import type { Journal } from '../runs/ports.ts';

/** Newest runs of a link that are looked through. */
const lookedThrough = 50;

/** The run that last had applications of a link sent to a side; null when none of the newest did. Throws a Fault. */
export async function lastRedirect(journal: Pick<Journal, 'recent' | 'read'>, link: LinkId): Promise<Redirected | null> {
  for (const id of await journal.recent(link, lookedThrough)) {
    const records = await journal.read(id);
    const found = records.length === 0 ? null : redirectIn(fold(records));
    if (found !== null) return found;
  }
  return null;
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
