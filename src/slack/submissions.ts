import type { UserId } from '../domain/ids.ts';
import { refuse } from '../domain/refusal.ts';
import type { Reply } from '../domain/reply.ts';
import { readSkip, type SkipNote } from './modal.ts';
import type { Route, RouteDeps } from './routes.ts';

/** The run may have moved while the dialog was open: only the step that the person saw may be skipped. */
async function skip({ run, step }: SkipNote, reason: string, person: UserId, { app }: RouteDeps): Promise<Reply> {
  const view = await app.run(run);
  if (view !== null && step !== null && view.halt?.step !== step) {
    const now = view.halt === null ? 'is not waiting for anybody' : `waits on ${view.halt.step ?? 'something else'}`;
    return refuse(
      'illegal-move',
      `Run ${run} ${now} by now, so step ${step} was not skipped.`,
      `Look at \`/repl run ${run}\` and decide anew.`,
    );
  }
  return app.skip(run, person, reason);
}

/** The dialog that asks why a step is skipped. */
export const submitted: Route<'submitted'> = async (heard, deps) => {
  const read = readSkip(heard);
  if (read === null)
    return deps.log.warn(
      { event: 'slack.view.unknown', callback: heard.callback.slice(0, 80) },
      'A dialog that is none of ours was ignored.',
    );
  const reply = await skip(read.note, read.reason, heard.user, deps);
  if (reply.kind !== 'refusal') return;
  const address = { user: heard.user, channel: read.note.channel, thread: null, responseUrl: null };
  await deps.answers.privately(address, deps.render(reply));
};
