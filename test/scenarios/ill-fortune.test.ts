import { Redis } from 'ioredis';
import { afterEach, describe, expect, it } from 'vitest';
import type { House } from '../support/house.ts';
import { openHouse } from '../support/house.ts';
import { until } from '../support/until.ts';

let house: House;
afterEach(() => house.close());

const changes = ({ sql }: House): readonly string[] =>
  sql.effects().flatMap(({ side, kind, changed }) => (changed ? [`${side} ${kind}`] : []));
const repeated = (list: readonly string[]): readonly string[] => list.filter((one, index) => list.indexOf(one) !== index);

async function runThrough(run: Awaited<ReturnType<House['propose']>>): Promise<void> {
  await house.approve(run, 'bob', 'chloe');
  await house.confirm(run, 'ana');
  await house.reaches(run, 'succeeded');
  expect(repeated(changes(house))).toEqual([]);
}

describe('Slack', () => {
  it('delivers a command twice: one run', async () => {
    house = await openHouse({ bots: ['bot-1', 'bot-2'] });
    house.workspace.faults.duplicate('command', 1);
    await house.propose('ana', '/repl failover prod-sql');
    await house.workspace.idle();
    expect(await house.store.journal.recent(null, 10)).toHaveLength(1);
  });

  it('delivers a click twice: one vote', async () => {
    house = await openHouse({ bots: ['bot-1', 'bot-2'] });
    const run = await house.propose('ana', '/repl failover prod-sql');
    house.workspace.faults.duplicate('click', 1);
    await house.approve(run, 'bob');
    await house.workspace.idle();
    await until(async () => (await house.run(run)).votes.length === 1, 'the vote counts');
    expect((await house.records(run)).filter(({ entry }) => entry.kind === 'voted')).toHaveLength(1);
  });

  it('says 429 and 5xx while a run moves: the run does not wait, and the last state is shown', async () => {
    house = await openHouse();
    const run = await house.propose('ana', '/repl failover prod-sql');
    house.workspace.faults.rateLimit('chat.update', { times: 3, retryAfterSeconds: 1 });
    house.workspace.faults.failHttp('chat.postMessage', { times: 3, status: 503 });
    await runThrough(run);
    await until(async () => /succeeded|done/i.test((await house.message(run)).text), 'the last state is shown');
  });

  it('loses the reply to a post: the message stands there once', async () => {
    house = await openHouse();
    house.workspace.faults.loseReply('chat.postMessage', { times: 1 });
    const run = await house.propose('ana', '/repl failover prod-sql');
    await until(async () => (await house.run(run)).posted['run']?.ts !== undefined, 'the message is found again');
    await until(async () => (await house.run(run)).posted['run']?.ts !== null, 'the message is found again');
    const own = house.workspace.messages('#ops').filter((message) => JSON.stringify(message.metadata ?? {}).includes(`"key":"run"`));
    expect(own).toHaveLength(1);
  });
});

/** From here on nothing that Redis has acknowledged is lost by a kill, however slow the disk is. */
async function keepAll(url: string): Promise<void> {
  const redis = new Redis(url);
  await redis.config('SET', 'appendfsync', 'always');
  redis.disconnect();
}

describe('Redis', () => {
  it('is restarted in the middle of a run: the run goes on, and nothing happens twice', async () => {
    house = await openHouse();
    const run = await house.propose('ana', '/repl failover prod-sql');
    await house.approve(run, 'bob', 'chloe');
    await house.reaches(run, 'running');
    await keepAll(house.redis.url);
    await house.redis.kill();
    await house.redis.restart();
    await house.confirm(run, 'ana');
    await house.reaches(run, 'succeeded');
    expect(repeated(changes(house))).toEqual([]);
  });

  it('is away: a command is answered in plain words, and nothing happens', async () => {
    house = await openHouse({ bot: { redisWithinMs: 2_000 } });
    await house.redis.kill();
    const answer = async (): Promise<string> => {
      const outcome = await house.as('ana').command('/repl failover prod-sql', '#ops');
      expect(outcome.state).toBe('acked');
      return JSON.stringify(outcome.payload);
    };
    // A command that was on its way to Redis when its connection broke may have been taken; from then on none can be.
    expect(await answer()).toMatch(/Nothing happened|cannot tell whether your command was taken/);
    await until(async () => (await answer()).includes('Nothing happened'), 'the bot knows that Redis is away');
    expect(house.sql.effects()).toEqual([]);
    await house.redis.restart();
  });
});

describe('a database connection', () => {
  it.each(['drop-before', 'drop-after'] as const)('breaks (%s) at every effect: each happens once', async (kind) => {
    house = await openHouse();
    const run = await house.propose('ana', '/repl failover prod-sql');
    const effects = [/STOP SERVICE/, /COMPLETE REPLICATION/, /START SERVICE/, /SET CLUSTER SETTING/];
    const faults = effects.map((match) => house.sql.faults.add({ match, act: { kind } }));
    await runThrough(run);
    expect(faults.slice(0, 3).map((fault) => fault.hits())).toEqual([1, 1, 1]);
    expect(house.sql.splitBrain()).toEqual([]);
  });

  it('is refused for want of a privilege: the run halts with the reason, and goes on after a retry', async () => {
    house = await openHouse();
    const run = await house.propose('ana', '/repl failover prod-sql');
    house.sql.faults.add({
      match: /COMPLETE REPLICATION/,
      act: { kind: 'refuse', sqlState: '42501', message: 'user ops does not have MANAGEVIRTUALCLUSTER' },
    });
    await house.approve(run, 'bob', 'chloe');
    const halted = await house.reaches(run, 'halted');
    expect(halted.halt?.sentence).toContain('changed nothing');
    await until(async () => JSON.stringify((await house.message(run)).blocks).includes('replops:retry'), 'a retry is offered');
    await house.click(run, 'bob', 'retry');
    await house.confirm(run, 'ana');
    await house.reaches(run, 'succeeded');
  });

  it('is refused at the step without return: since nothing happened, everything can still be taken back', async () => {
    house = await openHouse();
    const run = await house.propose('ana', '/repl failover prod-sql');
    house.sql.faults.add({ match: /COMPLETE REPLICATION/, act: { kind: 'refuse', sqlState: '42501', message: 'no' } });
    await house.approve(run, 'bob', 'chloe');
    await house.reaches(run, 'halted');
    await until(async () => JSON.stringify((await house.message(run)).blocks).includes('take back'), 'a way back is offered');
    await house.click(run, 'ana', 'cancel');
    await house.reaches(run, 'undone');
    expect(house.sql.writable()).toEqual({ primary: true, standby: false });
  });
});
