import type { Redis } from 'ioredis';
import { z } from 'zod';
import { type Connection, createConnection } from './connection.ts';
import type { InboxDeps } from './inbox-deps.ts';
import { keys } from './keys.ts';
import { replyCode, understood } from './redis-faults.ts';
import { fieldsShape, mostAttempts, type TakenDelivery } from './taken-delivery.ts';

const group = 'workers';

const newAnswer = z.tuple([z.tuple([z.string(), z.array(z.tuple([z.string(), fieldsShape]))])]).nullable();
const takeAnswer = z.tuple([z.array(z.tuple([z.string(), z.number().int(), fieldsShape])), z.array(z.string())]);

/** What a worker of the inbox asks of Redis. Every method throws Fault `redis-unavailable`. */
export interface InboxReader {
  /** Deliveries that nobody has worked on; waits up to the pace's `blockMs` for one. */
  next(count: number): Promise<readonly TakenDelivery[]>;
  /** Deliveries that their worker abandoned. Those that failed too often are set aside and reported. */
  takeAbandoned(count: number): Promise<readonly TakenDelivery[]>;
  /** Says that this worker is alive and still working on what it has under way. */
  vouch(): Promise<void>;
  finish(id: string): Promise<void>;
  close(): Promise<void>;
}

/** Opens the dedicated connection on which reads block. */
export function openInboxReader(deps: InboxDeps, underway: () => readonly string[]): InboxReader {
  const { redis, pace } = deps;
  const me = deps.newCallName();
  // The store's own connection reports an outage.
  const blocking = createConnection({ ...deps.connection, onProblem: () => undefined });
  const inGroup = createGroupKeeper(redis);
  const readNew = (count: number) =>
    blocking.command((client) => client.xreadgroup('GROUP', group, me, 'COUNT', count, 'BLOCK', pace.blockMs, 'STREAMS', keys.inbox, '>'), {
      reads: false,
      resend: false,
    });
  return {
    next: async (count) => {
      const answer = understood(newAnswer, await inGroup(() => readNew(count)), 'new deliveries');
      return (answer?.[0][1] ?? []).map(([id, fields]) => ({ id, attempt: 1, fields }));
    },
    takeAbandoned: async (count) => {
      const args = [group, me, pace.abandonedAfterMs, count, mostAttempts, ...underway()];
      const answer = await inGroup(() => redis.script('inbox-take', [keys.inbox, keys.inboxDead], args, { resend: false }));
      const [taken, dead] = understood(takeAnswer, answer, 'deliveries left by other workers');
      for (const key of dead) reportGivenUp(deps, key);
      return taken.map(([id, attempt, fields]) => ({ id, attempt, fields }));
    },
    vouch: async () => {
      const ids = underway();
      if (ids.length > 0) await redis.script('inbox-keep', [keys.inbox], [group, me, ...ids]);
    },
    finish: async (id) => {
      await redis.script('inbox-finish', [keys.inbox], [group, id]);
    },
    close: async () => {
      blocking.close();
      await redis.script('inbox-leave', [keys.inbox], [group, me]).catch(() => undefined); // only tidies up
    },
  };
}

function reportGivenUp({ onProblem }: InboxDeps, key: string): void {
  const sentence = `A delivery from Slack failed ${mostAttempts} times and was set aside in the list ${keys.inboxDead}; what it asked for was not done.`;
  onProblem({ event: 'delivery.given-up', sentence, facts: { key } });
}

/** Makes the consumer group before the first call, and again after a failure: Redis may have come back without it. */
function createGroupKeeper(redis: Connection) {
  let there = false;
  const make = async (): Promise<void> => {
    const create = async (client: Redis) => {
      try {
        await client.xgroup('CREATE', keys.inbox, group, '0', 'MKSTREAM');
      } catch (error) {
        if (replyCode(error) !== 'BUSYGROUP') throw error; // BUSYGROUP: it is there
      }
    };
    await redis.command(create, { reads: false, resend: true });
    there = true;
  };
  return async (call: () => Promise<unknown>): Promise<unknown> => {
    if (!there) await make();
    try {
      return await call();
    } catch (error) {
      there = false;
      throw error;
    }
  };
}
