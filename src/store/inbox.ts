import { z } from 'zod';
import type { Inbox } from '../slack/inbox-port.ts';
import type { InboxDeps } from './inbox-deps.ts';
import { createInboxWorker, type InboxWorker } from './inbox-worker.ts';
import { keys } from './keys.ts';
import { understood } from './redis-faults.ts';

/** How long a repeated delivery is recognised, s. Slack repeats delayed events for up to 24 h. */
const seenForSeconds = 86_400;

/** Keeps deliveries from their acknowledgement until they are worked off. */
export function createInbox(deps: InboxDeps): Inbox {
  const { redis, newCallName } = deps;
  let worker: InboxWorker | null = null;
  return {
    record: async ({ key, body, receivedAt }) => {
      const args = [newCallName(), seenForSeconds, key, JSON.stringify(body), receivedAt];
      const answer = await redis.script('inbox-record', [keys.seen(key), keys.inbox], args);
      return understood(z.enum(['recorded', 'duplicate']), answer, 'the answer of inbox-record');
    },
    work: async (handler, { concurrency }) => {
      if (worker !== null) throw new TypeError('the inbox is worked by one handler per process');
      worker = createInboxWorker(deps, handler, concurrency);
      worker.start();
    },
    close: async () => {
      await worker?.close();
    },
  };
}
