import type { App, Caller } from '../app.ts';
import type { LinkId, RunId } from '../domain/ids.ts';
import type { OperationName } from '../domain/operation.ts';
import type { Reply } from '../domain/reply.ts';
import { isFinal } from '../domain/run.ts';
import { fold } from '../runs/fold.ts';
import { type AppDeps, notMember, summaryOf } from './deps.ts';
import { onItsWay, runIdOf } from './proposing.ts';
import { liveRuns, plainCommand } from './reading.ts';

/**
 * A person takes up what the bot offered: the same words as the command, by the same way. Two people may press one button, or one
 * person twice, so a run of the same kind that is on its way is named instead of proposing another. Presses at the same time all propose
 * one run, whose id comes from the first of them: a bot that dies between its press and its proposal holds nobody up.
 */
export async function takeUp(deps: AppDeps, ask: App['ask'], link: LinkId, operation: OperationName, caller: Caller): Promise<Reply> {
  const outsider = notMember(await deps.people.person(caller.person));
  if (outsider !== null) return outsider;
  const live = (await liveRuns(deps, link)).find((run) => run.operation === operation && run.state !== 'halted');
  // The same delivery again is the same run.
  const isOwn = live?.id === runIdOf(caller.delivery);
  if (live !== undefined && !isOwn) return onItsWay(live);
  const delivery = isOwn ? caller.delivery : await makerOf(deps, link, operation, caller.delivery);
  const reply = await ask(plainCommand(operation, link), { ...caller, delivery });
  return reply.kind === 'proposed' && reply.run.origin.person !== caller.person ? onItsWay(summaryOf(reply.run)) : reply;
}

/** The delivery that makes the run. One whose proposal was never made counts, and is made now. */
async function makerOf(deps: AppDeps, link: LinkId, operation: OperationName, own: string): Promise<string> {
  const first = await deps.makerOf(link, operation, own, null);
  return first !== own && (await isBehind(deps, runIdOf(first))) ? deps.makerOf(link, operation, own, first) : first;
}

/** Whether the run has ended or stands still, so that another one may be asked for. */
async function isBehind({ journal }: AppDeps, id: RunId): Promise<boolean> {
  const records = await journal.read(id);
  if (records.length === 0) return false;
  const { state } = fold(records);
  return isFinal(state) || state === 'halted';
}
