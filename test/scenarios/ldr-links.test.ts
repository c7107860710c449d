import { afterEach, describe, expect, it } from 'vitest';
import type { RunId } from '../../src/domain/ids.ts';
import type { SimSide } from '../../src/sim/cockroach/contract.ts';
import type { Pace } from '../../src/sim/cockroach/sql-world.ts';
import type { LdrSpec } from '../../src/sim/stages/ldr.ts';
import type { House } from '../support/house.ts';
import { openHouse } from '../support/house.ts';
import { until } from '../support/until.ts';

let house: House;
afterEach(() => house.close());

const id = 'prod-shop';
const orders = 'shop.public.orders';

const open = (more: Partial<LdrSpec> = {}, pace: Partial<Pace> = {}): Promise<House> =>
  openHouse({ links: [{ id, engine: 'cockroach-ldr', environment: 'production', description: 'Shop', version: '26.2', ...more }], pace });
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

  it.each([
    ['primary', 'standby', 'dublin', 'frankfurt'],
    ['standby', 'primary', 'frankfurt', 'dublin'],
  ] as const)(
    'both ways, fails over when the %s is lost, and what had not arrived comes when it is back',
    async (lost, left, here, there) => {
      // The jobs go on trying for as long as the other side is away.
      house = await open({ direction: 'bidirectional' }, { giveUpMs: 3_600_000 });
      const rows = (side: SimSide) => shop().tables(side)[0]?.rows ?? Number.NaN;
      shop().faults.link('down');
      shop().ldr.write(lost, orders, 5);
      shop().control().advance(8_000);
      await shop().faults.down(lost);

      const run = await house.propose('ana', `/repl failover ${id}`);
      const { channel, ts } = await house.message(run);
      const shown = JSON.stringify([(await house.message(run)).blocks, house.workspace.thread(channel, ts)]);
      for (const words of [
        `Send applications to ${id}-${here} with what has arrived there from ${id}-${there}.`,
        `They are not lost for good if ${id}-${there} comes back within 24 h: they arrive then, and the later write of a row wins.`,
        `CockroachDB can't fence ${id}-${there}: applications that still reach it go on writing there, and those writes come to ${id}-${here} when they can.`,
        `The job into ${id}-${here} stays and tries again. Whether a job on ${id}-${there} brings writes back there can't be seen now`,
        'Where both sides write the same row, the later write wins and the other one is gone without notice',
      ]) {
        expect(shown).toContain(words);
      }
      await house.approve(run, 'bob', 'chloe');
      await confirm(run, `Redirect application traffic to ${id}-${here}, and keep it away from ${id}-${there}`);
      const { report } = await house.reaches(run, 'succeeded');
      expect(report?.lossMs ?? -1).toBeGreaterThanOrEqual(8_000);
      expect(report?.sentence).toMatch(/^The writes of at most the last .+ had not arrived when the run began\./);
      expect(report?.sentence).toContain('when they could write last was not measured');

      shop().ldr.write(left, orders, 3);
      expect(rows(left)).toBe(rows(lost) - 2);
      await shop().faults.up(lost);
      shop().faults.link('up');
      await until(() => rows(left) === 1_008 && rows(lost) === 1_008, 'each side has the writes of the other one');
      expect(
        shop()
          .effects()
          .filter(({ tag }) => tag.startsWith('replops/r-')),
      ).toEqual([]);
    },
  );

  it('says why there is no fence, and what to do instead', async () => {
    house = await open();
    expect(await house.ask('ana', `/repl fence ${id}`)).toMatch(/nothing that stops writers.*Stop the applications/s);
  });
});
