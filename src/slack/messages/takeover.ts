import type { Plan } from '../../domain/plan.ts';
import type { Entry, JournalRecord } from '../../domain/run.ts';
import { type Mrkdwn, md, short } from './mrkdwn.ts';

interface Story {
  readonly plan: Plan;
  readonly records: readonly JournalRecord[];
}

/** What the dead worker left behind and what its successor found in the databases; a takeover proves itself this way. */
export function afterTakeover({ seq }: JournalRecord, { plan, records }: Story): Mrkdwn {
  const open = openStep(records.filter((record) => record.seq < seq));
  if (open === null) return md`No step was under way; nothing had to be looked up.`;
  const index = plan.steps.findIndex((step) => step.id === open);
  const name = md`step ${index + 1} (${short(plan.steps[index]?.title ?? open, 300)})`;
  return md`It died during ${name}. ${found(
    records.filter((record) => record.seq > seq),
    open,
  )}`;
}

/** The step that had an intent and no proof; null when there was none. */
function openStep(before: readonly JournalRecord[]): string | null {
  let open: string | null = null;
  for (const { entry } of before) {
    if (entry.kind === 'intent') open = entry.step;
    if (entry.kind === 'done' || entry.kind === 'skipped') open = null;
  }
  return open;
}

function found(after: readonly JournalRecord[], step: string): Mrkdwn {
  for (const { entry } of after) {
    const words = finding(entry, step);
    if (words !== null) return words;
  }
  return md`The databases are being asked what has happened; nothing is sent before they have answered.`;
}

function finding(entry: Entry, step: string): Mrkdwn | null {
  switch (entry.kind) {
    case 'done':
      return entry.step === step ? md`The database says that it is done, so it was *not* done again.` : null;
    case 'progress':
      return entry.step === step ? md`The database says that it is under way, so it was *not* started again.` : null;
    case 'performing':
      return entry.step === step ? md`The database says that it had not happened, so it is done now.` : null;
    case 'halted':
      return md`It could not be settled, so the run stopped: ${entry.halt.sentence}`;
    case 'confirmed':
      return entry.step === step ? md`A person has confirmed it.` : null;
    case 'taken-over':
      return md`Before it could tell, it was taken over itself.`;
    case 'undo-begun':
      return md`What was done is taken back.`;
    default:
      return null;
  }
}
