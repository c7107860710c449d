import { afterEach, describe, expect, it } from 'vitest';
import type { Step } from '../../../src/domain/plan.ts';
import { judgeRows } from '../../../src/engines/cockroach-ldr/steps/rows.ts';
import type { LdrWorld } from '../../../src/sim/cockroach/ldr/ldr-contract.ts';
import type { ColumnSpec } from '../../../src/sim/cockroach/ldr/state/table.ts';
import { byHand, type LdrBed, ldrLinkId as link, openLdr, streamPassword } from '../../conformance/cockroach-ldr-bed.ts';
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

const sides = ['primary', 'standby'] as const;
const columns: readonly ColumnSpec[] = [
  { name: 'id', type: 'UUID', default: 'gen_random_uuid()' },
  { name: 'region', type: 'STRING' },
  { name: 'amount', type: 'DECIMAL(12,2)', nullable: true },
];

/** On both sides, and every row is written anew. */
function addColumn({ ldr }: LdrWorld, more: Partial<ColumnSpec>): void {
  for (const side of sides) {
    ldr.change(side, orders, { columns: [...columns, { name: 'tier', type: 'STRING', ...more }] });
    ldr.rewrite(side, orders);
  }
}

/**
 * Carries an alter out up to the look before the emptying; `during` happens while people change the tables, `first` before anything
 * does.
 */
async function changed(
  direction: 'unidirectional' | 'bidirectional',
  during: (on: LdrBed) => void,
  first: (on: LdrBed) => void = () => undefined,
) {
  const on = await openLdr('25.2', { world: { ...admin, direction, tables: [{ name: orders, columns }, { name: items }] } });
  bed = on;
  first(on);
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

  it('goes on where the change wrote every row anew, as ADD COLUMN with a default does, and the columns hold what they held', async () => {
    const { on, check, empty } = await changed(direction, ({ world }) => addColumn(world, { default: "'new'" }));
    expect(await check()).toMatchObject({
      kind: 'done',
      evidence: { 'every row written anew': 'none', 'written anew, and proven to hold the same': orders, rows: [1000, 1000] },
    });
    await empty();
    expect(rowsOf(on, 'standby')).toEqual([0, 0]);
  });

  it.each([
    ['before the change wrote every row anew', 'region'],
    ['in the column that the change added', 'tier'],
  ])('deletes nothing that applications wrote over %s', async (_, column) => {
    const { on, check } = await changed(direction, ({ world }) => {
      if (column === 'region') world.ldr.update('standby', orders, 5, column);
      addColumn(world, { default: "'new'" });
      if (column === 'tier') world.ldr.update('standby', orders, 1, column);
      world.ldr.rewrite('standby', orders);
    });
    expect(await check()).toMatchObject({
      kind: 'impossible',
      why: expect.stringMatching(
        new RegExp(
          `^shop\\.public\\.orders \\(${column}\\) on sql-west: these columns hold other values than before .* Nothing was deleted\\.`,
        ),
      ),
      evidence: { 'written meanwhile': 'none', 'every row written anew': 'none', rows: [1000, 1000] },
    });
    expect(rowsOf(on, 'standby')).toEqual([1000, 1000]);
  });

  it('asks where a default differs from row to row, or a column may have another name', async () => {
    const { check } = await changed(direction, ({ world }) => addColumn(world, { default: 'gen_random_uuid()' }));
    expect(await check()).toMatchObject({ kind: 'impossible', why: expect.stringContaining('differ from row to row in a new column') });
  });

  it('sees what applications wrote over where the change writes no row', async () => {
    const { check } = await changed(direction, ({ world }) => world.ldr.update('standby', orders, 5));
    expect(await check()).toMatchObject({ kind: 'impossible', evidence: { 'written meanwhile': orders } });
  });
});

describe('the look after people changed the tables', { timeout: 180_000 }, () => {
  it('goes on where a column was dropped, and asks where one went and another came', async () => {
    const { on, check } = await changed('unidirectional', ({ world }) => {
      for (const side of sides) world.ldr.change(side, orders, { columns: columns.filter(({ name }) => name !== 'amount') });
      world.ldr.rewrite('standby', orders);
    });
    expect(await check()).toMatchObject({ kind: 'done', evidence: { 'written anew, and proven to hold the same': orders } });
    const renamed = columns.map((column) => (column.name === 'amount' ? { ...column, name: 'sum' } : column));
    for (const side of sides) on.world.ldr.change(side, orders, { columns: renamed });
    expect(await check()).toMatchObject({ kind: 'impossible', evidence: { 'every row written anew': orders } });
  });

  it.each(['count', 'check'])('asks as before where the columns could not be summed up (%s)', async (when) => {
    const untold = (world: LdrWorld): void => {
      const act = { kind: 'refuse', sqlState: '22023', message: 'could not convert to JSON' } as const;
      world.faults.add({ side: 'standby', match: /xor_agg.*"orders"/, act, times: 1 });
    };
    const { check } = await changed(
      'unidirectional',
      ({ world }) => {
        addColumn(world, { default: "'new'" });
        if (when === 'check') untold(world);
      },
      ({ world }) => {
        if (when === 'count') untold(world);
      },
    );
    expect(await check()).toMatchObject({
      kind: 'impossible',
      why: expect.stringMatching(
        /^Every row of shop\.public\.orders on sql-west was written anew while the schema was changed\..* Nothing was deleted\. Press Skip, which deletes them there, if you know/,
      ),
      evidence: { 'written meanwhile': 'none', 'every row written anew': orders },
    });
  });

  it('does not begin while the source has lost rows', async () => {
    const on = await openLdr('25.2', { world: admin });
    bed = on;
    const engine = on.engine();
    const plan = await planOn(on, { kind: 'alter', link });
    const at = plan.steps.findIndex(({ kind }) => kind === 'ldr.compare-rows');
    expect(plan.steps.findIndex(({ pointOfNoReturn }) => pointOfNoReturn)).toBeGreaterThan(at);
    await through(on, { ...plan, steps: plan.steps.slice(0, at) }, async (one) => void (await carryOut(on, one, () => engine)));
    await byHand(on.world, 'primary', `TRUNCATE TABLE ${orders}`);
    on.world.ldr.write('primary', orders, 1);
    on.world.control().advance(10_000);
    const step = plan.steps[at];
    if (step === undefined) throw new TypeError('no rows are compared');
    expect(await settle(on, step, () => engine)).toMatchObject({
      kind: 'impossible',
      why: expect.stringContaining('no job was ended'),
    });
  });

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
        // With what the columns hold, and without.
        times: 2,
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
    on.world.faults.add({ side: 'standby', match: stockOf('items'), act, times: 2 });
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
  const told = (rows: number, oldest: bigint | null, newest: bigint | null) =>
    ({ kind: 'told', rows, oldest, newest, digest: null }) as const;

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
    const before = settings.tables.map(() => ({ rows: 10, newest: 90n, digest: null }));
    const rest = settings.tables.slice(1).map(() => told(10, 5n, 90n));
    expect(judgeRows(place, before, [now, ...rest]).kind).toBe(kind);
  });

  it('is written where it was empty before and is not now', () => {
    const empty = settings.tables.map(() => ({ rows: 0, newest: null, digest: null }));
    const now = settings.tables.map((_, pair) => (pair === 0 ? told(1, 91n, 91n) : told(0, null, null)));
    expect(judgeRows(place, empty, now).kind).toBe('impossible');
  });
});
