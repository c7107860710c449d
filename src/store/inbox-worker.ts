import type { ClaimedDelivery } from '../slack/inbox-port.ts';
import type { InboxDeps } from './inbox-deps.ts';
import { openInboxReader } from './inbox-reader.ts';
import { type TakenDelivery, takenDelivery } from './taken-delivery.ts';

/** Between tries of what has to reach Redis, ms. */
const retryMs = 500;

export type DeliveryHandler = (delivery: ClaimedDelivery) => Promise<void>;

export interface InboxWorker {
  /** Begins to work, until `close`. An outage does not end it: it goes on when Redis is back. */
  start(): void;
  /** Takes nothing new and resolves when all that is under way is done. */
  close(): Promise<void>;
}

/** Works deliveries off, up to `concurrency` at once. One loop begins all of them, so that the number is never exceeded. */
export function createInboxWorker(deps: InboxDeps, handler: DeliveryHandler, concurrency: number): InboxWorker {
  const { clock, onProblem, pace } = deps;
  const stopping = new AbortController();
  const stopped = new AbortController();
  const underway = new Map<string, Promise<void>>();
  const reader = openInboxReader(deps, () => [...underway.keys()]);
  const workOff = createWorkOff(deps, handler, reader.finish, stopping.signal);
  const free = () => concurrency - underway.size;
  let slotFreed: () => void = () => undefined;
  const end = (id: string): void => {
    underway.delete(id);
    slotFreed();
  };
  const begin = (taken: TakenDelivery): void => {
    if (!underway.has(taken.id))
      underway.set(
        taken.id,
        workOff(taken).finally(() => end(taken.id)),
      );
  };
  // Not a race over `underway`: each race would leave something behind on the promise of a slow handler.
  const untilFree = (): Promise<void> =>
    new Promise((resolve) => {
      slotFreed = resolve;
    });

  let takeAt = clock.monotonic();
  const turn = async (): Promise<void> => {
    if (free() <= 0) return await untilFree();
    if (clock.monotonic() >= takeAt) {
      takeAt = clock.monotonic() + pace.takeEveryMs;
      for (const taken of await reader.takeAbandoned(free())) begin(taken);
    }
    if (free() > 0) for (const taken of await reader.next(free())) begin(taken);
  };
  const takeTurns = async (): Promise<void> => {
    let stuck = false;
    while (!stopping.signal.aborted) {
      const failure = await turn().then(() => null, asFailure);
      // Once per outage, and not for the connection that `close` has just taken away.
      if (failure !== null && !stuck && !stopping.signal.aborted) onProblem({ ...stuckInbox, cause: failure.cause });
      stuck = failure !== null;
      if (stuck) await clock.sleep(retryMs, stopping.signal);
    }
  };
  const vouch = async (): Promise<void> => {
    while (!stopped.signal.aborted) {
      await clock.sleep(pace.vouchEveryMs, stopped.signal);
      await reader.vouch().catch(() => undefined); // tried again long before anything looks abandoned
    }
  };
  let turns: Promise<void> = Promise.resolve();
  let vouching: Promise<void> = Promise.resolve();
  return {
    start: () => {
      turns = takeTurns();
      vouching = vouch();
    },
    close: async () => {
      stopping.abort();
      await turns;
      await Promise.all(underway.values());
      stopped.abort();
      await vouching;
      await reader.close();
    },
  };
}

/** Handles one delivery and takes it out of the inbox. Never throws. */
function createWorkOff(
  { clock, onProblem }: InboxDeps,
  handler: DeliveryHandler,
  finish: (id: string) => Promise<void>,
  stopping: AbortSignal,
) {
  /** A worked delivery must not be worked again, so this is tried for as long as the process lives. */
  const insist = async (id: string): Promise<void> => {
    for (;;) {
      const failure = await finish(id).then(() => null, asFailure);
      if (failure === null) return;
      if (stopping.aborted) return onProblem({ ...notFinished, facts: { delivery: id }, cause: failure.cause });
      await clock.sleep(retryMs, stopping);
    }
  };
  return async (taken: TakenDelivery): Promise<void> => {
    try {
      await handler(takenDelivery(taken));
    } catch (cause) {
      const facts = { delivery: taken.id, attempt: taken.attempt };
      // It stays pending and is taken again when it looks abandoned.
      return onProblem({ event: 'delivery.failed', sentence: 'Working on a delivery from Slack failed.', facts, cause });
    }
    await insist(taken.id);
  };
}

const stuckInbox = { event: 'inbox.stuck', sentence: 'Deliveries from Slack cannot be read from Redis at the moment.' } as const;
const notFinished = {
  event: 'delivery.not-finished',
  sentence: 'A delivery was worked, but Redis could not be told before the end; it may be worked again.',
} as const;

const asFailure = (cause: unknown): { readonly cause: unknown } => ({ cause });
