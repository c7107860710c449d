import { systemClock } from '../../src/domain/clock.ts';
import { asUserId } from '../../src/domain/ids.ts';
import type { Plan } from '../../src/domain/plan.ts';
import type { Journal } from '../../src/runs/ports.ts';
import { type DyingJournal, dyingJournal } from '../support/dying-journal.ts';

/** A worker that is to die, and the journals of both workers of its run. */
export interface DyingWorker extends Omit<DyingJournal, 'journal'> {
  readonly journals: { readonly dying: Journal; readonly next: Journal };
  /** How many effects there were when the way began on which it may die; null before that. */
  begunAt(): number | null;
}

interface Fate {
  /** Number of the word at which it dies, counted from the first one of the way back. */
  readonly at: number;
  readonly written: boolean;
  /** Called when the way back begins. */
  strike(): void;
  effects(): number;
}

/**
 * The step after which there is most to take back: after the last that can be, and after what is waited for then, so that what it asked for
 * has come to its end.
 */
export function lastUndoable({ steps }: Plan): string {
  const noReturn = steps.findIndex(({ pointOfNoReturn }) => pointOfNoReturn);
  const soFar = steps.slice(0, noReturn < 0 ? undefined : noReturn);
  const last = soFar.findLast(({ by }) => by === 'engine');
  if (last === undefined || !soFar.some(({ undo }) => undo.kind === 'act')) throw new TypeError('no step of the plan can be taken back');
  return last.id;
}

/** A person who presses Cancel in the moment in which the step is written down as done, whoever writes it. */
const cancelled = (journal: Journal, after: string): Journal => ({
  ...journal,
  append: async (request) => {
    const answer = await journal.append(request);
    const { entry, run } = request;
    const isIt = entry.kind === 'done' && entry.step === after && !entry.undoing;
    if (isIt && answer.kind !== 'behind' && answer.kind !== 'fenced') {
      const cancel = { kind: 'cancel-asked', at: systemClock.now(), by: asUserId('U0ANA') } as const;
      await journal.append({ run, fence: null, expectedSeq: answer.seq, entry: cancel, dueInMs: 0 });
    }
    return answer;
  },
});

/** A run that is cancelled after a step, and whose first worker lives until the way back has begun. */
export function turningBack(journal: Journal, after: string, { at, written, strike, effects }: Fate): DyingWorker {
  const next = cancelled(journal, after);
  const dying = dyingJournal(next, at, written);
  let begunAt: number | null = null;
  const now = (): Journal => (begunAt !== null || dying.died() ? dying.journal : next);
  return {
    ...dying,
    begunAt: () => begunAt,
    journals: {
      next,
      dying: {
        ...next,
        append: (request) => {
          if (request.entry.kind === 'undo-begun' && begunAt === null) {
            begunAt = effects();
            strike();
          }
          return now().append(request);
        },
        schedule: (...all) => now().schedule(...all),
        leaveLink: (...all) => now().leaveLink(...all),
        holdLink: (...all) => now().holdLink(...all),
        renew: (...all) => now().renew(...all),
        claim: (...all) => now().claim(...all),
        due: (...all) => now().due(...all),
        release: (...all) => now().release(...all),
      },
    },
  };
}
