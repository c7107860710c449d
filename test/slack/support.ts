import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Clock } from '../../src/domain/clock.ts';
import { Fault } from '../../src/domain/faults.ts';
import type { SlackCalls } from '../../src/slack/calls.ts';
import type { Delivery, Inbox } from '../../src/slack/inbox-port.ts';

/** Time that moves only when told; whoever sleeps is woken in order. */
export interface HandClock extends Clock {
  advance(ms: number): Promise<void>;
}

export function handClock(start = 1_800_000_000_000): HandClock {
  let passed = 0;
  const sleepers = new Set<{ readonly at: number; readonly wake: () => void }>();
  return {
    now: () => start + passed,
    monotonic: () => passed,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        const sleeper = {
          at: passed + ms,
          wake: () => {
            sleepers.delete(sleeper);
            resolve();
          },
        };
        sleepers.add(sleeper);
        signal?.addEventListener('abort', sleeper.wake, { once: true });
      }),
    async advance(ms) {
      passed += ms;
      for (const sleeper of [...sleepers]) if (sleeper.at <= passed) sleeper.wake();
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

export interface Asked {
  readonly method: string;
  readonly args: Readonly<Record<string, unknown>>;
}

/** Slack as a function: an answer, or a Fault to throw. Everything asked is kept. */
export function answering(answer: (asked: Asked) => unknown): { readonly calls: SlackCalls; readonly asked: Asked[] } {
  const asked: Asked[] = [];
  const call = async (method: string, args: object): Promise<unknown> => {
    const one = { method, args: { ...args } };
    asked.push(one);
    const given = answer(one);
    if (given instanceof Fault) throw given;
    return given;
  };
  // The tests give answers in the form of the method's schema.
  return { calls: { call } as SlackCalls, asked };
}

export const refusedBySlack = (error: string, effect: 'not-applied' | 'unknown' = 'not-applied', retryAfterMs: number | null = null) =>
  new Fault('slack-unavailable', `Slack did not carry it out: ${error}.`, { effect, facts: { method: 'any', error, retryAfterMs } });

/** An inbox in memory, which can be made to fail. */
export function memoryInbox(): Inbox & { readonly recorded: Delivery[]; fail: Fault | 'never answer' | null } {
  const recorded: Delivery[] = [];
  return {
    recorded,
    fail: null,
    async record(delivery) {
      if (this.fail === 'never answer') return new Promise(() => undefined);
      if (this.fail !== null) throw this.fail;
      if (recorded.some(({ key }) => key === delivery.key)) return 'duplicate';
      recorded.push(delivery);
      return 'recorded';
    },
    work: async () => undefined,
    close: async () => undefined,
  };
}

export interface Site {
  readonly url: string;
  close(): Promise<void>;
}

/** An HTTP server on a free loopback port that answers as told. */
export async function site(serve: (request: IncomingMessage, response: ServerResponse, body: string) => void): Promise<Site> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    serve(request, response, Buffer.concat(chunks).toString('utf8'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
