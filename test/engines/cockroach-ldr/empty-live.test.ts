import { afterEach, describe, expect, it } from 'vitest';
import { type Clock, systemClock } from '../../../src/domain/clock.ts';
import type { JsonObject } from '../../../src/domain/json.ts';
import type { Operation } from '../../../src/domain/operation.ts';
import type { Earlier, Probe } from '../../../src/engines/engine.ts';
import { byHand, failStreams, type LdrBed, ldrLinkId as link, openLdr, streamPassword } from '../../conformance/cockroach-ldr-bed.ts';
import { anIo, carryOut, earlierOn, executorFor, planOn, pressRetry, settle, through } from '../../conformance/drive.ts';
import { until } from '../../support/until.ts';

let bed: LdrBed | null = null;
afterEach(async () => {
  await bed?.close();
  bed = null;
});

const orders = 'shop.public.orders';
const items = 'shop.public.items';
const admin = { users: [{ name: 'ops', password: streamPassword, admin: true }] };
const minuteMs = 60_000;
const newest = (table: string): RegExp => new RegExp(`max\\(crdb_internal_mvcc_timestamp.*"${table}" WHERE`);

/** Carries an operation out up to the step that deletes rows. */
async function beforeTruncate(kind: 'rebuild' | 'alter') {
  const on = await openLdr('25.2', { world: admin, ...(kind === 'rebuild' ? { prepare: failStreams } : {}) });
  bed = on;
  const engine = on.engine();
  const operation: Operation = { kind, link };
  const plan = await planOn(on, operation);
  const at = plan.steps.findIndex((step) => step.kind === 'ldr.empty-tables');
  await through(on, { ...plan, steps: plan.steps.slice(0, at) }, async (step) => void (await carryOut(on, step, () => engine)));
  const step = plan.steps[at];
  if (step === undefined) throw new TypeError('no row is deleted');
  const looks = () => on.world.statements().filter(({ side, statement }) => side === 'standby' && newest('orders').test(statement)).length;
  const looked = looks();
  return {
    on,
    step,
    ask: () => settle(on, step, () => engine),
    empty: () => carryOut(on, step, () => engine),
    again: () => looks() - looked,
    rows: () => on.world.tables('standby').map(({ rows }) => rows),
  };
}

/** What the step that deletes rows recorded. */
function deleted(on: LdrBed): JsonObject {
  const anything = { kind: '', title: '', cluster: null, side: null, statements: [], params: {} } as const;
  return earlierOn(on, anything).find(({ kind }) => kind === 'ldr.empty-tables')?.evidence ?? {};
}

describe.each(['rebuild', 'alter'] as const)('the step of a %s that deletes rows', { timeout: 180_000 }, (kind) => {
  it('looks once more, and goes on where nothing was written', async () => {
    const { empty, again, rows } = await beforeTruncate(kind);
    await empty();
    expect(rows()).toEqual([0, 0]);
    expect(again()).toBe(1);
  });

  it('deletes nothing that was written in the meantime', async () => {
    const { on, ask, step, rows } = await beforeTruncate(kind);
    on.world.ldr.write('standby', orders, 6);
    on.world.ldr.update('standby', items, 2);
    expect(await ask()).toMatchObject({
      kind: 'impossible',
      why: expect.stringMatching(
        /^Applications wrote into shop\.public\.orders, shop\.public\.items on sql-west as late as .*after the last look.*Nothing was deleted\..*empty the tables there by hand \(TRUNCATE\) and press Retry/,
      ),
    });
    expect(rows()).toEqual([1006, 1000]);
    expect(on.effects().map(({ statement }) => statement)).not.toContain(step.statements[0]);
    // As the sentence says.
    await byHand(on.world, 'standby', `TRUNCATE TABLE ${orders}, ${items}`);
    expect(await ask()).toMatchObject({ kind: 'done' });
  });

  it('deletes nothing where the tables can not be read again', async () => {
    const { on, ask, empty, rows } = await beforeTruncate(kind);
    const act = { kind: 'refuse', sqlState: '42501', message: 'user ops does not have SELECT privilege on relation items' } as const;
    on.world.faults.add({ side: 'standby', match: newest('items'), act, times: 1 });
    expect(await ask()).toMatchObject({
      kind: 'impossible',
      why: expect.stringContaining(
        `Whether applications wrote into ${items} on sql-west since the last look could not be read. Nothing was deleted.`,
      ),
    });
    expect(rows()).toEqual([1000, 1000]);
    await empty();
    expect(rows()).toEqual([0, 0]);
  });
});

describe('the step that deletes rows', { timeout: 180_000 }, () => {
  it('counts the rows of both sides once more', async () => {
    const { on, ask, rows } = await beforeTruncate('rebuild');
    await byHand(on.world, 'primary', `TRUNCATE TABLE ${orders}`);
    on.world.ldr.write('primary', orders, 3);
    on.world.control().advance(10_000);
    expect(await ask()).toMatchObject({
      kind: 'impossible',
      why: expect.stringMatching(
        /^sql-west holds more rows by now than sql-east, .*shop\.public\.orders \(1000 here, 3 there\).*Nothing was deleted on sql-west\./,
      ),
    });
    expect(rows()).toEqual([1000, 1000]);
  });

  it('goes on without what the source deleted since, once a person has been told how much, and asks again for more', async () => {
    const { on, ask, empty, rows } = await beforeTruncate('rebuild');
    on.world.ldr.write('primary', items, 5);
    on.world.ldr.rate('primary', orders, -10);
    on.world.control().advance(10_000);
    on.world.ldr.rate('primary', orders, 0);
    on.world.control().advance(10_000);
    const shown = await ask();
    expect(shown).toMatchObject({
      kind: 'impossible',
      why: expect.stringMatching(
        / press Retry: the run goes on if \d+ to \d+ of shop\.public\.orders are missing there by then, and asks again if it is any other number\./,
      ),
    });
    // Nobody has answered.
    expect((await ask()).kind).toBe('impossible');
    on.world.ldr.rate('primary', orders, -10);
    on.world.control().advance(40_000);
    on.world.ldr.rate('primary', orders, 0);
    on.world.control().advance(10_000);
    pressRetry(on, shown);
    const more = await ask();
    expect(more.kind).toBe('impossible');
    expect(rows()).toEqual([1000, 1000]);
    pressRetry(on, more);
    await empty();
    expect(rows()).toEqual([0, 0]);
    const { 'rows missing there when all were deleted': gone } = deleted(on);
    expect(gone).toEqual([expect.any(Number), 0]);
    expect(Array.isArray(gone) ? gone[0] : 0).toBeGreaterThan(100);
  });

  it('sees who wrote after it has counted, however long that took', async () => {
    const { on, ask } = await beforeTruncate('rebuild');
    const reads = () => on.world.statements().map(({ side, statement }) => `${side} ${statement}`);
    const before = reads().length;
    await byHand(on.world, 'primary', `TRUNCATE TABLE ${orders}`);
    on.world.ldr.write('primary', orders, 900);
    on.world.control().advance(10_000);
    // Where there seem to be fewer, they are counted once more after a while.
    expect((await ask()).kind).toBe('impossible');
    const order = reads().slice(before);
    expect(order.findIndex((read) => newest('orders').test(read))).toBeGreaterThan(
      order.findLastIndex((read) => /count\(\*\) AS n FROM "/.test(read)),
    );
  });

  it('takes a Retry for no yes while somebody brings the rows back', async () => {
    const { on, ask, empty, rows } = await beforeTruncate('rebuild');
    await byHand(on.world, 'primary', `TRUNCATE TABLE ${orders}`);
    on.world.ldr.write('primary', orders, 900);
    on.world.control().advance(10_000);
    const shown = await ask();
    expect(shown).toMatchObject({ kind: 'impossible', evidence: { 'rows missing there, as shown': [100, 0] } });
    // Half of them are back.
    on.world.ldr.write('primary', orders, 50);
    on.world.control().advance(10_000);
    pressRetry(on, shown);
    const half = await ask();
    expect(half).toMatchObject({
      kind: 'impossible',
      why: expect.stringContaining(`Fewer are missing by now than a Retry said yes to: 50 of ${orders}, and 100 when it was shown.`),
      evidence: { 'rows missing there, as shown': [50, 0] },
    });
    expect(rows()).toEqual([1000, 1000]);
    on.world.ldr.write('primary', orders, 50);
    on.world.control().advance(10_000);
    pressRetry(on, half);
    await empty();
    expect(rows()).toEqual([0, 0]);
    expect(deleted(on)).toEqual({ tables: 'empty', 'rows missing there when all were deleted': [0, 0] });
  });

  it.each([0, 540])(
    'takes for confirmed what was there when a person skipped the look %i minutes ago, and nothing later',
    async (minutes) => {
      const { on, step } = await beforeTruncate('rebuild');
      on.world.ldr.write('standby', orders, 2);
      on.world.control().advance(minuteMs);
      const clock: Clock = { ...systemClock, now: () => on.world.now() };
      const skip: Partial<Earlier> = { evidence: { skipped: 'known' }, at: clock.now() };
      const earlier = earlierOn(on, step).map((one) => (one.kind === 'ldr.check-writes' ? { ...one, ...skip } : one));
      const executor = executorFor(on.engine(), step);
      const ask = async () => {
        let probe: Probe = { kind: 'underway', fraction: null, note: '' };
        await until(async () => {
          probe = await executor.probe(step, on.link, anIo({ earlier, clock }));
          return probe.kind !== 'underway';
        }, 'the step has looked');
        return probe;
      };
      on.world.control().advance(minutes * minuteMs);
      expect(await ask()).toMatchObject({ kind: 'todo' });
      on.world.ldr.write('standby', items, 2);
      expect(await ask()).toMatchObject({ kind: 'impossible', evidence: { 'written since': items } });
    },
  );
});
