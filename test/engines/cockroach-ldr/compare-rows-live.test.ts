import { describe, expect, it } from 'vitest';
import type { Operation } from '../../../src/domain/operation.ts';
import { judgeCounts } from '../../../src/engines/cockroach-ldr/steps/compare-rows.ts';
import { type Leave, noLeave } from '../../../src/engines/cockroach-ldr/steps/tally.ts';
import type { Probe } from '../../../src/engines/engine.ts';
import type { TableSpec } from '../../../src/sim/cockroach/ldr/state/table.ts';
import { tinyPace } from '../../../src/sim/cockroach/pace.ts';
import { byHand, endStreams, failStreams, type LdrBed, ldrLinkId as link } from '../../conformance/cockroach-ldr-bed.ts';
import { anIo, carryOut, executorFor, planOn, settle, through } from '../../conformance/drive.ts';
import { until } from '../../support/until.ts';
import { admin, items, openBed, orders } from './beds.ts';
import { aLink } from './scenes.ts';

/** A standby that followed, and whose stream is over. */
async function openEnded(): Promise<LdrBed> {
  const on = await openBed('26.2', { world: { start: 'replicating' } });
  await until(() => on.world.ldrJobs('standby').every(({ replicatedTime }) => replicatedTime !== null), 'it follows');
  await endStreams(on.world, 'standby');
  await until(() => on.world.ldrJobs('standby').every(({ status }) => status === 'canceled'), 'it is ended');
  return on;
}

describe('a side that is to be copied anew', { timeout: 180_000 }, () => {
  it.each([
    ['rebuild', 'primary'],
    ['failback', 'standby'],
  ] as const)('is not emptied by a %s while it holds rows that the source has lost', async (kind, source) => {
    const on = await openEnded();
    // As after a restore of an older backup.
    await byHand(on.world, source, `TRUNCATE TABLE ${orders}`);
    on.world.ldr.write(source, orders, 1);
    on.world.control().advance(10_000);
    const operation: Operation = { kind, link };
    const { steps } = await planOn(on, operation);
    const compare = steps.findIndex((step) => step.kind === 'ldr.compare-rows');
    const before = on.effects().length;
    for (const step of steps.slice(0, compare)) if (step.by === 'engine') await carryOut(on, step, () => on.engine());
    const [step] = steps.slice(compare);
    const engine = on.engine();
    expect(step && (await settle(on, step, () => engine))).toMatchObject({
      kind: 'impossible',
      why: expect.stringContaining(`${orders} (1000 here, 1 there)`),
    });
    expect(steps.slice(0, compare).some(({ pointOfNoReturn }) => pointOfNoReturn)).toBe(false);
    expect(on.effects().length).toBe(before);
  });

  it('is compared with what the source has once its count has come, however late, and with what it took since', async () => {
    const on = await openEnded();
    const { steps } = await planOn(on, { kind: 'rebuild', link });
    const compare = steps.find((step) => step.kind === 'ldr.compare-rows');
    if (compare === undefined) throw new TypeError('the plan compares no rows');
    on.world.ldr.write('standby', orders, 1);
    on.world.control().advance(10_000);
    // A count as of a moment ago lacks it.
    on.world.ldr.write('primary', orders, 1);
    const late = on.world.faults.add({
      side: 'primary',
      match: /^SELECT count\(\*\) AS n FROM .*orders/,
      act: { kind: 'slow', ms: 1_500 },
    });
    const engine = on.engine();
    const look = () => executorFor(engine, compare).probe(compare, on.link, anIo());
    await until(async () => {
      expect((await look()).kind).toBe('underway');
      return late.hits() > 0;
    }, 'the source is asked');
    const soFar = expect.stringMatching(/^The rows of [0123] of 4 tables are counted\.$/);
    expect(await look()).toMatchObject({ kind: 'underway', note: soFar });
    expect(await settle(on, compare, () => engine)).toMatchObject({
      kind: 'done',
      evidence: { 'sql-west': [1001, 1000], 'sql-east': [1001, 1000] },
    });
  });
});

describe('a side that follows, before an alter', { timeout: 180_000 }, () => {
  const pace = { ...tinyPace, lagMs: 10, giveUpMs: 3_600_000, tickMs: 1_000 };

  it('is not said to hold what the source lost while its job has yet to bring the deletes', async () => {
    const on = await openBed('26.2', { world: { start: 'replicating', pace } });
    const { world } = on;
    world.ldr.write('primary', orders, 50_000);
    world.control().advance(20_000);
    await until(() => world.tables('standby').some(({ rows }) => rows === 51_000), 'it follows');
    const { steps } = await planOn(on, { kind: 'alter', link });
    const compare = steps.find((step) => step.kind === 'ldr.compare-rows');
    if (compare === undefined) throw new TypeError('the plan compares no rows');
    world.faults.link('down');
    world.ldr.rate('primary', orders, -20);
    world.control().advance(20_000);
    const executor = executorFor(on.engine(), compare);
    let probe: Probe = { kind: 'underway', fraction: null, note: '' };
    const look = async () => {
      probe = await executor.probe(compare, on.link, anIo());
      return probe;
    };
    await until(async () => {
      const seen = await look();
      expect(seen.kind).toBe('underway');
      return seen.kind === 'underway' && seen.note.includes('once the job into sql-west has brought what sql-east had by then');
    }, 'both sides are counted');
    world.faults.link('up');
    await until(async () => {
      world.control().advance(10_000);
      return (await look()).kind !== 'underway';
    }, 'it is counted again');
    expect(probe).toMatchObject({ kind: 'done' });
  });

  it('is held to hold it where its job does not go on', async () => {
    const on = await openBed('26.2', { world: { start: 'replicating', pace } });
    const { world } = on;
    await until(() => world.ldrJobs('standby').every(({ replicatedTime }) => replicatedTime !== null), 'it follows');
    const { steps } = await planOn(on, { kind: 'alter', link });
    const compare = steps.find((step) => step.kind === 'ldr.compare-rows');
    world.faults.link('down');
    world.ldr.rate('primary', orders, -20);
    world.control().advance(20_000);
    await endStreams(world, 'standby');
    await until(() => world.ldrJobs('standby').every(({ status }) => status === 'canceled'), 'it is ended');
    const engine = on.engine();
    expect(compare && (await settle(on, compare, () => engine))).toMatchObject({
      kind: 'impossible',
      why: expect.stringMatching(/^sql-west holds more rows than sql-east.* Press Retry to count anew: /),
    });
  });
});

describe('rows of both sides', () => {
  const place = { settings: aLink().settings, side: 'standby', here: 'sql-west', there: 'sql-east' } as const;
  const given = (...rows: readonly (number | null)[]): Leave => ({ given: rows, ttl: [] });
  it.each([
    ['as many', [10, 20], [10, 20], noLeave, 'done', ''],
    ['more there', [10, 20], [11, 20], noLeave, 'done', ''],
    ['fewer there', [10, 20], [10, 19], noLeave, 'impossible', 'items (20 here, 19 there)'],
    ['fewer there, as many as were given up', [10, 20], [10, 19], given(null, 1), 'done', ''],
    [
      'fewer there than were given up',
      [10, 20],
      [10, 18],
      given(null, 1),
      'impossible',
      'items (20 here, of which 1 were given up, 18 there)',
    ],
    ['one that could not be counted here', [null, 20], [10, 20], noLeave, 'impossible', 'could not be counted'],
    ['one that could not be counted there', [10, 20], [10, null], noLeave, 'impossible', 'could not be counted'],
    ['one that a person vouched for, and that could not be counted', [10, 20], [10, null], given(null, 0), 'done', ''],
    ['fewer there by a TTL', [10, 20], [10, 1], { given: [], ttl: [1] }, 'done', ''],
    ['none there, for all its TTL', [10, 20], [10, 0], { given: [], ttl: [1] }, 'impossible', 'items (20 here, 0 there)'],
  ] as const)('%s', (_, here, there, leave, kind, why) => {
    const probe = judgeCounts(place, { here, there }, leave);
    expect(probe.kind).toBe(kind);
    expect(probe.kind === 'impossible' ? probe.why : '').toContain(why);
  });
});

describe('a source whose TTL deletes what the other side keeps', { timeout: 180_000 }, () => {
  const ttl = { expireAfter: '30 days', excluded: true };
  const options = { mode: 'immediate', discardTtlDeletes: true, label: null, skipSchemaCheck: false } as const;
  const open = (tables: readonly TableSpec[]) =>
    openBed('25.2', { world: { ...admin, tables }, settings: () => ({ options }), prepare: failStreams });

  it('is not said to have lost it, neither when rows are compared nor before they are deleted', async () => {
    const on = await open([{ name: orders, ttl }, { name: items }]);
    await byHand(on.world, 'primary', `TRUNCATE TABLE ${orders}`);
    on.world.ldr.write('primary', orders, 400);
    on.world.control().advance(10_000);
    const plan = await planOn(on, { kind: 'rebuild', link });
    expect(plan.warnings.join(' ')).toContain('of these tables the count does not tell whether sql-east lost others');
    const engine = on.engine();
    const at = plan.steps.findIndex(({ kind }) => kind === 'ldr.empty-tables');
    await through(on, { ...plan, steps: plan.steps.slice(0, at + 1) }, async (step) => {
      if (step.kind === 'ldr.compare-rows') {
        expect(await settle(on, step, () => engine)).toMatchObject({
          kind: 'done',
          evidence: { 'sql-west': [1000, 1000], 'sql-east': [400, 1000], 'may hold more rows, by a TTL there': [orders] },
        });
      }
      await carryOut(on, step, () => engine);
    });
    expect(on.world.tables('standby').map(({ rows }) => rows)).toEqual([0, 0]);
  });

  it.each([
    ['a table without a TTL', items],
    ['a table whose deletes by TTL are brought', orders],
  ] as const)('is held to have lost it of %s', async (_, table) => {
    const marked = { name: 'shop.public.marks', ttl };
    const on = await openBed('25.2', {
      world: { ...admin, tables: [marked, { name: orders, ttl: { expireAfter: '30 days' } }, { name: items }] },
      settings: () => ({
        options,
        tables: ['marks', 'orders', 'items'].map((name) => {
          const named = { database: 'shop', schema: 'public', table: name };
          return { primary: named, standby: named };
        }),
      }),
      prepare: failStreams,
    });
    await byHand(on.world, 'primary', `TRUNCATE TABLE ${table}`);
    on.world.ldr.write('primary', table, 400);
    on.world.control().advance(10_000);
    const { steps } = await planOn(on, { kind: 'rebuild', link });
    const compare = steps.find(({ kind }) => kind === 'ldr.compare-rows');
    const engine = on.engine();
    expect(compare && (await settle(on, compare, () => engine))).toMatchObject({
      kind: 'impossible',
      why: expect.stringContaining(`sql-east, from which everything is to be copied: ${table} (1000 here, 400 there). What`),
    });
  });
});

describe('a side of whose rows people gave some up', { timeout: 180_000 }, () => {
  /** The standby is the one in use; the primary has rows that never came there. */
  async function openMoved(lost: boolean) {
    const on = await openEnded();
    on.world.control().advance(10_000);
    on.world.ldr.write('primary', orders, 5);
    if (lost) await byHand(on.world, 'standby', `TRUNCATE TABLE ${orders}`);
    on.world.control().advance(10_000);
    on.world.ldr.write('standby', orders, 1);
    on.world.ldr.write('standby', items, 1);
    on.world.control().advance(10_000);
    const plan = await planOn(on, { kind: 'failback', link });
    expect(plan.steps.map(({ kind }) => kind)).toContain('ldr.accept-loss');
    return { on, plan, engine: on.engine() };
  }

  it('is not emptied for a source that lacks more than those', async () => {
    const { on, plan, engine } = await openMoved(true);
    const compare = plan.steps.find(({ kind }) => kind === 'ldr.compare-rows');
    expect(compare && (await settle(on, compare, () => engine))).toMatchObject({
      kind: 'impossible',
      why: expect.stringContaining(`${orders} (1005 here, of which 5 were given up, 1 there)`),
    });
  });

  it('is emptied where the source lacks those alone, and not when it has lost more since', async () => {
    const { on, plan, engine } = await openMoved(false);
    const at = plan.steps.findIndex(({ kind }) => kind === 'ldr.empty-tables');
    await through(on, { ...plan, steps: plan.steps.slice(0, at) }, async (step) => {
      const sent = await settle(on, step, () => engine);
      if (step.kind === 'ldr.compare-rows') expect(sent).toMatchObject({ evidence: { 'rows that were given up': [5, null] } });
      if (sent.kind === 'todo') await carryOut(on, step, () => engine);
      else expect(sent.kind).toBe('done');
    });
    const empty = plan.steps[at];
    if (empty === undefined) throw new TypeError('no row is deleted');
    expect(empty.params['kept']).toEqual([0, 1]);
    expect((await settle(on, empty, () => engine)).kind).toBe('todo');
    await byHand(on.world, 'standby', `TRUNCATE TABLE ${orders}`);
    on.world.ldr.write('standby', orders, 1);
    on.world.control().advance(10_000);
    expect(await settle(on, empty, () => engine)).toMatchObject({
      kind: 'impossible',
      why: expect.stringContaining('holds more rows by now'),
    });
    expect(on.world.tables('primary').map(({ rows }) => rows)).toEqual([1005, 1000]);
  });
});
