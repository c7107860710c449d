import { createAsking } from './app/asking.ts';
import type { AppDeps } from './app/deps.ts';
import { createGoverning } from './app/governing.ts';
import { takeUp } from './app/taking-up.ts';
import type { ChannelId, LinkId, MessageTs, RunId, UserId } from './domain/ids.ts';
import type { OperationName } from './domain/operation.ts';
import type { Reply } from './domain/reply.ts';
import type { Choice, Origin, RunView } from './domain/run.ts';
import type { Means } from './domain/verdict.ts';
import { fold } from './runs/fold.ts';

/** Who asks, from where, by which delivery. */
export interface Caller extends Origin {
  /** Key of the delivery: a change asked for again under the same key is the same run. */
  readonly delivery: string;
  /** True in a channel shared with another organisation: details and approvals are refused there. */
  readonly external: boolean;
}

export interface Ballot {
  readonly run: RunId;
  readonly person: UserId;
  readonly choice: Choice;
  readonly means: Means;
  readonly reason: string | null;
  /** Plan hash that the button or message carried; null for a command, which is taken to mean the present plan. */
  readonly planHash: string | null;
}

/** The one door. What the Slack edge calls, and what any other front end would call. No method throws for bad input: it is a refusal. */
export interface App {
  /** Reads a command text (without `/repl`) and carries it out. */
  ask(text: string, caller: Caller): Promise<Reply>;
  /** Asks for an operation as it is without arguments, as the command does; refused while a run of the same kind is on its way. */
  takeUp(link: LinkId, operation: OperationName, caller: Caller): Promise<Reply>;
  vote(ballot: Ballot): Promise<Reply>;
  /** Takes a vote back; only until quorum. */
  withdraw(run: RunId, person: UserId, means: Means): Promise<Reply>;
  /** Confirms a step that a person carries out. */
  confirm(run: RunId, step: string, person: UserId, means: Means): Promise<Reply>;
  cancel(run: RunId, person: UserId): Promise<Reply>;
  retry(run: RunId, person: UserId): Promise<Reply>;
  skip(run: RunId, person: UserId, reason: string): Promise<Reply>;
  /** The run to which a message belongs; null for any other message. */
  runOfMessage(channel: ChannelId, ts: MessageTs): Promise<RunId | null>;
  /** Folds the run's journal. Null when there is no such run. */
  run(id: RunId): Promise<RunView | null>;
  /** Link ids, for completion and home views. */
  links(): readonly LinkId[];
}

/** Puts the door together. Every method may throw Fault `redis-unavailable`: then nothing was changed that can't be asked for again. */
export function createApp(deps: AppDeps): App {
  const governing = createGoverning(deps);
  const ask = createAsking(deps, governing);
  return {
    ...governing,
    ask,
    takeUp: (link, operation, caller) => takeUp(deps, ask, link, operation, caller),
    runOfMessage: (channel, ts) => deps.journal.runOfMessage(channel, ts),
    run: async (id) => {
      const records = await deps.journal.read(id);
      return records.length === 0 ? null : fold(records);
    },
    links: () => [...deps.links.keys()],
  };
}
