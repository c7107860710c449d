import { type App, type Caller, createApp } from '../../src/app.ts';
import { systemClock } from '../../src/domain/clock.ts';
import { asChannelId, type LinkId, type UserId } from '../../src/domain/ids.ts';
import { silentLog } from '../../src/domain/log.ts';
import { isRefusal } from '../../src/domain/refusal.ts';
import type { Engine } from '../../src/engines/engine.ts';
import { createPolicy } from '../../src/policy/service.ts';
import { createAlertDesk } from '../../src/store/alert-desk.ts';
import { createPolicyStore } from '../../src/store/policy-store.ts';
import { registry } from '../intents/registry-of-commands.ts';
import { approvalRule } from '../policy/builders.ts';
import { aProcess, type Process } from '../store/support.ts';
import { startRedis } from '../support/redis.ts';
import { aPerson, link, theLink } from '../support/runs.ts';
import { toyEngine, toyWorld } from '../support/toy-engine.ts';

export interface Bot {
  readonly app: App;
  readonly journal: Process['journal'];
}

export interface Bots {
  /** A bot on the same Redis as the others; `look` is called before each look at the databases, which comes right before a proposal. */
  bot(worker: string, look?: () => Promise<void>): Promise<Bot>;
  stop(): Promise<void>;
}

/** Bots that share a Redis of their own. */
export async function someBots(): Promise<Bots> {
  const server = await startRedis();
  const processes: Process[] = [];
  return {
    bot: async (worker, look = async () => undefined) => {
      const process = aProcess(server.url, worker);
      processes.push(process);
      const policy = createPolicy({ store: createPolicyStore(process.redis), clock: systemClock });
      const rules = { rules: [{ ...approvalRule, match: {} }] };
      const seeded = await policy.seed({ rules, by: 'a file', why: 'It is the first.' });
      if (isRefusal(seeded)) throw new TypeError(seeded.sentence);
      const toy = toyEngine(toyWorld());
      const engine: Engine = { ...toy, observe: async (on, io) => look().then(() => toy.observe(on, io)) };
      const app = createApp({
        links: new Map([[link, theLink]]),
        engines: new Map([[engine.id, engine]]),
        registry,
        policy,
        people: { person: async (id: UserId) => aPerson(id), byName: async () => null },
        journal: process.journal,
        clock: systemClock,
        log: silentLog,
        observeMs: 5_000,
        history: async () => [],
        redirected: async () => null,
        makerOf: createAlertDesk(process).makerOf,
        examinations: [],
        nudge: () => undefined,
      });
      return { app, journal: process.journal };
    },
    stop: async () => {
      for (const one of processes) one.close();
      await server.stop();
    },
  };
}

export const callOf = (person: UserId, delivery: string, via: Caller['via'] = 'button', channel = 'C1'): Caller => ({
  person,
  channel: asChannelId(channel),
  thread: null,
  via,
  delivery,
  external: false,
});

/** Holds everybody who comes until so many are there. */
export function gate(many: number): () => Promise<void> {
  let open: () => void = () => undefined;
  const all = new Promise<void>((resolve) => {
    open = resolve;
  });
  let there = 0;
  return () => {
    there += 1;
    if (there >= many) open();
    return all;
  };
}

export const proposedOn = async ({ journal }: Bot, on: LinkId = link) => journal.recent(on, 50);
