import { afterEach, describe, expect, it } from 'vitest';
import type { RunId } from '../../src/domain/ids.ts';
import type { RunView } from '../../src/domain/run.ts';
import type { LdrWorld } from '../../src/sim/cockroach/ldr/ldr-world.ts';
import type { LdrSpec } from '../../src/sim/stages/ldr.ts';
import { type House, openHouse } from '../support/house.ts';
import { until } from '../support/until.ts';

let house: House;
afterEach(() => house.close());

const id = 'prod-shop';
const orders = 'shop.public.orders';

async function open(more: Partial<LdrSpec> = {}): Promise<LdrWorld> {
  house = await openHouse({
    links: [{ id, engine: 'cockroach-ldr', environment: 'production', description: 'Shop', version: '26.2', ...more }],
  });
  const world = house.world.ldr[id];
  if (world === undefined) throw new TypeError('there is no shop');
  return world;
}

/** Asks for an operation, approves it, and does what it asks of people; `byHand` comes before the confirmation. */
async function carry(operation: string, byHand: (title: string) => void = () => {}): Promise<RunView> {
  const run: RunId = await house.propose('ana', `/repl ${operation}`);
  await house.approve(run, 'bob', 'chloe');
  const { plan } = await house.run(run);
  for (const [at, { by, title }] of plan.steps.entries()) {
    if (by !== 'person') continue;
    await until(async () => (await house.run(run)).steps[at]?.state === 'underway', `it is the turn of '${title}'`);
    byHand(title);
    await house.confirm(run, 'ana');
  }
  return house.reaches(run, 'succeeded');
}

const sent = (world: LdrWorld): readonly string[] =>
  world
    .effects()
    .filter(({ tag }) => tag.startsWith('replops/r-'))
    .map(({ statement }) => statement.split(' ').slice(0, 2).join(' '));

const rowsOn = (world: LdrWorld, side: 'primary' | 'standby'): readonly number[] => world.tables(side).map(({ rows }) => rows);

describe('a link of logical replication', { timeout: 180_000 }, () => {
  it('is taken through a change of its tables, and has the same rows on both sides afterwards', async () => {
    const world = await open({ connections: 'bot' });
    world.ldr.write('primary', orders, 7);
    await carry(`alter ${id}`, (title) => {
      if (!title.startsWith('Change the tables')) return;
      for (const side of ['primary', 'standby'] as const) {
        world.ldr.change(side, orders, { checks: [{ name: 'positive', expression: 'amount > 0' }] });
      }
    });
    expect(sent(world)).toEqual(['CANCEL JOB', 'TRUNCATE TABLE', 'CREATE LOGICAL']);
    expect(rowsOn(world, 'standby')).toEqual(rowsOn(world, 'primary'));
    expect(world.ldrJobs('standby').map(({ status }) => status)).toEqual(['canceled', 'running']);
  });

  it('takes a renewed connection, and no password of it is told to anybody', async () => {
    const world = await open({ connections: 'bot' });
    const [before] = world.ldrJobs('standby');
    await carry(`reconnect ${id}`);
    expect(sent(world)).toEqual(['ALTER EXTERNAL', 'PAUSE JOB', 'RESUME JOB']);
    expect(world.ldrJobs('standby')).toMatchObject([{ id: before?.id, status: 'running' }]);
    expect(told()).not.toContain(world.primary.password);
  });

  it('is copied anew when the history that it needs is gone', async () => {
    const world = await open({ connections: 'bot', start: 'paused' });
    world.control().advance(25 * 3_600_000);
    expect(await house.ask('ana', `/repl resume ${id}`)).toContain(`/repl rebuild ${id}`);
    world.ldr.write('primary', orders, 7);
    await carry(`rebuild ${id}`);
    expect(sent(world)).toEqual(['CANCEL JOB', 'TRUNCATE TABLE', 'CREATE LOGICAL']);
    expect(rowsOn(world, 'standby')).toEqual(rowsOn(world, 'primary'));
    expect(world.ldrJobs('standby').map(({ status }) => status)).toEqual(['canceled', 'running']);
  });

  it('goes on from where it ended, without a copy, and lacks nothing', async () => {
    const world = await open();
    await carry(`teardown ${id}`);
    world.ldr.write('primary', orders, 7);
    expect(await house.ask('ana', `/repl setup ${id}`)).toContain(`/repl setup ${id} --from last`);
    expect(await house.ask('ana', `/repl setup ${id} --from -5h`)).toContain('gc.ttlseconds');
    await carry(`setup ${id} --from last`);
    expect(world.effects().filter(({ statement }) => /^CREATE LOGICAL .* WITH CURSOR = '/.test(statement))).toHaveLength(1);
    expect(sent(world)).toEqual(['CANCEL JOB', 'CREATE LOGICAL']);
    await until(() => rowsOn(world, 'standby')[0] === rowsOn(world, 'primary')[0], 'the writes in between have arrived');
    const view = await carry(`verify ${id}`);
    expect(view.report?.sentence).toContain('Both sides hold the same rows');
  });
});

/** Everything that was ever sent to Slack, whichever way. */
const told = (): string =>
  JSON.stringify([house.workspace.calls(), house.workspace.messages('#ops'), house.workspace.ephemerals('ana', '#ops')]);

describe('rows that could not be applied', { timeout: 180_000 }, () => {
  it('are told by number, reason and age, and nothing that a customer wrote leaves the database', async () => {
    const world = await open();
    world.ldr.conflict('standby', orders, 3, 'duplicate key value violates unique constraint "email_key" for ann@example.com (age limit)');
    world.control().advance(61_000);
    await until(() => world.tables('standby').some(({ dlq }) => dlq === 3), 'the rows are in the queue');
    const answer = await house.ask('ana', `/repl dlq ${id}`);
    expect(answer).toContain(`3 rows could not be applied on ${id}-dublin`);
    expect(answer).toContain(`${orders} on ${id}-dublin`);
    expect(answer).toMatch(/newest .* ago, oldest .* ago/);
    expect(answer).toMatch(/insert of row [0-9a-f]{10}/);
    expect(await house.ask('ana', `/repl status ${id}`)).toContain('3 rows could not be applied');
    expect(await house.ask('ana', `/repl describe ${id}`)).toContain('3 rows in the dead letter queue');
    expect(await house.ask('ana', `/repl plan switchover ${id}`)).toContain('dead letter queue');
    // The simulated rows hold the name of the column and a number in every field.
    const customers = /\b(?:id|region|amount|updated_at)-\d{6,}|ann@example\.com/;
    expect(customers.exec(told())?.[0] ?? null).toBeNull();
    expect(customers.exec(house.logs())?.[0] ?? null).toBeNull();
  });
});
