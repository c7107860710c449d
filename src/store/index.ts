import type { Clock } from '../domain/clock.ts';
import type { Finding } from '../domain/reply.ts';
import type { Secret } from '../domain/secret.ts';
import type { PolicyStore } from '../policy/store.ts';
import type { Journal, ReportQueue, Wakeups } from '../runs/ports.ts';
import type { Inbox } from '../slack/inbox-port.ts';
import type { AlertDesk, WatchStore } from '../watch/ports.ts';
import { createAlertDesk } from './alert-desk.ts';
import { createCallNames } from './call-names.ts';
import { checkRedis } from './check-redis.ts';
import { createConnection } from './connection.ts';
import { createInbox } from './inbox.ts';
import { inboxPace } from './inbox-deps.ts';
import { createJournal } from './journal.ts';
import { createPolicyStore } from './policy-store.ts';
import { type Replicated, waitReplicas } from './replicas.ts';
import { createReportQueue } from './report-queue.ts';
import type { OnProblem } from './store-problem.ts';
import { createWakeups } from './wakeups.ts';
import { createWatchStore } from './watch-store.ts';

export interface StoreOptions {
  /** `redis://` or `rediss://`, with user and password if there are any. */
  readonly url: Secret | string;
  /** Name of this process, as leases and `CLIENT LIST` show it. */
  readonly worker: string;
  readonly clock: Clock;
  readonly onProblem: OnProblem;
  /** Most runs that this process looks at at once; 50 unless told. */
  readonly concurrency?: number;
  /** Longest time for one call of Redis, ms; 2,000 when left out. Tests of other things give more. */
  readonly callWithinMs?: number | undefined;
}

/** Everything that a process keeps in Redis. */
export interface Store {
  readonly journal: Journal;
  readonly wakeups: Wakeups;
  readonly reports: ReportQueue;
  readonly inbox: Inbox;
  readonly policies: PolicyStore;
  readonly watch: WatchStore;
  readonly alerts: AlertDesk;
  /** Whether Redis is fit to hold runs. Never throws. */
  check(): Promise<readonly Finding[]>;
  /** Whether the replicas of Redis have what was written until now; ask before an irreversible act. */
  waitReplicas(timeoutMs: number): Promise<Replicated>;
  /** Round trip, ms. Throws Fault `redis-unavailable` within 2 s. */
  ping(): Promise<number>;
  /** Stops taking work, waits for what is under way, and leaves Redis. */
  close(): Promise<void>;
}

/** Opens the store. Connections are made in the background; until Redis answers, calls fail as they do in an outage. */
export function createStore({ url, worker, clock, onProblem, callWithinMs, concurrency = 50 }: StoreOptions): Store {
  const redis = createConnection({ url, name: worker, clock, onProblem, callWithinMs });
  const newCallName = createCallNames(worker, clock);
  const inbox = createInbox({ redis, connection: { url, name: `${worker}/inbox`, clock }, newCallName, clock, onProblem, pace: inboxPace });
  const wakeups = createWakeups({ url, worker, clock, onProblem, concurrency });
  return {
    journal: createJournal({ redis, newCallName }),
    wakeups,
    reports: createReportQueue({ redis, newCallName }),
    inbox,
    policies: createPolicyStore(redis),
    watch: createWatchStore({ redis, newCallName }),
    alerts: createAlertDesk({ redis, newCallName }),
    check: () => checkRedis(redis),
    waitReplicas: (timeoutMs) => waitReplicas(redis, timeoutMs),
    ping: async () => {
      const sentAt = clock.monotonic();
      await redis.read((client) => client.ping());
      return clock.monotonic() - sentAt;
    },
    close: async () => {
      await inbox.close();
      await wakeups.close();
      redis.close();
    },
  };
}
