import { afterEach, describe, expect, it } from 'vitest';
import type { Operation } from '../../../src/domain/operation.ts';
import { endStreams, type LdrBed, ldrLinkId as link, openLdr } from '../../conformance/cockroach-ldr-bed.ts';
import { anIo, planOn, settle } from '../../conformance/drive.ts';
import { until } from '../../support/until.ts';

let bed: LdrBed | null = null;
afterEach(async () => {
  await bed?.close();
  bed = null;
});

const onward: Operation = { kind: 'setup', link, from: { kind: 'last' } };

async function ended(gcSeconds?: number): Promise<LdrBed> {
  const tables = ['orders', 'items'].map((name) => ({ name: `shop.public.${name}`, ...(gcSeconds === undefined ? {} : { gcSeconds }) }));
  bed = await openLdr('26.2', {
    world: { tables },
    prepare: async (world) => {
      await endStreams(world, 'standby');
      await until(() => world.ldrJobs('standby').every(({ status }) => status === 'canceled'), 'the stream is over');
    },
  });
  return bed;
}

describe('going on from where the last replication ended', { timeout: 180_000 }, () => {
  it('is looked at once more right before it is sent: the history may be gone by then', async () => {
    const on = await ended(600);
    const create = (await planOn(on, onward)).steps.find(({ kind }) => kind === 'ldr.create-stream');
    if (create === undefined) throw new TypeError('nothing is started');
    expect((await settle(on, create, () => on.engine())).kind).toBe('todo');
    on.world.control().advance(11 * 60_000);
    expect(await settle(on, create, () => on.engine())).toMatchObject({
      kind: 'impossible',
      why: expect.stringMatching(
        /^sql-east keeps 10 min of history of shop\.public\.orders, so sql-west can't go on from .* Nothing was started/,
      ),
    });
    expect(on.effects()).toEqual([]);
  });

  it('is refused where applications have written on the side that follows since', async () => {
    const on = await ended();
    on.world.control().advance(60_000);
    on.world.ldr.write('standby', 'shop.public.items', 2);
    const engine = on.engine();
    const plan = engine.plan(onward, on.link, await engine.observe(on.link, anIo({ planning: 'setup' })));
    expect(plan).toMatchObject({ kind: 'refusal', sentence: expect.stringContaining('that no job brought (shop.public.items up to') });
  });
});
