import { afterEach, describe, expect, it } from 'vitest';
import type { Step } from '../../../src/domain/plan.ts';
import { judgeRows } from '../../../src/engines/cockroach-ldr/steps/rows.ts';
import { type LdrBed, ldrLinkId as link, openLdr, streamPassword } from '../../conformance/cockroach-ldr-bed.ts';
import { carryOut, planOn, settle, through } from '../../conformance/drive.ts';
import { aLink } from './scenes.ts';

const orders = 'shop.public.orders';
const items = 'shop.public.items';
const admin = { users: [{ name: 'ops', password: streamPassword, admin: true }] };
const stockOf = (table: string): RegExp => new RegExp(`min\\(crdb_internal_mvcc_timestamp.*"${table}"`);

let bed: LdrBed | null = null;
afterEach(async () => {
  await bed?.close();
  bed = null;
});

/** Carries an alter out up to the look before the emptying; `during` happens while people change the tables. */
async function changed(direction: 'unidirectional' | 'bidirectional', during: (on: LdrBed) => void) {
  const on = await openLdr('25.2', { world: { ...admin, direction } });
  bed = on;
  const engine = on.engine();
  const plan = await planOn(on, { kind: 'alter', link });
  const at = plan.steps.findIndex(({ kind }) => kind === 'ldr.check-rows');
  const empty = plan.steps.findIndex(({ kind }) => kind === 'ldr.empty-tables');
  expect(at).toBeGreaterThan(plan.steps.findIndex(({ kind }) => kind === 'ldr.change-schema'));
  expect(empty).toBe(at + 1);
  for (const step of plan.steps.slice(0, at)) {
    if (step.kind === 'ldr.change-schema') during(on);
    await through(on, { ...plan, steps: [step] }, async (one) => void (await carryOut(on, one, () => engine)));
  }
  const [check, truncate] = plan.steps.slice(at, empty + 1);
  if (check === undefined || truncate === undefined) throw new TypeError('no look before the emptying');
  const ask = (step: Step) => settle(on, step, () => engine);
  return { on, check: () => ask(check), empty: () => carryOut(on, truncate, () => engine) };
}

const rowsOf = (on: LdrBed, side: 'primary' | 'standby'): readonly number[] => on.world.tables(side).map(({ rows }) => rows);

describe.each(['unidirectional', 'bidirectional'] as const)('an alter of a link that is %s', { timeout: 180_000 }, (direction) => {
  it('deletes nothing when applications wrote while people changed the tables', async () => {
    const { on, check } = await changed(direction, ({ world }) => world.ldr.write('standby', orders, 11));
    expect(await check()).toMatchObject({
      kind: 'impossible',
      why: expect.stringMatching(
        /^Rows on sql-west were written while the schema was changed.*shop\.public\.orders \(11 rows more than before, .*Nothing was deleted\./,
      ),
      evidence: { 'written meanwhile': orders, 'every row written anew': 'none', 'not read': 'none', rows: [1011, 1000] },
    });
    expect(rowsOf(on, 'standby')).toEqual([1011, 1000]);
  });

  it('goes on when nothing was written there', async () => {
    const { on, check, empty } = await changed(direction, ({ world }) => {
      world.ldr.rewrite('primary', orders);
      world.ldr.write('primary', items, 5);
    });
    expect(await check()).toMatchObject({
      kind: 'done',
      evidence: { 'written meanwhile': 'none', 'every row written anew': 'none', rows: [1000, 1000] },
    });
    await empty();
    expect(rowsOf(on, 'standby')).toEqual([0, 0]);
    expect(rowsOf(on, 'primary')).toEqual([1000, 1005]);
  });

  it.each([0, 5])('asks where the change wrote every row anew, which hides whether applications wrote %i of them over', async (updates) => {
    const { on, check } = await changed(direction, ({ world }) => {
      world.ldr.update('standby', orders, updates);
      world.ldr.rewrite('standby', orders);
    });
    expect(await check()).toMatchObject({
      kind: 'impossible',
      why: expect.stringMatching(
        /^Every row of shop\.public\.orders on sql-west was written anew while the schema was changed\..* Nothing was deleted\. Press Skip, which deletes them there, if you know/,
      ),
      evidence: { 'written meanwhile': 'none', 'every row written anew': orders, rows: [1000, 1000] },
    });
    expect(rowsOf(on, 'standby')).toEqual([1000, 1000]);
  });

  it('sees what applications wrote over where the change writes no row', async () => {
    const { check } = await changed(direction, ({ world }) => world.ldr.update('standby', orders, 5));
    expect(await check()).toMatchObject({ kind: 'impossible', evidence: { 'written meanwhile': orders } });
  });
});

describe('the look after people changed the tables', { timeout: 180_000 }, () => {
  it('finds rows among those that the change wrote anew', async () => {
    const { check } = await changed('unidirectional', ({ world }) => {
      world.ldr.rewrite('standby', orders);
      world.ldr.write('standby', orders, 1);
    });
    expect(await check()).toMatchObject({ kind: 'impossible', why: expect.stringContaining('1 row more than before') });
  });

  it('deletes nothing while a table can not be read, and goes on once it can', async () => {
    const { on, check } = await changed('unidirectional', ({ world }) => {
      world.faults.add({
        side: 'standby',
        match: stockOf('items'),
        act: { kind: 'refuse', sqlState: '42501', message: 'user ops does not have SELECT privilege on relation items' },
        times: 1,
      });
    });
    expect(await check()).toMatchObject({
      kind: 'impossible',
      why: expect.stringMatching(/shop\.public\.items on sql-west .* could not be read, so nothing was deleted\./),
      evidence: { 'not read': items },
    });
    expect(await check()).toMatchObject({ kind: 'done' });
    expect(rowsOf(on, 'standby')).toEqual([1000, 1000]);
  });

  it('does not let people begin where it could not tell afterwards', async () => {
    const on = await openLdr('25.2', { world: admin });
    bed = on;
    const engine = on.engine();
    const plan = await planOn(on, { kind: 'alter', link });
    const at = plan.steps.findIndex(({ kind }) => kind === 'ldr.count-rows');
    await through(on, { ...plan, steps: plan.steps.slice(0, at) }, async (one) => void (await carryOut(on, one, () => engine)));
    const act = { kind: 'refuse', sqlState: '42501', message: 'no' } as const;
    on.world.faults.add({ side: 'standby', match: stockOf('items'), act, times: 1 });
    const step = plan.steps[at];
    if (step === undefined) throw new TypeError('no count');
    expect(await settle(on, step, () => engine)).toMatchObject({ kind: 'impossible', why: expect.stringContaining('press Retry') });
    expect(await settle(on, step, () => engine)).toMatchObject({ kind: 'done', evidence: { rows: [1000, 1000] } });
  });

  it('deletes nothing when nobody counted before', async () => {
    const on = await openLdr('25.2', { world: admin });
    bed = on;
    const step = (await planOn(on, { kind: 'alter', link })).steps.find(({ kind }) => kind === 'ldr.check-rows');
    if (step === undefined) throw new TypeError('no look');
    expect(await settle(on, step, () => on.engine())).toMatchObject({
      kind: 'impossible',
      why: expect.stringContaining('No step recorded'),
    });
  });
});

describe('what a table holds after the change', () => {
  const { settings } = aLink();
  const place = { here: 'sql-west', there: 'sql-east', side: 'standby', settings } as const;
  const told = (rows: number, oldest: bigint | null, newest: bigint | null) => ({ kind: 'told', rows, oldest, newest }) as const;

  it.each([
    ['the same', told(10, 5n, 90n), 'done'],
    ['fewer rows, none newer', told(8, 5n, 80n), 'done'],
    ['none, as people emptied it', told(0, null, null), 'done'],
    ['as many, all newer: the change wrote them, and whoever wrote before it', told(10, 91n, 99n), 'impossible'],
    ['as many, some newer: updated', told(10, 5n, 91n), 'impossible'],
    ['fewer, all newer: emptied and written', told(3, 91n, 99n), 'impossible'],
    ['more, none newer', told(11, 5n, 90n), 'impossible'],
    ['more, all newer', told(11, 91n, 99n), 'impossible'],
    ['what nobody could read', { kind: 'untold', why: 'slow' } as const, 'impossible'],
  ])('%s', (_, now, kind) => {
    const before = settings.tables.map(() => ({ rows: 10, newest: 90n }));
    const rest = settings.tables.slice(1).map(() => told(10, 5n, 90n));
    expect(judgeRows(place, before, [now, ...rest]).kind).toBe(kind);
  });

  it('is written where it was empty before and is not now', () => {
    const empty = settings.tables.map(() => ({ rows: 0, newest: null }));
    const now = settings.tables.map((_, pair) => (pair === 0 ? told(1, 91n, 91n) : told(0, null, null)));
    expect(judgeRows(place, empty, now).kind).toBe('impossible');
  });
});
