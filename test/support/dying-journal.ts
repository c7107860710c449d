import { Fault } from '../../src/domain/faults.ts';
import type { Journal } from '../../src/runs/ports.ts';

/** The journal as a doomed worker sees it. */
export interface DyingJournal {
  readonly journal: Journal;
  died(): boolean;
  /** Words said so far. */
  words(): number;
  /** Dies at once: nothing that the worker still says is heard. */
  kill(): void;
}

/** A worker that dies at its n-th word to the journal: that word is lost (or written, when `afterWriting`), and it says no more. */
export function dyingJournal(journal: Journal, at: number, afterWriting: boolean): DyingJournal {
  let said = 0;
  let dead = false;
  const gone = (): Fault => new Fault('lease-lost', 'The worker is dead.', { effect: 'unknown' });
  const speak = async <T>(say: () => Promise<T>): Promise<T> => {
    if (dead) throw gone();
    said += 1;
    if (said < at) return say();
    dead = true;
    if (afterWriting) await say();
    throw gone();
  };
  return {
    died: () => dead,
    words: () => said,
    kill: () => {
      dead = true;
    },
    journal: {
      ...journal,
      append: (request) => speak(() => journal.append(request)),
      schedule: (...all) => speak(() => journal.schedule(...all)),
      leaveLink: (...all) => speak(() => journal.leaveLink(...all)),
      holdLink: (...all) => speak(() => journal.holdLink(...all)),
      renew: (...all) => (dead ? Promise.reject(gone()) : journal.renew(...all)),
      claim: (...all) => (dead ? Promise.reject(gone()) : journal.claim(...all)),
      due: (...all) => (dead ? Promise.resolve([]) : journal.due(...all)),
      release: (...all) => (dead ? Promise.reject(gone()) : journal.release(...all)),
    },
  };
}
