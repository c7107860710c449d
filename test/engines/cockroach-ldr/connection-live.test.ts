import { describe, expect, it } from 'vitest';
import type { Operation } from '../../../src/domain/operation.ts';
import type { Act, Step } from '../../../src/domain/plan.ts';
import type { LdrSettings, Reach } from '../../../src/engines/cockroach-ldr/config.ts';
import type { Probe } from '../../../src/engines/engine.ts';
import { aReach, byHand, type LdrBed, type LdrBedOptions, ldrLinkId as link, streamPassword } from '../../conformance/cockroach-ldr-bed.ts';
import { anIo, carryOut, planOn, settle } from '../../conformance/drive.ts';
import { until } from '../../support/until.ts';
import { admin, openBed, orders } from './beds.ts';

const setup: Operation = { kind: 'setup', link };

/** What the connection of the standby is made from: the config's own words, and what somebody has put there instead. */
const from = (reach: Partial<Reach>): LdrSettings['streams'] => ({
  primary: null,
  standby: { externalConnection: 'to_east', reach: aReach({ user: 'ops', ...reach }) },
});

const addresses = { primary: ['east.example:26257'], standby: ['west.example:26257'] };
const login = `ops:${encodeURIComponent(streamPassword).replaceAll("'", '%27')}`;
const leadTo = (host: string, query = '?options=-ccluster%3Dsystem&sslmode=disable') => `postgresql://${login}@${host}:26257/shop${query}`;

/** A link whose external connection is there already, and leads to what somebody made it lead to. */
const openWith = (uri: string, reach: Partial<Reach> | null, more: LdrBedOptions['world'] = {}): Promise<LdrBed> =>
  openBed('26.2', {
    world: { ...admin, start: 'none', addresses, ...more },
    settings: () => (reach === null ? {} : { streams: from({ host: 'east.example', port: 26_257, ...reach }) }),
    prepare: (world) => byHand(world, 'standby', `ALTER EXTERNAL CONNECTION to_east AS '${uri}'`),
  });

/** Carries out the engine's steps until one stops, and tells which. */
async function whatStops(on: LdrBed, operation: Operation): Promise<{ readonly step: Step; readonly found: Probe } | null> {
  for (const step of (await planOn(on, operation)).steps.filter(({ by }) => by === 'engine')) {
    const found = await settle(on, step, () => on.engine());
    if (found.kind !== 'todo' && found.kind !== 'done') return { step, found };
    if (found.kind === 'todo') await carryOut(on, step, () => on.engine());
  }
  return null;
}

const preflight = async (on: LdrBed) =>
  (await on.engine().preflight(setup, on.link, anIo({ tag: 'replops/read' }))).find(({ name }) => name === 'sql-west: external connection');

describe('an external connection that is there already', { timeout: 180_000 }, () => {
  it.each([
    ['another address', leadTo('staging.example'), {}],
    ['another virtual cluster', leadTo('east.example', '?options=-ccluster%3Dmain&sslmode=disable'), {}],
    ['another password', leadTo('east.example').replace(/:[^@/]*@/, ':old@'), {}],
  ] as const)('and names %s stops the run before it changes anything, which the preflight says too', async (what, uri, reach) => {
    const on = await openWith(uri, reach);
    expect(await whatStops(on, setup)).toMatchObject({
      step: { kind: 'ldr.check-connection', cluster: 'sql-west' },
      found: { kind: 'impossible', why: expect.stringContaining(`it does not lead where the config says: it names ${what}. `) },
    });
    expect(on.effects()).toEqual([]);
    expect(await preflight(on)).toMatchObject({ outcome: 'failed', seen: expect.stringContaining(what) });
  });

  it('and comes as another user is taken as it is, and named by the preflight', async () => {
    const on = await openWith(leadTo('east.example'), { user: 'stream' });
    const check = (await planOn(on, setup)).steps.find(({ kind }) => kind === 'ldr.check-connection');
    if (check === undefined) throw new TypeError('the plan looks at no connection');
    expect(await settle(on, check, () => on.engine())).toMatchObject({
      kind: 'done',
      evidence: { leads: 'to the same place as the config says, but names another user' },
    });
    expect(await preflight(on)).toMatchObject({ outcome: 'warned', seen: expect.stringContaining('another user') });
  });

  it('and says the same in other words is taken as it is', async () => {
    const on = await openWith(leadTo('east.example', '?sslmode=disable'), {});
    expect(await whatStops(on, setup)).toBeNull();
    expect(await preflight(on)).toMatchObject({
      outcome: 'passed',
      seen: 'The external connection to_east on sql-west leads where the config says.',
    });
    expect((await on.engine().observe(on.link, anIo())).health).toBe('healthy');
  });

  it('and leads elsewhere, where the config does not say whereto, is found out by the source before all is copied', async () => {
    const on = await openWith(leadTo('west.example'), null);
    expect(await whatStops(on, setup)).toMatchObject({
      step: { kind: 'ldr.prove-source', cluster: 'sql-west' },
      found: {
        kind: 'impossible',
        why: expect.stringContaining('but sql-east has no job that keeps history for it, so to_east leads elsewhere'),
      },
    });
  });

  it('is no reason to stop where the bot may not see the jobs of the source', async () => {
    const on = await openWith(leadTo('east.example'), null);
    const proof = (await planOn(on, setup)).steps.find(({ kind }) => kind === 'ldr.prove-source');
    if (proof === undefined) throw new TypeError('nothing is proven');
    await byHand(
      on.world,
      'standby',
      `CREATE LOGICAL REPLICATION STREAM FROM TABLES (${orders}, shop.public.items) ON 'external://to_east' INTO TABLES (${orders}, shop.public.items)`,
    );
    await byHand(on.world, 'primary', 'REVOKE admin FROM ops');
    expect(await settle(on, proof, () => on.engine())).toMatchObject({ kind: 'done', evidence: { job: 'not shown to ops' } });
  });

  it('and leads elsewhere makes a link that runs degraded, and nothing is planned on it', async () => {
    const on = await openWith(leadTo('west.example'), null);
    await byHand(
      on.world,
      'standby',
      `CREATE LOGICAL REPLICATION STREAM FROM TABLES (${orders}, shop.public.items) ON 'external://to_east' INTO TABLES (${orders}, shop.public.items)`,
    );
    on.world.control().advance(120_000);
    const seen = await on.engine().observe(on.link, anIo());
    expect(seen).toMatchObject({
      health: 'degraded',
      headline: expect.stringMatching(
        /^sql-east → sql-west: job \d+ on sql-west runs, but sql-east has no job that keeps history for it, so the external connection to_east leads elsewhere/,
      ),
    });
    expect(on.engine().plan({ kind: 'switchover', link }, on.link, seen)).toMatchObject({
      kind: 'refusal',
      sentence: expect.stringContaining('leads elsewhere'),
    });
  });
});

describe('taking back a connection that a setup made', { timeout: 180_000 }, () => {
  const more = 'shop.public.more';
  const streams = { primary: null, standby: { externalConnection: 'on_to_east', reach: aReach({ user: 'ops' }) } };

  async function made(): Promise<{ readonly on: LdrBed; readonly undo: Act }> {
    const tables = [orders, 'shop.public.items', more].map((name) => ({ name }));
    const on = await openBed('26.2', { world: { ...admin, start: 'none', tables }, settings: () => ({ streams }) });
    const step = (await planOn(on, setup)).steps.find(({ kind }) => kind === 'ldr.create-connection');
    if (step?.undo.kind !== 'act') throw new TypeError('nothing to take back');
    await carryOut(on, step, () => on.engine());
    return { on, undo: step.undo.act };
  }
  const someJob = (on: LdrBed) =>
    byHand(on.world, 'standby', `CREATE LOGICAL REPLICATION STREAM FROM TABLE ${more} ON 'external://on_to_east' INTO TABLE ${more}`);

  it('drops it where no job reads by it', async () => {
    const { on, undo } = await made();
    expect(await settle(on, undo, () => on.engine())).toEqual({ kind: 'todo' });
    await carryOut(on, undo, () => on.engine());
    expect(on.effects().at(-1)?.statement).toBe('DROP EXTERNAL CONNECTION "on_to_east"');
  });

  it('leaves it to a job of somebody else that reads by it now', async () => {
    const { on, undo } = await made();
    await someJob(on);
    expect(await settle(on, undo, () => on.engine())).toMatchObject({
      kind: 'done',
      evidence: { stays: expect.stringMatching(/^Job \d+ on sql-west reads by it\.$/) },
    });
    for (const { id } of on.world.ldrJobs('standby')) await byHand(on.world, 'standby', `CANCEL JOB ${id}`);
    await until(() => on.world.ldrJobs('standby').every(({ status }) => status === 'canceled'), 'the job is over');
    expect(await settle(on, undo, () => on.engine())).toEqual({ kind: 'todo' });
  });

  it('leaves it where the bot is not shown who reads by it', async () => {
    const { on, undo } = await made();
    await byHand(on.world, 'standby', 'REVOKE admin FROM ops');
    expect(await settle(on, undo, () => on.engine())).toMatchObject({
      kind: 'done',
      evidence: { stays: expect.stringContaining("whether another job reads by it can't be seen") },
    });
  });
});

describe('a start that makes the tables', { timeout: 180_000 }, () => {
  it('asks a person where they are there, and no job tells who made them', async () => {
    const tables = [orders, 'shop.public.items'].map((name) => ({ name, sides: ['primary'] as const }));
    const on = await openBed('26.2', { world: { ...admin, start: 'none', tables } });
    const create = (await planOn(on, setup)).steps.find(({ kind }) => kind === 'ldr.create-replicated');
    if (create === undefined) throw new TypeError('nothing is made');
    expect(await settle(on, create, () => on.engine())).toEqual({ kind: 'todo' });
    // What a start leaves that was cut short by hand: its tables, whose job nobody can match to it.
    await byHand(
      on.world,
      'standby',
      `CREATE LOGICALLY REPLICATED TABLE ${orders} FROM TABLE ${orders} ON 'external://to_east' WITH UNIDIRECTIONAL`,
    );
    await until(() => on.world.ldrJobs('standby').every(({ scanning }) => !scanning), 'the table is there');
    on.world.faults.add({
      match: /SHOW LOGICAL REPLICATION JOBS/,
      act: { kind: 'rewrite', rewrite: (result) => ({ ...result, rows: [] }) },
    });
    expect(await settle(on, create, () => on.engine())).toMatchObject({
      kind: 'unknown',
      why: expect.stringContaining(`sql-west has ${orders} already, and lists no job that would have made them`),
      evidence: { tables: [orders] },
    });
  });
});
