import type { LinkId } from '../domain/ids.ts';
import type { JournalRecord, RunView } from '../domain/run.ts';
import type { Journal } from '../runs/ports.ts';

/** Whether a run is changing the link now: one that waits, or stands still and asks, is not. */
export async function isMoving(
  journal: Pick<Journal, 'line' | 'read'>,
  fold: (records: readonly JournalRecord[]) => RunView,
  link: LinkId,
): Promise<boolean> {
  const journals = await Promise.all((await journal.line(link)).map((run) => journal.read(run)));
  return journals.some((records) => records.length > 0 && fold(records).state === 'running');
}
