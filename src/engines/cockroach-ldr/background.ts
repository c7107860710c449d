import { isFault } from '../../domain/faults.ts';
import type { Place } from './place.ts';

type Outcome<T> =
  | { readonly kind: 'running'; readonly done: number }
  | { readonly kind: 'failed'; readonly why: string }
  | { readonly kind: 'ended'; readonly value: T };

interface Work<T> {
  outcome: Outcome<T>;
  /** When the run last asked, ms of the monotonic clock. */
  askedAt: number;
}

/**
 * Long reads of this process, by run and link. They leave no trace in the databases; one that is forgotten (a crash, a take-over) is
 * made anew, which changes nothing.
 */
export type Works<T> = Map<string, Work<T>>;

const keyOf = ({ io, link, here }: Place): string => `${io.tag} ${link.id} ${here}`;

/** A read that no run asks about any more (it was cancelled, or halted) is given up after this time, ms. */
const unwatchedMs = 60_000;
const watchEveryMs = 2_000;

/** What became of a read; null when none is under way. One that has ended is told once, and not when it is old: asking again reads again. */
export function askWork<T>(works: Works<T>, place: Place): Outcome<T> | null {
  const work = works.get(keyOf(place));
  if (work === undefined) return null;
  const now = place.io.clock.monotonic();
  const forgotten = now - work.askedAt > unwatchedMs;
  work.askedAt = now;
  if (work.outcome.kind === 'running' && !forgotten) return work.outcome;
  works.delete(keyOf(place));
  return forgotten ? null : work.outcome;
}

/** Begins a read that may take `longestMs`, so that the run goes on listening meanwhile. */
export function beginWork<T>(
  works: Works<T>,
  place: Place,
  longestMs: number,
  read: (place: Place, tell: (done: number) => void) => Promise<T>,
): void {
  const work: Work<T> = { outcome: { kind: 'running', done: 0 }, askedAt: place.io.clock.monotonic() };
  works.set(keyOf(place), work);
  void carryOut(work, place, longestMs, read);
}

/** Never rejects: what went wrong is told to who asks next. */
async function carryOut<T>(
  work: Work<T>,
  place: Place,
  longestMs: number,
  read: (place: Place, tell: (done: number) => void) => Promise<T>,
): Promise<void> {
  const given = new AbortController();
  const { clock, signal } = place.io;
  const watched = { ...place, io: { ...place.io, timeoutMs: longestMs, signal: AbortSignal.any([signal, given.signal]) } };
  const ended = read(watched, (done) => {
    work.outcome = { kind: 'running', done };
  })
    .then(
      (value) => {
        work.outcome = { kind: 'ended', value };
      },
      (cause: unknown) => {
        work.outcome = { kind: 'failed', why: isFault(cause) ? cause.message : 'the bot failed.' };
      },
    )
    .finally(() => given.abort());
  while (!given.signal.aborted) {
    await clock.sleep(watchEveryMs, given.signal);
    if (clock.monotonic() - work.askedAt > unwatchedMs) given.abort();
  }
  await ended;
}
