import { Fault } from '../../src/domain/faults.ts';
import type { Entry } from '../../src/domain/run.ts';
import type { Journal } from '../../src/runs/ports.ts';

/** The journal as a doomed worker sees it. */
export interface DyingJournal {
  readonly journal: Journal;
  died(): boolean;
  /** Words said so far, e.g. `done s3` or `schedule`. */
  words(): readonly string[];
  /** Dies at once: nothing that the worker still says is heard. */
  kill(): void;
}

const wordOf = (entry: Entry): string => `${entry.kind}${'step' in entry && entry.step !== null ? ` ${entry.step}` : ''}`;

/** A worker that dies at its n-th word to the journal: that word is lost (or written, when `afterWriting`), and it says no more. */
export function dyingJournal(journal: Journal, at: number, afterWriting: boolean): DyingJournal {
  const words: string[] = [];
  let dead = false;
  const gone = (): Fault => new Fault('lease-lost', 'The worker is dead.', { effect: 'unknown' });
  const speak = async <T>(word: string, say: () => Promise<T>): Promise<T> => {
    if (dead) throw gone();
    words.push(word);
    if (words.length < at) return say();
    dead = true;
    if (afterWriting) await say();
    throw gone();
  };
  return {
    died: () => dead,
    words: () => words,
    kill: () => {
      dead = true;
    },
    journal: {
      ...journal,
      append: (request) => speak(wordOf(request.entry), () => journal.append(request)),
      schedule: (...all) => speak('schedule', () => journal.schedule(...all)),
      leaveLink: (...all) => speak('leaveLink', () => journal.leaveLink(...all)),
      holdLink: (...all) => speak('holdLink', () => journal.holdLink(...all)),
      renew: (...all) => (dead ? Promise.reject(gone()) : journal.renew(...all)),
      claim: (...all) => (dead ? Promise.reject(gone()) : journal.claim(...all)),
      due: (...all) => (dead ? Promise.resolve([]) : journal.due(...all)),
      release: (...all) => (dead ? Promise.reject(gone()) : journal.release(...all)),
    },
  };
}
