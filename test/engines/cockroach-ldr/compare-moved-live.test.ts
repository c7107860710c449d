import { describe, expect, it } from 'vitest';
import type { Operation } from '../../../src/domain/operation.ts';
import type { Probe } from '../../../src/engines/engine.ts';
import { endStreams, type LdrBed, type LdrBedOptions, ldrLinkId as link } from '../../conformance/cockroach-ldr-bed.ts';
import { carryOut, planOn, settle, through } from '../../conformance/drive.ts';
import { admin, items, openBed, orders } from './beds.ts';

const switchover: Operation = { kind: 'switchover', link };
const both = { world: { ...admin, direction: 'bidirectional' } } as const;

/** Carries a plan out up to its comparison, has `before` happen, and tells what that says. */
async function compared(on: LdrBed, operation: Operation, before: () => Promise<void> | void = () => undefined): Promise<Probe> {
  const engine = on.engine();
  const plan = await planOn(on, operation);
  const compare = plan.steps.at(-1);
  if (compare?.kind !== 'ldr.compare-tables') throw new TypeError('nothing is compared');
  await through(on, { ...plan, steps: plan.steps.slice(0, -1) }, async (step) => void (await carryOut(on, step, () => engine)));
  await before();
  return settle(on, compare, () => engine);
}

const unproven = (names: string) => ({
  kind: 'done',
  evidence: {
    differ: 'not known of all',
    'written meanwhile': names,
    'written after the stop': 'none',
    'compared as of': expect.any(String),
  },
});
const same = { kind: 'done', evidence: { differ: 'none', 'as of': expect.any(String) } };
const accused = {
  kind: 'impossible',
  why: expect.stringContaining(`${orders} took writes on sql-east after writes were said to be stopped there`),
};

describe('the end of a move both ways', { timeout: 180_000 }, () => {
  it.each(['24.3', '26.2'] as const)('accuses nobody on %s where applications have used the other side all along', async (version) => {
    const on = await openBed(version, both);
    on.world.ldr.rate('standby', orders, 2_000);
    const seen = await compared(on, switchover);
    expect(seen).toMatchObject(unproven(orders));
    expect(seen).not.toMatchObject({ evidence: { 'as of': expect.anything() } });
  });

  it('looks again, and finds both sides equal once what was written has arrived', async () => {
    const on = await openBed('26.2', both);
    on.world.ldr.rate('standby', orders, 2_000);
    const stop = () => {
      on.world.ldr.rate('standby', orders, 0);
      on.world.control().advance(60_000);
    };
    expect(await compared(on, switchover, stop)).toMatchObject(same);
  });

  it.each(['switchover', 'failback'] as const)('of a %s finds an application that still writes where it was to stop', async (kind) => {
    const on = await openBed('26.2', both);
    const [from, table] = kind === 'switchover' ? (['primary', orders] as const) : (['standby', orders] as const);
    on.world.ldr.rate(kind === 'switchover' ? 'standby' : 'primary', orders, 2_000);
    const seen = await compared(on, { kind, link }, () => {
      on.world.control().advance(5_000);
      on.world.ldr.write(from, table, 1);
    });
    expect(seen).toMatchObject({
      kind: 'impossible',
      why: expect.stringContaining(`${orders} took writes on ${on.world[from].cluster} after`),
    });
  });

  it('still tells tables that differ', async () => {
    const on = await openBed('26.2', both);
    on.world.ldr.differ('standby', items, true);
    expect(await compared(on, switchover)).toMatchObject({ kind: 'impossible', why: expect.stringMatching(/^shop\.public\.items differ/) });
  });

  it.each([
    ['does not call missing what no job brings any more', true, unproven(orders)],
    [
      'tells tables that differ though no job brings back what is written',
      false,
      { kind: 'impossible', why: expect.stringMatching(/orders differ/) },
    ],
  ] as const)('%s', async (_, writes, wanted) => {
    const on = await openBed('26.2', both);
    await endStreams(on.world, 'primary');
    on.world.control().advance(5_000);
    if (writes) on.world.ldr.write('standby', orders, 3);
    else on.world.ldr.differ('standby', orders, true);
    expect(await compared(on, switchover)).toMatchObject(wanted);
  });
});

describe('a table whose deletes by TTL are discarded', { timeout: 180_000 }, () => {
  const expiring: LdrBedOptions = {
    world: { ...admin, tables: [{ name: orders, ttl: { expireAfter: '30 days', excluded: true } }, { name: items }] },
    settings: () => ({ options: { mode: 'immediate', discardTtlDeletes: true, label: null, skipSchemaCheck: false } }),
  };
  const left = {
    kind: 'done',
    evidence: { differ: 'not known of all', 'not comparable for discarded TTL deletes': orders, 'compared as of': expect.any(String) },
  };

  it.each(['verify', 'switchover'] as const)('is not called different by a %s, which says so before', async (kind) => {
    const on = await openBed('26.2', expiring);
    expect((await planOn(on, { kind, link })).warnings).toContainEqual(expect.stringContaining('Deletes by row-level TTL are discarded'));
    on.world.ldr.differ('standby', orders, true);
    const seen = await compared(on, { kind, link });
    expect(seen).toMatchObject(left);
    expect(seen).not.toMatchObject({ evidence: { 'as of': expect.anything() } });
  });

  it('hides no other table that differs', async () => {
    const on = await openBed('26.2', expiring);
    for (const table of [orders, items]) on.world.ldr.differ('standby', table, true);
    const why = expect.stringMatching(
      /^shop\.public\.items differ .* shop\.public\.orders can't be compared, since deletes by TTL on sql-east are discarded\.$/,
    );
    expect(await compared(on, { kind: 'verify', link })).toMatchObject({ kind: 'impossible', why });
  });

  it('hides no application that still writes', async () => {
    const on = await openBed('26.2', expiring);
    on.world.ldr.differ('standby', orders, true);
    const seen = await compared(on, switchover, () => {
      on.world.control().advance(5_000);
      on.world.ldr.write('primary', orders, 1);
    });
    expect(seen).toMatchObject(accused);
  });

  it('that is equal is proven so', async () => {
    expect(await compared(await openBed('26.2', expiring), { kind: 'verify', link })).toMatchObject(same);
  });
});
