import { afterEach, describe, expect, it } from 'vitest';
import type { Operation } from '../../../src/domain/operation.ts';
import { judgeCopy } from '../../../src/engines/cockroach-ldr/steps/copied.ts';
import type { Probe } from '../../../src/engines/engine.ts';
import { byHand, endStreams, type LdrBed, ldrLinkId as link, openLdr, streamPassword } from '../../conformance/cockroach-ldr-bed.ts';
import { carryOut, planOn, settle } from '../../conformance/drive.ts';
import { until } from '../../support/until.ts';
import { aJob, aLink, micros } from './scenes.ts';

let bed: LdrBed | null = null;
afterEach(async () => {
  await bed?.close();
  bed = null;
});

const orders = 'shop.public.orders';
const tables = `TABLES (${orders}, shop.public.items)`;
const stream = `CREATE LOGICAL REPLICATION STREAM FROM ${tables} ON 'external://to_east' INTO ${tables}`;
const setup: Operation = { kind: 'setup', link };
const rowsOn = ({ world }: LdrBed) => world.tables('standby').map(({ rows }) => rows);
const isUp = ({ world }: LdrBed): Promise<void> =>
  until(
    () => world.ldrJobs('standby').some(({ status, replicatedTime }) => status === 'running' && replicatedTime !== null),
    'the job follows',
  );
/** Seconds before now, as the server reads them. */
const secondsAgo = (seconds: number): string => `-${seconds}s`;

/** Carries out the engine's steps until one stops, and tells which. */
async function whatStops(on: LdrBed, operation: Operation, beforeStart: () => Promise<void>) {
  const engine = on.engine();
  for (const step of (await planOn(on, operation)).steps.filter(({ by }) => by === 'engine')) {
    if (step.kind === 'ldr.create-stream') await beforeStart();
    const found: Probe = await settle(on, step, () => engine);
    if (found.kind !== 'todo' && found.kind !== 'done') return { kind: step.kind, found, again: () => settle(on, step, () => engine) };
    if (found.kind === 'todo') await carryOut(on, step, () => engine);
  }
  return null;
}

describe('a stream that somebody starts by hand while a run is under way', { timeout: 180_000 }, () => {
  it.each([
    ['25.2', 'CURSOR', 'so without a copy of the rows'],
    ['26.2', 'CURSOR', 'so without a copy of the rows'],
    ['26.2', `DISCARD = 'all-deletes'`, 'DISCARD is all-deletes instead of not set'],
    ['26.2', `MODE = 'validated'`, 'MODE is validated instead of immediate'],
    ['26.2', `LABEL = 'mine'`, 'LABEL is mine instead of not set'],
  ] as const)('on %s WITH %s is not taken for what the run was to start', async (version, words, why) => {
    const on = await openLdr(version, { world: { start: 'none', users: [{ name: 'ops', password: streamPassword, admin: true }] } });
    bed = on;
    const option = words === 'CURSOR' ? `CURSOR = '${secondsAgo(2)}'` : words;
    const stopped = await whatStops(on, setup, async () => {
      await byHand(on.world, 'standby', `${stream} WITH ${option}`);
      await isUp(on);
    });
    expect(stopped).toMatchObject({ kind: 'ldr.create-stream', found: { kind: 'impossible', why: expect.stringContaining(why) } });
    expect(on.effects()).toEqual([]);
    // Once it is ended, and what it copied is gone, the run goes on.
    await endStreams(on.world, 'standby');
    await until(() => on.world.ldrJobs('standby').every(({ status }) => status === 'canceled'), 'the stream is over');
    await byHand(on.world, 'standby', `TRUNCATE TABLE ${orders}, shop.public.items`);
    expect(await stopped?.again()).toEqual({ kind: 'todo' });
  });

  it.each([
    ['has brought nothing', false],
    ['has brought what was written since', true],
  ] as const)('without a copy is seen on 24.3 too, which does not tell how a job was started, when it %s', async (_, writes) => {
    const on = await openLdr('24.3', { world: { start: 'none' } });
    bed = on;
    const stopped = await whatStops(on, setup, async () => {
      await byHand(on.world, 'standby', `${stream} WITH CURSOR = '${secondsAgo(2)}'`);
      await isUp(on);
      if (!writes) return;
      on.world.ldr.writeAll();
      await until(() => rowsOn(on).every((rows) => rows > 0), 'each table has a row');
    });
    const orphaned = expect.stringMatching(/holds fewer rows than sql-east: shop\.public\.orders \(\d here, 100\d there\).*WITH CURSOR/);
    expect(stopped).toMatchObject({ kind: 'ldr.await-scan', found: { kind: 'impossible', why: orphaned } });
    expect(rowsOn(on).every((rows) => rows < 10)).toBe(true);
  });

  it('with a copy is taken on 24.3, while rows are written and deleted at the source', async () => {
    const on = await openLdr('24.3', { world: { start: 'none' } });
    bed = on;
    const stopped = await whatStops(on, setup, async () => {
      await byHand(on.world, 'standby', stream);
      await isUp(on);
      on.world.ldr.writeAll();
      on.world.ldr.rate('primary', orders, -20);
    });
    expect(stopped).toBe(null);
    expect(on.effects().filter(({ statement }) => /STREAM/.test(statement))).toEqual([]);
  });

  it('with a copy is taken on 24.3 where a TTL of that side deletes rows', async () => {
    const on = await openLdr('24.3', {
      world: { start: 'none', tables: [{ name: orders, ttl: { expireAfter: '1 day' } }, { name: 'shop.public.items' }] },
    });
    bed = on;
    const stopped = await whatStops(on, setup, async () => {
      await byHand(on.world, 'standby', stream);
      await isUp(on);
      on.world.ldr.conflict('standby', orders, 300);
    });
    expect(stopped).toBe(null);
  });

  it('with a copy is taken though every row of a table waits in the dead letter queue', async () => {
    const on = await openLdr('26.2', { world: { start: 'none' } });
    bed = on;
    const engine = on.engine();
    for (const step of (await planOn(on, setup)).steps.filter(({ by }) => by === 'engine')) {
      if (step.kind !== 'ldr.await-scan') {
        await carryOut(on, step, () => engine);
        continue;
      }
      await isUp(on);
      on.world.ldr.conflict('standby', 'shop.public.items', 1_000);
      on.world.control().advance(2_000);
      expect(await settle(on, step, () => engine)).toMatchObject({
        kind: 'done',
        evidence: { 'tables without rows': ['shop.public.items'] },
      });
      break;
    }
    expect(rowsOn(on)).toEqual([1_000, 0]);
  });

  it.each([
    ['24.3', 'with a copy', '', 'does not go on from'],
    ['24.3', 'from another time', 'another', 'does not go on from'],
    ['26.2', 'with a copy', '', 'It copies everything, and does not go on from'],
    ['26.2', 'from another time', 'another', 'It does not go on from'],
  ] as const)('on %s %s is not what a start from a time wants', async (version, _, options, why) => {
    const on = await openLdr(version, { world: { start: 'replicating' } });
    bed = on;
    await isUp(on);
    await endStreams(on.world, 'standby');
    await until(() => on.world.ldrJobs('standby').every(({ status }) => status === 'canceled'), 'the stream is over');
    const stopped = await whatStops(on, { ...setup, from: { kind: 'last' } }, async () => {
      on.world.control().advance(10_000);
      await byHand(on.world, 'standby', options === '' ? stream : `${stream} WITH CURSOR = '${secondsAgo(1)}'`);
    });
    expect(stopped).toMatchObject({ kind: 'ldr.create-stream', found: { kind: 'impossible', why: expect.stringContaining(why) } });
  });

  it('is not ended when the run is taken back', async () => {
    const on = await openLdr('26.2', { world: { start: 'none' } });
    bed = on;
    const create = (await planOn(on, setup)).steps.find(({ kind }) => kind === 'ldr.create-stream');
    const undo = create?.undo.kind === 'act' ? create.undo.act : null;
    await byHand(on.world, 'standby', `${stream} WITH CURSOR = '${secondsAgo(2)}'`);
    expect(undo === null ? null : await settle(on, undo, () => on.engine())).toMatchObject({ kind: 'done', evidence: { job: 'none' } });
    expect(on.world.ldrJobs('standby').map(({ status }) => status)).toEqual(['running']);
  });
});

describe('what a job of 24.3 was to copy', () => {
  const place = { settings: aLink().settings, side: 'standby', here: 'sql-west', there: 'sql-east' } as const;
  it.each([
    ['as many', [10, 20], [10, 20], 'done', ''],
    ['more here', [10, 20], [11, 20], 'done', ''],
    ['fewer here', [10, 20], [10, 19], 'impossible', '(19 here, 20 there)'],
    ['fewer here, and one that was not counted', [null, 20], [10, 19], 'impossible', '(19 here, 20 there)'],
    ['one that was not counted there', [10, null], [10, 20], 'unknown', 'GRANT SELECT'],
    ['one that was not counted here', [10, 20], [null, 20], 'unknown', 'GRANT SELECT'],
  ] as const)('%s', (_, wanted, found, kind, why) => {
    const probe = judgeCopy(place, { job: aJob(), replicated: micros(0) }, { wanted, found });
    expect(probe.kind).toBe(kind);
    expect(probe.kind === 'impossible' || probe.kind === 'unknown' ? probe.why : '').toContain(why);
  });

  it.each([
    ['where another table proves that there was a copy', [10, 20], [10, 7], [1], 'done', ''],
    ['where each table with rows has one', [0, 20], [0, 7], [1], 'impossible', 'a row-level TTL deletes rows of these tables'],
    ['where it is not the table that has fewer', [10, 20], [10, 7], [0], 'impossible', 'WITH CURSOR'],
    ['beside one that has fewer without it', [10, 20], [9, 7], [1], 'impossible', 'items (7 here, 20 there). It may'],
  ] as const)('is not missed for a TTL of the own side only %s', (_, wanted, found, expiring, kind, why) => {
    const probe = judgeCopy(place, { job: aJob(), replicated: micros(0) }, { wanted, found, expiring });
    expect(probe.kind).toBe(kind);
    expect(probe.kind === 'impossible' ? probe.why : '').toContain(why);
    expect(probe.kind === 'done' ? probe.evidence['fewer rows, by a TTL here'] : '').toBe(kind === 'done' ? 'shop.public.items' : '');
  });
});
