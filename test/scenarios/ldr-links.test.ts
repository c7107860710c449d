import { afterEach, describe, expect, it } from 'vitest';
import type { RunId } from '../../src/domain/ids.ts';
import type { LdrSpec } from '../../src/sim/stages/ldr.ts';
import type { House } from '../support/house.ts';
import { openHouse } from '../support/house.ts';
import { until } from '../support/until.ts';

let house: House;
afterEach(() => house.close());

const id = 'prod-shop';
const orders = 'shop.public.orders';

const open = (more: Partial<LdrSpec> = {}): Promise<House> =>
  openHouse({ links: [{ id, engine: 'cockroach-ldr', environment: 'production', description: 'Shop', version: '26.2', ...more }] });
const shop = () => {
  const world = house.world.ldr[id];
  if (world === undefined) throw new TypeError('there is no shop');
  return world;
};

/** Confirms the step of people whose title holds these words, once it is its turn. */
async function confirm(run: RunId, words: string): Promise<void> {
  await until(async () => {
    const { plan, steps } = await house.run(run);
    const at = plan.steps.findIndex(({ title }) => title.includes(words));
    return steps[at]?.state === 'underway';
  }, `it is the turn of '${words}'`).catch(async (cause: unknown) => {
    const { state, steps, halt, ending } = await house.run(run);
    throw new TypeError(`it is ${state}: ${JSON.stringify({ steps: steps.map((step) => step.state), halt, ending })}`, { cause });
  });
  await house.confirm(run, 'ana');
}

describe('a link of logical replication', { timeout: 180_000 }, () => {
  it('moves applications both ways and back, without losing a write', async () => {
    house = await open({ direction: 'bidirectional' });
    shop().ldr.write('primary', orders, 40);
    for (const [operation, to] of [
      ['switchover', 'dublin'],
      ['failback', 'frankfurt'],
    ] as const) {
      const run = await house.propose('ana', `/repl ${operation} ${id}`);
      await house.approve(run, 'bob', 'chloe');
      await confirm(run, 'Stop every application');
      await confirm(run, `Redirect application traffic to ${id}-${to}`);
      const view = await house.reaches(run, 'succeeded');
      expect(view.report?.lossMs).toBe(0);
      expect(view.report?.sentence).toContain('Both sides held the same rows');
    }
    expect(
      shop()
        .effects()
        .filter(({ tag }) => tag.startsWith('replops/r-')),
    ).toEqual([]);
    expect(shop().ldrJobs('standby')).toMatchObject([{ status: 'running' }]);
  });

  it('is set up, paused, resumed and ended, and nothing is done twice', async () => {
    house = await open({ start: 'none' });
    for (const operation of ['setup', 'pause', 'resume', 'teardown']) {
      const run = await house.propose('ana', `/repl ${operation} ${id}`);
      await house.approve(run, 'bob', 'chloe');
      await house.reaches(run, 'succeeded');
    }
    const sent = shop()
      .effects()
      .filter(({ tag }) => tag.startsWith('replops/r-'))
      .map(({ statement }) => statement.split(' ').slice(0, 2).join(' '));
    expect(sent).toEqual(['CREATE LOGICAL', 'PAUSE JOB', 'RESUME JOB', 'CANCEL JOB']);
    expect(shop().ldrJobs('standby')).toMatchObject([{ status: 'canceled' }]);
  });

  it('fails over from a side that is gone, and tells what had not arrived', async () => {
    house = await open();
    await shop().faults.down('primary');
    const run = await house.propose('ana', `/repl failover ${id}`);
    await house.approve(run, 'bob', 'chloe');
    await confirm(run, 'Redirect application traffic');
    const view = await house.reaches(run, 'succeeded');
    expect(view.report?.lossMs).toBeTypeOf('number');
    expect(view.report?.sentence).toContain('had not arrived');
    expect(shop().ldrJobs('standby')).toMatchObject([{ status: 'canceled' }]);
  });

  it('says why there is no fence, and what to do instead', async () => {
    house = await open();
    expect(await house.ask('ana', `/repl fence ${id}`)).toMatch(/nothing that stops writers.*Stop the applications/s);
  });
});
