import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/domain/clock.ts';
import type { Operation } from '../../../src/domain/operation.ts';
import type { Step } from '../../../src/domain/plan.ts';
import { isRefusal } from '../../../src/domain/refusal.ts';
import {
  aReach,
  byHand,
  endStreams,
  failStreams,
  type LdrBed,
  type LdrBedOptions,
  ldrLinkId as link,
  streamPassword,
} from '../../conformance/cockroach-ldr-bed.ts';
import { anIo, carryOut, executorFor, planOn, settle, through } from '../../conformance/drive.ts';
import { admin, openBed, orders } from './beds.ts';

async function open(options: LdrBedOptions = {}, version: '24.3' | '25.2' | '26.2' = '26.2'): Promise<LdrBed> {
  return openBed(version, options);
}

const setup: Operation = { kind: 'setup', link };
const switchover: Operation = { kind: 'switchover', link, maxWriteStopMs: 60_000 };

async function stepOf(on: LdrBed, operation: Operation, kind: string): Promise<Step> {
  const step = (await planOn(on, operation)).steps.find((candidate) => candidate.kind === kind);
  if (step === undefined) throw new TypeError(`no ${kind}`);
  return step;
}
const ask = (on: LdrBed, step: Step) => settle(on, step, () => on.engine());
const stream = `CREATE LOGICAL REPLICATION STREAM FROM TABLES (${orders}, shop.public.items) ON 'external://to_east' INTO TABLES (${orders}, shop.public.items)`;

describe('a password of the config that lets nobody in', { timeout: 180_000 }, () => {
  const streams = { primary: null, standby: { externalConnection: 'to_new', reach: aReach() } };
  const wrong = {
    kind: 'impossible',
    why: expect.stringContaining("has a user stream that the config's password does not let in"),
  };

  it('is found before a connection is made of it', async () => {
    const on = await open({ world: { ...admin, start: 'none' }, settings: () => ({ streams }) });
    const create = await stepOf(on, setup, 'ldr.create-user');
    await byHand(on.world, 'primary', `CREATE USER stream WITH PASSWORD 'another'`);
    expect(await ask(on, create)).toMatchObject(wrong);
  });

  it('is found before a connection is overwritten', async () => {
    const renewed = { primary: null, standby: { externalConnection: 'to_east', reach: aReach() } };
    const on = await open({ world: admin, settings: () => ({ streams: renewed }) });
    const { steps } = await planOn(on, { kind: 'reconnect', link });
    const [first] = steps;
    if (first === undefined) throw new TypeError('no step');
    await byHand(on.world, 'primary', `CREATE USER stream WITH PASSWORD 'another'`);
    expect(await ask(on, first)).toMatchObject(wrong);
    expect(on.effects()).toEqual([]);
  });
});

describe('an answer that repeats a secret', { timeout: 180_000 }, () => {
  const streams = { primary: null, standby: { externalConnection: 'to_new', reach: aReach() } };
  const spellings = [streamPassword, encodeURIComponent(streamPassword)].flatMap((text) => [text, text.replaceAll("'", "''")]);

  it.each([
    ['ldr.create-user', /^CREATE USER/],
    ['ldr.create-connection', /^CREATE EXTERNAL/],
  ] as const)('is told without it (%s)', async (kind, match) => {
    const users = [{ name: 'ops', password: 'another one', admin: true }];
    const on = await open({ world: { users, start: 'none' }, settings: () => ({ streams }) });
    const step = await stepOf(on, setup, kind);
    const message = `cannot take ${spellings.join(' or ')}`;
    on.world.faults.add({ match, act: { kind: 'refuse', sqlState: 'XXUUU', message, hint: message } });
    const fault = await executorFor(on.engine(), step)
      .perform(step, on.link, anIo())
      .catch((cause: unknown) => cause);
    expect(fault).toMatchObject({ message: expect.stringContaining('cannot take [redacted]') });
    const told = inspect(fault, { depth: 9 });
    for (const spelling of spellings) expect(told).not.toContain(spelling);
  });
});

describe('starting a job', { timeout: 180_000 }, () => {
  it('takes one that somebody started meanwhile by the same words for the one that was wanted, and starts no second', async () => {
    const on = await open({ world: { start: 'none' } });
    const create = await stepOf(on, setup, 'ldr.create-stream');
    await byHand(on.world, 'standby', stream);
    expect(await ask(on, create)).toMatchObject({ kind: 'done' });
    expect(on.effects()).toEqual([]);
  });

  it('stops at a job over fewer tables that somebody started meanwhile', async () => {
    const on = await open({ world: { start: 'none' } });
    const create = await stepOf(on, setup, 'ldr.create-stream');
    await byHand(
      on.world,
      'standby',
      `CREATE LOGICAL REPLICATION STREAM FROM TABLE ${orders} ON 'external://to_east' INTO TABLE ${orders}`,
    );
    expect(await ask(on, create)).toMatchObject({
      kind: 'impossible',
      why: expect.stringContaining('is not the one that was to be started'),
    });
  });

  it('sends nothing when a job appears between the look and the call', async () => {
    const on = await open({ world: { start: 'none' } });
    const create = await stepOf(on, setup, 'ldr.create-stream');
    expect(await ask(on, create)).toEqual({ kind: 'todo' });
    await byHand(on.world, 'standby', stream);
    const fault = await executorFor(on.engine(), create)
      .perform(create, on.link, anIo())
      .catch((cause: unknown) => cause);
    expect(fault).toMatchObject({ effect: 'not-applied', message: expect.stringContaining('has appeared meanwhile') });
    expect(on.world.ldrJobs('standby').length).toBe(1);
  });

  it('does not start again what was started and ended', async () => {
    const on = await open({ world: { start: 'none' } });
    const create = await stepOf(on, setup, 'ldr.create-stream');
    await carryOut(on, create, () => on.engine());
    await endStreams(on.world, 'standby');
    expect(await ask(on, create)).toMatchObject({ kind: 'impossible', why: expect.stringContaining('is over already (canceled)') });
    expect(on.world.ldrJobs('standby').length).toBe(1);
  });

  it('refuses to send other words than those that were approved', async () => {
    const on = await open({ world: { start: 'none' } });
    const create = await stepOf(on, setup, 'ldr.create-stream');
    const changed = { ...on.link, settings: { ...on.link.settings, options: { ...on.link.settings.options, label: 'other' } } };
    const probe = await executorFor(on.engine(), create).probe(create, changed, anIo());
    expect(probe).toMatchObject({ kind: 'impossible', why: expect.stringContaining('in other words now') });
  });

  it('has conflicts go to the dead letter queue where the config asks for it', async () => {
    const options = { mode: 'immediate', discardTtlDeletes: false, label: null, skipSchemaCheck: false, defaultFunction: 'dlq' } as const;
    const on = await open({ world: { start: 'none' }, settings: () => ({ options }) });
    await carryOut(on, await stepOf(on, setup, 'ldr.create-stream'), () => on.engine());
    const seen = await on.engine().observe(on.link, anIo());
    expect(seen.detail).toMatchObject({ standby: { jobs: [{ conflicts: 'DLQ' }] } });
  });

  it('does not take a connection for its own that leads elsewhere', async () => {
    const streams = { primary: null, standby: { externalConnection: 'on_to_east', reach: aReach() } };
    const on = await open({ world: { ...admin, start: 'none' }, settings: () => ({ streams }) });
    const create = await stepOf(on, setup, 'ldr.create-connection');
    await byHand(on.world, 'standby', `CREATE EXTERNAL CONNECTION on_to_east AS 'postgresql://ops:x@127.0.0.1:1/shop?sslmode=disable'`);
    expect(await ask(on, create)).toMatchObject({
      kind: 'impossible',
      why: expect.stringContaining('does not lead where the config says'),
    });
  });
});

describe('emptying the side that was given up', { timeout: 180_000 }, () => {
  const rebuild: Operation = { kind: 'rebuild', link };
  const ended = async (options: LdrBedOptions = {}) => {
    const on = await open({ world: admin, ...options });
    await failStreams(on.world);
    return on;
  };

  it('never deletes rows that the other side lacks', async () => {
    const on = await ended();
    const empty = await stepOf(on, rebuild, 'ldr.empty-tables');
    await byHand(on.world, 'primary', `TRUNCATE TABLE ${orders}`);
    expect(await ask(on, empty)).toMatchObject({ kind: 'impossible', why: expect.stringContaining('may be the only ones') });
    expect(on.effects()).toEqual([]);
  });

  it('deletes nothing while the other side can not be asked', async () => {
    const on = await ended();
    const empty = await stepOf(on, rebuild, 'ldr.empty-tables');
    await on.world.faults.down('primary');
    await expect(executorFor(on.engine(), empty).probe(empty, on.link, anIo({ timeoutMs: 10_000 }))).rejects.toMatchObject({
      code: 'connect-failed',
    });
  });

  it('deletes and starts nothing when people left the tables different', async () => {
    const on = await open({ world: admin });
    const plan = await planOn(on, { kind: 'alter', link });
    const check = plan.steps.findIndex(({ kind }) => kind === 'ldr.check-fit');
    await through(on, { ...plan, steps: plan.steps.slice(0, check) }, async (step) => void (await carryOut(on, step, () => on.engine())));
    on.world.ldr.change('primary', orders, { checks: [{ name: 'positive', expression: 'id > 0' }] });
    const step = plan.steps[check];
    if (step === undefined) throw new TypeError('no check');
    expect(await ask(on, step)).toMatchObject({ kind: 'impossible', why: expect.stringContaining('not the same on both sides') });
    expect(on.world.tables('standby').every(({ rows }) => rows > 0)).toBe(true);
    expect(plan.steps.findIndex(({ kind }) => kind === 'ldr.empty-tables')).toBeGreaterThan(check);
  });
});

describe('moving applications', { timeout: 180_000 }, () => {
  /** Carries the steps out until one can't be, and tells what that one says. */
  async function untilStopped(on: LdrBed, person: (step: Step) => void): Promise<string> {
    const plan = await planOn(on, switchover);
    const engine = on.engine();
    for (const step of plan.steps) {
      if (step.by === 'person') person(step);
      const said = step.by === 'person' ? '' : await carryOut(on, step, () => engine).then(String, String);
      if (said.startsWith('TypeError')) return `${step.kind} ${said}`;
    }
    return '';
  }

  it('comes to its end when everybody does their part', async () => {
    expect(await untilStopped(await open(), () => {})).toBe('');
  });

  it('finds the application that goes on writing after the confirmed stop', async () => {
    const on = await open({ world: { direction: 'bidirectional' } });
    on.world.ldr.rate('primary', orders, 500_000);
    expect(await untilStopped(on, () => {})).toContain(`${orders} took writes on sql-east after writes were said to be stopped`);
  });

  it('finds rows that did not arrive, though no queue tells of them yet', async () => {
    const on = await open();
    const said = await untilStopped(on, ({ kind }) => {
      if (kind === 'ldr.stop-writers') on.world.ldr.conflict('standby', orders, 3);
    });
    expect(said).toContain(`${orders} differ between sql-west and sql-east`);
  });

  it('stops before the redirect when rows went to the dead letter queue meanwhile', async () => {
    let aheadMs = 0;
    const clock = { ...systemClock, now: () => systemClock.now() + aheadMs };
    const on = await open({ world: { clock } });
    const said = await untilStopped(on, ({ kind }) => {
      if (kind !== 'ldr.stop-writers') return;
      on.world.ldr.conflict('standby', orders, 3);
      // The product tries for a minute before it gives a row up.
      aheadMs = 70_000;
    });
    expect(said).toContain('ldr.check-queue');
    expect(said).toContain('dead letter queue of sql-west has grown by 3');
    expect(on.world.ldrJobs('standby')).toMatchObject([{ status: 'running' }]);
  });

  it('does not begin to wait without a recorded time', async () => {
    const on = await open();
    const wait = await stepOf(on, switchover, 'ldr.await-past');
    expect(await ask(on, wait)).toMatchObject({ kind: 'impossible', why: expect.stringContaining('No step recorded a time on sql-east') });
  });
});

describe('comparing', { timeout: 180_000 }, () => {
  const verify: Operation = { kind: 'verify', link };

  it('proves that both sides are the same, and writes nothing', async () => {
    const on = await open();
    const compare = await stepOf(on, verify, 'ldr.compare-tables');
    const engine = on.engine();
    expect(await settle(on, compare, () => engine)).toMatchObject({ kind: 'done', evidence: { differ: 'none', 'tables compared': 2 } });
    expect(on.effects()).toEqual([]);
  });

  it('names the table that differs, and compares anew when it is asked again', async () => {
    const on = await open();
    on.world.ldr.differ('standby', orders, true);
    const compare = await stepOf(on, verify, 'ldr.compare-tables');
    const engine = on.engine();
    expect(await settle(on, compare, () => engine)).toMatchObject({ kind: 'impossible', why: expect.stringContaining(`${orders} differ`) });
    on.world.ldr.differ('standby', orders, false);
    expect(await settle(on, compare, () => engine)).toMatchObject({ kind: 'done' });
  });

  it('does not call a table different that is being written', async () => {
    const on = await open();
    on.world.ldr.rate('primary', orders, 500_000);
    const compare = await stepOf(on, verify, 'ldr.compare-tables');
    const engine = on.engine();
    expect(await settle(on, compare, () => engine)).toMatchObject({
      kind: 'impossible',
      why: expect.stringContaining('took writes all the while'),
    });
  });
});

describe('reconnecting', { timeout: 180_000 }, () => {
  it.each(['25.2', '26.2'] as const)('has the job on %s go on with the renewed connection', async (version) => {
    const streams = { primary: null, standby: { externalConnection: 'to_east', reach: aReach({ user: 'ops' }) } };
    const on = await open({ world: admin, settings: () => ({ streams }) }, version);
    const [before] = on.world.ldrJobs('standby');
    const plan = await planOn(on, { kind: 'reconnect', link });
    for (const step of plan.steps) await carryOut(on, step, () => on.engine());
    const [after, ...more] = on.world.ldrJobs('standby');
    expect(more).toEqual([]);
    expect(after).toMatchObject({ id: before?.id, status: 'running' });
    expect(on.effects().map(({ statement }) => statement.split(' ').slice(0, 3).join(' '))).toEqual([
      ...(version === '25.2' ? ['DROP EXTERNAL CONNECTION', 'CREATE EXTERNAL CONNECTION'] : ['ALTER EXTERNAL CONNECTION']),
      `PAUSE JOB ${before?.id}`,
      `RESUME JOB ${before?.id}`,
    ]);
  });
});

describe('a source that is gone', { timeout: 180_000 }, () => {
  it('leaves a failover with the loss that was measured, and a switchover refused', async () => {
    const on = await open();
    await on.world.faults.down('primary');
    const stock = await stepOf(on, { kind: 'failover', link, to: { kind: 'latest' } }, 'ldr.take-stock');
    expect(await ask(on, stock)).toMatchObject({ kind: 'done', evidence: { 'lag in ms': expect.any(Number), 'dead letters': 0 } });
    const seen = await on.engine().observe(on.link, anIo());
    expect(isRefusal(on.engine().plan(switchover, on.link, seen))).toBe(true);
  });
});
