import { afterEach, describe, expect, it } from 'vitest';
import type { Operation } from '../../../src/domain/operation.ts';
import { judgeCounts } from '../../../src/engines/cockroach-ldr/steps/compare-rows.ts';
import { byHand, endStreams, type LdrBed, ldrLinkId as link, openLdr } from '../../conformance/cockroach-ldr-bed.ts';
import { carryOut, planOn, settle } from '../../conformance/drive.ts';
import { until } from '../../support/until.ts';
import { aLink } from './scenes.ts';

let bed: LdrBed | null = null;
afterEach(async () => {
  await bed?.close();
  bed = null;
});

const orders = 'shop.public.orders';

describe('a side that is to be copied anew', { timeout: 180_000 }, () => {
  it.each([
    ['rebuild', 'primary'],
    ['failback', 'standby'],
  ] as const)('is not emptied by a %s while it holds rows that the source has lost', async (kind, source) => {
    const on = await openLdr('26.2', { world: { start: 'replicating' } });
    bed = on;
    await until(() => on.world.ldrJobs('standby').every(({ replicatedTime }) => replicatedTime !== null), 'it follows');
    await endStreams(on.world, 'standby');
    await until(() => on.world.ldrJobs('standby').every(({ status }) => status === 'canceled'), 'it is ended');
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
