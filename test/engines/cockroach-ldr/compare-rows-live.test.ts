import { describe, expect, it } from 'vitest';
import type { Operation } from '../../../src/domain/operation.ts';
import { judgeCounts } from '../../../src/engines/cockroach-ldr/steps/compare-rows.ts';
import type { Probe } from '../../../src/engines/engine.ts';
import { tinyPace } from '../../../src/sim/cockroach/pace.ts';
import { byHand, endStreams, type LdrBed, ldrLinkId as link } from '../../conformance/cockroach-ldr-bed.ts';
import { anIo, carryOut, executorFor, planOn, settle } from '../../conformance/drive.ts';
import { until } from '../../support/until.ts';
import { openBed, orders } from './beds.ts';
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
  it.each([
    ['as many', [10, 20], [10, 20], [0, 1], 'done'],
    ['more there', [10, 20], [11, 20], [0, 1], 'done'],
    ['fewer there', [10, 20], [10, 19], [0, 1], 'impossible'],
    ['fewer there of a table that may be given up', [10, 20], [10, 19], [0], 'done'],
    ['one that could not be counted here', [null, 20], [10, 20], [0, 1], 'impossible'],
    ['one that could not be counted there', [10, 20], [10, null], [0, 1], 'impossible'],
  ] as const)('%s', (_, here, there, pairs, kind) => {
    expect(judgeCounts(place, { here, there }, pairs).kind).toBe(kind);
  });
});
