import { describe, expect, it } from 'vitest';
import type { Operation } from '../../../src/domain/operation.ts';
import type { Plan, Step } from '../../../src/domain/plan.ts';
import { ldrDetail } from '../../../src/engines/cockroach-ldr/detail.ts';
import { failStreams, type LdrBed, type LdrBedOptions, ldrLinkId as link } from '../../conformance/cockroach-ldr-bed.ts';
import { anIo, carryOut, planOn, settle, through } from '../../conformance/drive.ts';
import { admin, items, openBed, orders } from './beds.ts';

const rebuild: Operation = { kind: 'rebuild', link };

/** The stream into the standby has failed for good. */
async function failed(options: LdrBedOptions = {}): Promise<LdrBed> {
  const bed = await openBed('26.2', { world: admin, ...options });
  await failStreams(bed.world);
  return bed;
}

const lookAt = async (on: LdrBed) => {
  const seen = await on.engine().observe(on.link, anIo({ tag: 'replops/read', planning: 'rebuild', timeoutMs: 10_000 }));
  return ldrDetail.parse(seen.detail).writes?.pairs;
};

const newestQuery = (table: string): RegExp => new RegExp(`crdb_internal_mvcc_timestamp.*"${table}"`);

describe('the newest writes of both sides', { timeout: 180_000 }, () => {
  it('are those that no job brought', async () => {
    const on = await failed();
    expect(await lookAt(on)).toMatchObject([{ standby: { kind: 'told', newest: null } }, { standby: { newest: null } }]);
    const before = BigInt(Math.floor(on.world.now())) * 1000n;
    on.world.ldr.write('standby', orders, 2);
    const [first, second] = (await lookAt(on)) ?? [];
    expect(first?.standby.kind === 'told' && BigInt(first.standby.newest ?? 0) >= before).toBe(true);
    expect(second?.standby).toEqual({ kind: 'told', newest: null });
    expect(first?.primary).toMatchObject({ kind: 'told', newest: expect.stringMatching(/^\d{16}$/) });
  });

  it('are not asked for where nothing is to be emptied, or gone on over', async () => {
    const on = await failed();
    for (const planning of [undefined, 'pause', 'verify'] as const) {
      await on.engine().observe(on.link, anIo({ ...(planning === undefined ? {} : { planning }) }));
    }
    expect(on.world.statements().filter(({ statement }) => statement.includes('mvcc_timestamp'))).toEqual([]);
  });

  it.each([
    ['slow', { kind: 'slow', ms: 10_000 }],
    ['refused', { kind: 'refuse', sqlState: '42501', message: 'user ops does not have SELECT privilege on relation orders' }],
    ['unsupported', { kind: 'refuse', sqlState: '42703', message: 'column "crdb_internal_origin_timestamp" does not exist' }],
    ['failed', { kind: 'drop-before' }],
  ] as const)('are not known where the database does not tell: %s', async (why, act) => {
    const on = await failed();
    on.world.faults.add({ side: 'standby', match: newestQuery('orders'), act });
    expect(await lookAt(on)).toMatchObject([{ standby: { kind: 'untold', why } }, { standby: { kind: 'told', newest: null } }]);
  });
});

async function upTo(on: LdrBed, plan: Plan, kind: string): Promise<Step> {
  const at = plan.steps.findIndex((step) => step.kind === kind);
  const step = plan.steps[at];
  if (step === undefined) throw new TypeError(`no ${kind}`);
  await through(on, { ...plan, steps: plan.steps.slice(0, at) }, async (before) => void (await carryOut(on, before, () => on.engine())));
  return step;
}
const ask = (on: LdrBed, step: Step) => settle(on, step, () => on.engine());

describe('the look right before a side is emptied', { timeout: 180_000 }, () => {
  it('lets the run go on where nothing was written there', async () => {
    const on = await failed();
    const step = await upTo(on, await planOn(on, rebuild), 'ldr.check-writes');
    expect(await ask(on, step)).toMatchObject({
      kind: 'done',
      evidence: { 'newest write that no job brought': 'none', 'written since': 'none', 'not read': 'none' },
    });
  });

  it('stops at a write that came since it was planned, and deletes nothing', async () => {
    const on = await failed();
    const step = await upTo(on, await planOn(on, rebuild), 'ldr.check-writes');
    on.world.ldr.write('standby', items, 1);
    expect(await ask(on, step)).toMatchObject({
      kind: 'impossible',
      why: expect.stringMatching(/Applications wrote into shop\.public\.items on .* as late as .*Nothing was deleted\./),
      evidence: { 'written since': items },
    });
    expect(on.effects()).toEqual([]);
    expect(on.world.tables('standby').find(({ name }) => name === items)?.rows).toBe(1001);
  });

  it('takes what was known when it was planned for confirmed, and nothing later', async () => {
    const on = await failed();
    on.world.ldr.write('standby', orders, 1);
    on.world.ldr.write('primary', orders, 1);
    // The side in use is read as of 5 s ago.
    on.world.control().advance(6_000);
    on.world.ldr.write('primary', orders, 1);
    on.world.control().advance(6_000);
    const plan = await planOn(on, rebuild);
    expect(plan.steps.map(({ kind }) => kind)).toContain('ldr.accept-loss');
    const step = await upTo(on, plan, 'ldr.check-writes');
    expect(await ask(on, step)).toMatchObject({ kind: 'done' });
    on.world.ldr.write('standby', orders, 1);
    expect(await ask(on, step)).toMatchObject({ kind: 'impossible', evidence: { 'written since': orders } });
  });

  it('stops where it can not read a table, unless a person has vouched for it', async () => {
    const on = await failed();
    const plan = await planOn(on, rebuild);
    const refused = { kind: 'refuse', sqlState: '42501', message: 'no' } as const;
    const fault = on.world.faults.add({ side: 'standby', match: newestQuery('items'), act: refused, times: 100 });
    const step = await upTo(on, plan, 'ldr.check-writes');
    expect(await ask(on, step)).toMatchObject({
      kind: 'impossible',
      why: expect.stringContaining('could not be read, so nothing was deleted'),
    });
    const vouched = await planOn(on, rebuild);
    const again = await upTo(on, vouched, 'ldr.check-writes');
    expect(vouched.steps.map(({ kind }) => kind)).toContain('ldr.accept-loss');
    expect(await ask(on, again)).toMatchObject({ kind: 'done', evidence: { 'not read': items } });
    fault.remove();
    on.world.ldr.write('standby', items, 1);
    expect(await ask(on, again)).toMatchObject({ kind: 'impossible', evidence: { 'written since': items } });
  });
});
