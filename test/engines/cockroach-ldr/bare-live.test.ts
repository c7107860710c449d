import { afterEach, describe, expect, it } from 'vitest';
import type { Operation } from '../../../src/domain/operation.ts';
import type { Step } from '../../../src/domain/plan.ts';
import type { Engine } from '../../../src/engines/engine.ts';
import {
  byHand,
  type LdrBed,
  type LdrBedOptions,
  ldrLinkId as link,
  openLdr,
  streamPassword,
} from '../../conformance/cockroach-ldr-bed.ts';
import { anIo, carryOut, earlierOn, executorFor, planOn, settle, through } from '../../conformance/drive.ts';

const orders = 'shop.public.orders';
const items = 'shop.public.items';
const admin = { users: [{ name: 'ops', password: streamPassword, admin: true }] };
const setup: Operation = { kind: 'setup', link };
const alter: Operation = { kind: 'alter', link };

let bed: LdrBed | null = null;
afterEach(async () => {
  await bed?.close();
  bed = null;
});

/** Carries an operation out up to a step, in one process. */
async function upTo(operation: Operation, kind: string, options: LdrBedOptions) {
  const on = await openLdr('25.2', options);
  bed = on;
  const engine: Engine<LdrBed['link']> = on.engine();
  const plan = await planOn(on, operation);
  const at = plan.steps.findIndex((step) => step.kind === kind);
  const step = plan.steps[at];
  if (step === undefined) throw new TypeError(`no ${kind}`);
  await through(on, { ...plan, steps: plan.steps.slice(0, at) }, async (one: Step) => void (await carryOut(on, one, () => engine)));
  return {
    on,
    ask: () => settle(on, step, () => engine),
    send: () => executorFor(engine, step).perform(step, on.link, anIo({ earlier: earlierOn(on, step) })),
    carry: () => carryOut(on, step, () => engine),
    starts: () => on.effects().filter(({ statement }) => statement.startsWith('CREATE LOGICAL')).length,
  };
}

const rowsOf = (on: LdrBed, side: 'primary' | 'standby') => on.world.tables(side).map(({ rows }) => rows);
const unstarted = { world: { ...admin, start: 'none' } } as const;
const filled = /^shop\.public\.orders on sql-west should be empty now and hold rows: somebody writes there\. Nothing was started\./;

describe('a start with a first copy', { timeout: 180_000 }, () => {
  it('one way begins on no side that was written meanwhile', async () => {
    const { on, ask, carry, starts } = await upTo(setup, 'ldr.create-stream', unstarted);
    // As after a halt: the look before is hours old.
    on.world.ldr.write('standby', orders, 13);
    expect(await ask()).toMatchObject({ kind: 'impossible', why: expect.stringMatching(filled) });
    expect(starts()).toBe(0);
    // As the sentence says.
    await byHand(on.world, 'standby', `TRUNCATE TABLE ${orders}`);
    expect(await ask()).toEqual({ kind: 'todo' });
    await carry();
    expect(starts()).toBe(1);
  });

  it('one way looks in the very session that sends', async () => {
    const { on, ask, send, starts } = await upTo(setup, 'ldr.create-stream', unstarted);
    expect(await ask()).toEqual({ kind: 'todo' });
    on.world.ldr.write('standby', orders, 1);
    await expect(send()).rejects.toMatchObject({ effect: 'not-applied', message: expect.stringMatching(filled) });
    expect(starts()).toBe(0);
  });

  it('both ways brings away what is written meanwhile', async () => {
    const world = { ...unstarted.world, direction: 'bidirectional' } as const;
    const { on, ask } = await upTo(setup, 'ldr.create-stream', { world });
    on.world.ldr.write('standby', orders, 13);
    expect(await ask()).toEqual({ kind: 'todo' });
  });
});

const anyRow = (table: string): RegExp => new RegExp(`SELECT 1 FROM "shop"."public"."${table}"`);

describe('the look at the tables of the side that is to follow', { timeout: 180_000 }, () => {
  it('says that a table is not there any more', async () => {
    const { on, ask } = await upTo(alter, 'ldr.check-schema', { world: admin });
    for (const side of ['primary', 'standby'] as const) await byHand(on.world, side, `DROP TABLE ${items}`);
    const probe = await ask();
    expect(probe).toMatchObject({ kind: 'impossible', why: expect.stringContaining(items) });
    expect('why' in probe && probe.why).not.toContain('somebody writes there');
  });

  it('says that a table could not be read', async () => {
    const { on, ask } = await upTo(alter, 'ldr.check-schema', { world: admin });
    const act = { kind: 'refuse', sqlState: '42501', message: 'user ops does not have SELECT privilege on relation items' } as const;
    on.world.faults.add({ side: 'standby', match: anyRow('items'), act, times: 1 });
    expect(await ask()).toMatchObject({
      kind: 'impossible',
      why: expect.stringMatching(
        /^Whether shop\.public\.items on sql-west hold rows could not be read\. Nothing was started\. .*\(SELECT\), then press Retry\./,
      ),
    });
    expect(await ask()).toMatchObject({ kind: 'done' });
  });

  it('tells rows that somebody wrote', async () => {
    const { on, ask } = await upTo(alter, 'ldr.check-schema', { world: admin });
    on.world.ldr.write('standby', orders, 1);
    expect(await ask()).toMatchObject({ kind: 'impossible', why: expect.stringMatching(filled) });
  });
});

describe('a side that is to be filled anew', { timeout: 180_000 }, () => {
  it('is not gone on with where people dropped its tables, since nothing makes them', async () => {
    const { on, ask } = await upTo(alter, 'ldr.check-fit', { world: admin });
    await byHand(on.world, 'standby', `DROP TABLE ${orders}, ${items}`);
    expect(await ask()).toMatchObject({
      kind: 'impossible',
      why: expect.stringMatching(
        /^sql-west has no shop\.public\.orders, shop\.public\.items any more\. No row was deleted\. Make what is missing there, .*SHOW CREATE TABLE.* then press Retry\./,
      ),
    });
    expect(rowsOf(on, 'primary')).toEqual([1000, 1000]);
  });

  it('is not called empty where it could not be read', async () => {
    const { on, ask } = await upTo(alter, 'ldr.empty-tables', { world: admin });
    const act = { kind: 'refuse', sqlState: '42501', message: 'user ops does not have SELECT privilege on relation items' } as const;
    on.world.faults.add({ side: 'standby', match: anyRow('items'), act, times: 1 });
    expect(await ask()).toMatchObject({ kind: 'impossible', why: expect.stringContaining('Nothing was deleted.') });
    expect(rowsOf(on, 'standby')).toEqual([1000, 1000]);
  });
});
