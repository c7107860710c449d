import type { App, Caller } from '../app.ts';
import type { LinkId } from '../domain/ids.ts';
import type { OperationName } from '../domain/operation.ts';
import { refuse } from '../domain/refusal.ts';
import type { Reply } from '../domain/reply.ts';
import { type AppDeps, notMember } from './deps.ts';
import { runIdOf } from './proposing.ts';
import { liveRuns, plainCommand } from './reading.ts';

/**
 * A person takes up what the bot offered: the same words as the command, by the same way. Two people may press one button, or one
 * person twice, so a run of the same kind that is on its way is named instead of proposing another.
 */
export async function takeUp(deps: AppDeps, ask: App['ask'], link: LinkId, operation: OperationName, caller: Caller): Promise<Reply> {
  const outsider = notMember(await deps.people.person(caller.person));
  if (outsider !== null) return outsider;
  const live = (await liveRuns(deps, link)).find((run) => run.operation === operation && run.state !== 'halted');
  // The same delivery again is the same run.
  if (live === undefined || live.id === runIdOf(caller.delivery)) return ask(plainCommand(operation, link), caller);
  return refuse(
    'link-held',
    `Run ${live.id}, asked by <@${live.requester}>, is on its way to do just that and is ${live.state}.`,
    `\`/repl run ${live.id}\` shows it and where it is to be approved.`,
  );
}
