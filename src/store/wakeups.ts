import { type Job, Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { z } from 'zod';
import type { Clock } from '../domain/clock.ts';
import { asRunId, type RunId } from '../domain/ids.ts';
import type { Secret } from '../domain/secret.ts';
import type { Wakeups } from '../runs/ports.ts';
import { patient, urlOf } from './connection.ts';
import { keys } from './keys.ts';
import type { OnProblem } from './store-problem.ts';
import { within } from './within.ts';

export interface WakeupsDeps {
  readonly url: Secret | string;
  readonly worker: string;
  readonly clock: Clock;
  readonly onProblem: OnProblem;
  /** Most runs that this process looks at at once. */
  readonly concurrency: number;
}

/** Wake-ups of one run that fall into the same bucket are one job, ms. */
const bucketMs = 200;
const sendWithinMs = 2_000;
const closeWithinMs = 10_000;

const queueOptions = {
  prefix: keys.queuePrefix,
  // Nothing is kept: a finished wake-up means nothing, and one that was kept would swallow the next with its id.
  defaultJobOptions: { attempts: 1, removeOnComplete: true, removeOnFail: true },
  streams: { events: { maxLen: 1_000 } },
} as const;

const workerOptions = {
  prefix: keys.queuePrefix,
  removeOnComplete: { count: 0 },
  removeOnFail: { count: 0 },
  lockDuration: 10_000,
  stalledInterval: 1_000,
  maxStalledCount: 1_000_000_000, // a job may outlive any number of workers: it is only a wake-up
  drainDelay: 2,
} as const;

/** All that a job may carry. Whoever can write to the queue can say no more than "look at this run". */
const jobShape = z.object({ runId: z.string().regex(/^[\w-]{1,64}$/) });

/** Sends and delivers wake-ups with BullMQ. */
export function createWakeups(deps: WakeupsDeps): Wakeups {
  const outgoing = createSender(deps);
  let worker: { close(): Promise<void> } | null = null;
  return {
    wake: outgoing.send,
    listen: async (handler) => {
      if (worker !== null) throw new TypeError('wake-ups are delivered to one handler per process');
      worker = startWorker(deps, handler);
    },
    close: async () => {
      await worker?.close();
      await outgoing.close();
    },
  };
}

const quietly = async (work: Promise<unknown>): Promise<void> => {
  await work.catch(() => undefined);
};

function createSender({ url, worker, clock, onProblem }: WakeupsDeps) {
  const client = new Redis(urlOf(url), { ...patient, connectionName: `${worker}/wake` });
  client.on('error', () => undefined); // the store's own connection reports an outage
  let queue: Queue | null = null;
  const failed = (run: RunId, cause: unknown) =>
    onProblem({
      event: 'wakeup.not-sent',
      sentence: `The wake-up of run ${run} could not be sent; the sweep will find the run.`,
      facts: { run },
      cause,
    });
  const open = (): Queue => {
    queue = new Queue(keys.queueName, { ...queueOptions, connection: client });
    queue.on('error', () => undefined);
    return queue;
  };
  const add = async (run: RunId, inMs: number) => {
    // `patient` would queue it until Redis is back; the sweep is there long before.
    if (client.status !== 'ready' && !(await becomesReady(client, clock))) throw new TypeError('no connection');
    const bucket = Math.floor((clock.now() + inMs) / bucketMs);
    await (queue ?? open()).add('wake', { runId: run }, { jobId: `wake-${run}-${bucket}`, delay: Math.max(0, Math.round(inMs)) });
  };
  return {
    send: async (run: RunId, inMs: number): Promise<void> => {
      try {
        await within(add(run, inMs), sendWithinMs);
      } catch (error) {
        failed(run, error);
      }
    },
    close: async () => {
      if (queue !== null) await quietly(within(queue.close(), sendWithinMs));
      client.disconnect();
    },
  };
}

async function becomesReady(client: Redis, clock: Clock): Promise<boolean> {
  for (let tries = 0; tries < 20 && client.status !== 'ready'; tries += 1) await clock.sleep(25);
  return client.status === 'ready';
}

/** A connection for BullMQ, which makes a second one of it to block on and, when Redis is gone, does not close that: we do. */
function openTwins(url: string, connectionName: string) {
  const client = new Redis(url, { ...patient, connectionName });
  const opened = [client];
  const duplicate = client.duplicate.bind(client);
  client.duplicate = (options) => {
    const twin = duplicate(options);
    opened.push(twin);
    return twin;
  };
  client.on('error', () => undefined);
  return {
    client,
    disconnect: () => {
      for (const one of opened) one.disconnect();
    },
  };
}

function startWorker({ url, worker, onProblem, concurrency }: WakeupsDeps, handler: (run: RunId) => Promise<void>) {
  const { client, disconnect } = openTwins(urlOf(url), `${worker}/listen`);
  const work = async (job: Job) => {
    const parsed = jobShape.safeParse(job.data);
    if (!parsed.success) return;
    try {
      await handler(asRunId(parsed.data.runId));
    } catch (cause) {
      onProblem({
        event: 'wakeup.failed',
        sentence: `Looking at run ${parsed.data.runId} failed.`,
        facts: { run: parsed.data.runId },
        cause,
      });
    }
  };
  const consumer = new Worker(keys.queueName, work, { ...workerOptions, connection: client, concurrency, name: worker });
  consumer.on('error', () => undefined); // BullMQ repeats an outage here for every loop; see above
  return {
    close: async () => {
      // BullMQ waits for handlers without limit; the journal's lease, not the queue, is what a hanging one would hold.
      // Without Redis only a forced close ends: the other one waits for the answer to a blocking read that was lost.
      await quietly(within(consumer.close(client.status !== 'ready'), closeWithinMs));
      disconnect();
    },
  };
}
