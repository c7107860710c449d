import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runIdOf } from '../../src/app/proposing.ts';
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
import { startRedis, type TestRedis } from '../support/redis.ts';
import { ana, aPerson, bob, chloe, link, theLink } from '../support/runs.ts';
import { toyEngine, toyWorld } from '../support/toy-engine.ts';

let server: TestRedis;
let processes: Process[];
beforeEach(async () => {
  server = await startRedis();
  processes = [];
});
afterEach(async () => {
  for (const one of processes) one.close();
  await server.stop();
});

interface Bot {
  readonly app: App;
  readonly journal: Process['journal'];
}

/** A bot on the same Redis as the others; `look` is called before each look at the databases, which comes right before a proposal. */
async function aBot(worker: string, look: () => Promise<void> = async () => undefined): Promise<Bot> {
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
    makerOf: createAlertDesk(process).makerOf,
    examinations: [],
    nudge: () => undefined,
  });
  return { app, journal: process.journal };
}

const pressOf = (person: UserId, delivery: string): Caller => ({
  person,
  channel: asChannelId('C1'),
  thread: null,
  via: 'button',
  delivery,
  external: false,
});

const press = ({ app }: Bot, person: UserId, delivery: string) => app.takeUp(link, 'failover', pressOf(person, delivery));

/** Holds everybody who comes until so many are there. */
function gate(many: number): () => Promise<void> {
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

const proposedOn = async ({ journal }: Bot, on: LinkId = link) => journal.recent(on, 50);

describe('a button that the bot offers', () => {
  it('makes one run when two people press it at once, each on a bot of their own', async () => {
    const both = gate(2);
    const [one, other] = await Promise.all([aBot('bot-1', both), aBot('bot-2', both)]);
    const replies = await Promise.all([press(one, ana, 'press of ana'), press(other, bob, 'press of bob')]);
    expect(await proposedOn(one)).toHaveLength(1);
    const [told] = replies.filter(({ kind }) => kind === 'proposed');
    const [refused] = replies.filter(({ kind }) => kind === 'refusal');
    if (told?.kind !== 'proposed') throw new TypeError('nobody was told of the run');
    expect(refused).toMatchObject({
      code: 'link-held',
      sentence: expect.stringContaining(`Run ${told.run.id}, asked by <@${told.run.origin.person}>`),
    });
  });

  it('makes one run when one person presses it twice at once, and shows it both times', async () => {
    const both = gate(2);
    const [one, other] = await Promise.all([aBot('bot-1', both), aBot('bot-2', both)]);
    const replies = await Promise.all([press(one, ana, 'first press'), press(other, ana, 'second press')]);
    const [run] = await proposedOn(one);
    expect(replies).toMatchObject([
      { kind: 'proposed', run: { id: run } },
      { kind: 'proposed', run: { id: run } },
    ]);
  });

  it('holds nobody up when the bot that was pressed first died before it proposed, and still makes one run when that press is worked off again', async () => {
    const dying = await aBot('bot-1', () => Promise.reject(new TypeError('the process is gone')));
    await expect(press(dying, ana, 'press of ana')).rejects.toThrow('the process is gone');
    const [heir, third] = await Promise.all([aBot('bot-2'), aBot('bot-3')]);
    expect(await proposedOn(heir)).toEqual([]);
    expect(await press(heir, bob, 'press of bob')).toMatchObject({ kind: 'proposed', run: { origin: { person: bob } } });
    expect(await press(third, ana, 'press of ana')).toMatchObject({
      code: 'link-held',
      sentence: expect.stringContaining(`asked by <@${bob}>`),
    });
    expect(await proposedOn(heir)).toHaveLength(1);
  });

  it('makes another run once the one before is over', async () => {
    const bot = await aBot('bot-1');
    await press(bot, ana, 'press of ana');
    const run = runIdOf('press of ana');
    expect(await press(bot, chloe, 'press of chloe')).toMatchObject({ code: 'link-held' });
    await bot.app.cancel(run, ana);
    expect(await press(bot, bob, 'press of bob')).toMatchObject({ kind: 'proposed', run: { id: runIdOf('press of bob') } });
    expect(await press(bot, chloe, 'another press of chloe')).toMatchObject({ code: 'link-held' });
    expect(await proposedOn(bot)).toHaveLength(2);
  });
});
