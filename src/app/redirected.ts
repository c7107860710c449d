import { Fault } from '../domain/faults.ts';
import type { LinkId, RunId } from '../domain/ids.ts';
import { isRedirect } from '../domain/redirect.ts';
import { isFinal } from '../domain/run.ts';
import { standings } from '../domain/standing.ts';
import type { Redirected } from '../engines/engine.ts';
import { fold } from '../runs/fold.ts';
import type { Journal } from '../runs/ports.ts';

/** Runs of a link that are looked through: more than a link ever has, and a bound. */
const lookedThrough = 10_000;
/** Journals that are read at once. */
const atOnce = 20;

/** A redirect, and when it was done, ms by the bot's clock. */
interface Sent {
  readonly at: number;
  readonly told: Redirected;
}

/**
 * Tells which run last had applications of a link sent to a side; null when none did. It throws a Fault, also where there are more runs
 * than are looked through.
 */
export function createRedirects(journal: Pick<Journal, 'recent' | 'read'>): (link: LinkId) => Promise<Redirected | null> {
  /** What a run that is over tells never changes, so that each is read once. */
  const over = new Map<RunId, Sent | null>();

  const sentBy = async (id: RunId): Promise<Sent | null> => {
    const known = over.get(id);
    if (known !== undefined) return known;
    const records = await journal.read(id);
    if (records.length === 0) return null;
    const run = fold(records);
    const found = sentIn(run);
    if (isFinal(run.state)) over.set(id, found);
    return found;
  };

  return async (link) => {
    const ids = await journal.recent(link, lookedThrough + 1);
    if (ids.length > lookedThrough) {
      const sentence = `${link} has more than ${lookedThrough} runs, so which of them last sent its applications to a side is not known.`;
      throw new Fault('answer-not-understood', sentence, { effect: 'not-applied', facts: { link } });
    }
    // A run that was asked for earlier may have been approved later, or have waited in a halt: what counts is when it redirected.
    let last: Sent | null = null;
    for (let from = 0; from < ids.length; from += atOnce) {
      for (const sent of await Promise.all(ids.slice(from, from + atOnce).map(sentBy))) {
        if (sent !== null && (last === null || sent.at > last.at)) last = sent;
      }
    }
    return last?.told ?? null;
  };
}

/** What was confirmed, by a person or by the hook, stays done, whatever became of the run then. */
function sentIn(run: ReturnType<typeof fold>): Sent | null {
  const confirmed = standings(run).findLast(({ step, view }) => isRedirect(step) && view.state === 'done');
  const to = confirmed?.step.params['to'];
  const at = confirmed?.view.endedAt ?? null;
  if (at === null || typeof to !== 'string') return null;
  // Whatever the run had ended by then: a failover redirects before it ends what is left of a job.
  const ends = run.steps.flatMap(({ endedAt }) => endedAt ?? []);
  return { at, told: { run: run.id, operation: run.plan.operation.kind, to, endedAt: Math.max(...ends) } };
}
