import { Redis } from 'ioredis';
import { afterEach, describe, expect, it } from 'vitest';
import type { RunId } from '../../src/domain/ids.ts';
import { runnerPace } from '../../src/runs/runner.ts';
import type { BotProcess } from '../../src/sim/bots.ts';
import { keys } from '../../src/store/keys.ts';
import { type House, openHouse } from '../support/house.ts';
import { until } from '../support/until.ts';

/** The bound that the product promises, ms: from the death of a worker to the next sign of life of its run. */
const promisedMs = 6_000;

/**
 * How long Redis keeps others from the run that the dead worker held, ms. With the sweeps of the living this is the promise; how fast
 * a busy machine lets them run is no part of it.
 */
async function heldFor(run: RunId): Promise<number> {
  const redis = new Redis(house.redis.url);
  const [seconds, micros] = await redis.time();
  const endsAt = Number(await redis.zscore(keys.leases, run));
  redis.disconnect();
  return endsAt - (Number(seconds) * 1_000 + Number(micros) / 1_000);
}

let house: House;
afterEach(() => house.close());

/** Approves a failover whose promotion takes a while, and answers with it when the promotion is under way. */
async function inTheMiddle(): Promise<RunId> {
  const run = await house.propose('ana', '/repl failover prod-sql', '#ops');
  await house.approve(run, 'bob', 'chloe');
  await until(() => house.sql.vc('standby')?.status === 'replication failing over', 'the promotion is under way');
  return run;
}

const takenOver = (run: RunId) => async (): Promise<boolean> => (await house.records(run)).some(({ entry }) => entry.kind === 'taken-over');

/** The process that wrote the last entry of the run's worker. */
const driverAmong = (processes: readonly BotProcess[]): BotProcess => {
  const driver = processes.find((one) => one.output().includes('"event":"entry.started"'));
  if (driver === undefined) throw new TypeError('nobody drives the run');
  return driver;
};

async function ends(run: RunId): Promise<void> {
  await house.confirm(run, 'ana');
  await house.reaches(run, 'succeeded');
  const changes = house.sql.effects().flatMap(({ side, kind, changed }) => (changed ? [`${side} ${kind}`] : []));
  expect(changes.filter((change, index) => changes.indexOf(change) !== index)).toEqual([]);
  const own = house.workspace.messages('#ops').filter(({ metadata }) => JSON.stringify(metadata ?? {}).includes('"key":"run"'));
  expect(own).toHaveLength(1);
}

describe('a bot that is killed in the middle of a run', () => {
  it('is followed by the other within six seconds, which goes on editing the same message', async () => {
    house = await openHouse({ bots: [], pace: { revertMs: 12_000 } });
    const processes = [await house.process('bot-1'), await house.process('bot-2')];
    const run = await inTheMiddle();
    const driver = driverAmong(processes);
    driver.signal('SIGKILL');
    await driver.gone();
    expect((await heldFor(run)) + 2 * runnerPace.sweepMs).toBeLessThan(promisedMs);
    const { edits } = await house.message(run);
    await until(takenOver(run), 'the other has taken over');
    await until(async () => (await house.message(run)).edits > edits, 'the message goes on being edited');
    await ends(run);
  }, 600_000);

  it('goes on within six seconds of its next start when there is no other', async () => {
    house = await openHouse({ bots: [], pace: { revertMs: 3_000 } });
    const first = await house.process('bot-1');
    const run = await inTheMiddle();
    first.signal('SIGKILL');
    await first.gone();
    expect((await heldFor(run)) + 2 * runnerPace.sweepMs).toBeLessThan(promisedMs);
    await house.process('bot-1-again');
    await until(takenOver(run), 'the next has taken over');
    await ends(run);
  }, 600_000);
});

describe('a bot that is killed after it acknowledged a command', () => {
  it('loses nothing: another bot works the command off, once', async () => {
    house = await openHouse({ bots: [] });
    const first = await house.process('bot-1');
    await until(() => house.workspace.sockets() > 0, 'a socket is open');
    // The databases don't answer, so the command stays where it is until the bot is dead.
    house.sql.faults.add({ match: /SHOW/, act: { kind: 'hang' }, times: 100 });
    const outcome = await house.as('ana').command('/repl failover prod-sql', '#ops');
    expect(outcome.state).toBe('acked');
    first.signal('SIGKILL');
    await first.gone();
    house.sql.faults.clear();
    await house.bot('bot-2');
    await until(async () => (await house.store.journal.recent(null, 10)).length > 0, 'the run is proposed');
    await house.workspace.idle();
    expect(await house.store.journal.recent(null, 10)).toHaveLength(1);
  }, 600_000);
});
