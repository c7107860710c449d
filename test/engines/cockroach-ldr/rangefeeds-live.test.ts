import { afterEach, describe, expect, it } from 'vitest';
import type { Operation } from '../../../src/domain/operation.ts';
import type { LdrWorldOptions } from '../../../src/sim/cockroach/ldr/ldr-world.ts';
import { byHand, type LdrBed, ldrLinkId as link, openLdr, streamPassword } from '../../conformance/cockroach-ldr-bed.ts';
import { carryOut, planOn, settle } from '../../conformance/drive.ts';

let bed: LdrBed | null = null;
afterEach(async () => {
  await bed?.close();
  bed = null;
});

const setup: Operation = { kind: 'setup', link };
const more = 'shop.public.more';
const off = { primary: { 'kv.rangefeed.enabled': 'false' } } as const;
const world: Partial<LdrWorldOptions> = {
  start: 'none',
  users: [{ name: 'ops', password: streamPassword, admin: true }],
  settings: off,
  tables: ['shop.public.orders', 'shop.public.items', more].map((name) => ({ name })),
};
const turnedOff = (on: LdrBed): boolean => on.effects().some(({ statement }) => /^SET CLUSTER SETTING .* = false$/.test(statement));

/** Turns rangefeeds on as a setup does, has `meanwhile` happen, and takes that back. */
async function takenBack(on: LdrBed, meanwhile: () => Promise<void> = async () => undefined) {
  bed = on;
  const step = (await planOn(on, setup)).steps.find(({ kind }) => kind === 'ldr.set-rangefeeds');
  if (step?.undo.kind !== 'act') throw new TypeError('nothing to take back');
  await carryOut(on, step, () => on.engine());
  await meanwhile();
  const seen = await settle(on, step.undo.act, () => on.engine());
  if (seen.kind === 'todo') await carryOut(on, step.undo.act, () => on.engine());
  return seen;
}

describe('rangefeeds that a setup turned on', { timeout: 180_000 }, () => {
  it('are off again where nobody else lives on them', async () => {
    const on = await openLdr('25.2', { world });
    expect(await takenBack(on)).toEqual({ kind: 'todo' });
    expect(turnedOff(on)).toBe(true);
  });

  it('stay on for a replication of somebody else that began meanwhile', async () => {
    const on = await openLdr('25.2', { world });
    const other = () =>
      byHand(on.world, 'standby', `CREATE LOGICAL REPLICATION STREAM FROM TABLE ${more} ON 'external://to_east' INTO TABLE ${more}`);
    expect(await takenBack(on, other)).toMatchObject({
      kind: 'done',
      evidence: { 'kv.rangefeed.enabled': true, stays: expect.stringContaining('on sql-east serves another replication') },
    });
    expect(turnedOff(on)).toBe(false);
  });

  it('stay on for a changefeed, also in a virtual cluster', async () => {
    const changefeeds = [{ tables: ['shop.public.orders'], sink: 'kafka://broker' }];
    const on = await openLdr('26.2', { world: { ...world, interface: 'main', changefeeds }, settings: () => ({ interface: 'main' }) });
    expect(await takenBack(on)).toMatchObject({ kind: 'done', evidence: { stays: expect.stringMatching(/^Changefeed \d+ on sql-east/) } });
    expect(turnedOff(on)).toBe(false);
  });

  it('stay on where the bot is not shown who lives on them', async () => {
    const on = await openLdr('25.2', { world });
    const blind = async () => {
      await byHand(on.world, 'primary', 'GRANT SYSTEM MODIFYCLUSTERSETTING TO ops');
      await byHand(on.world, 'primary', 'REVOKE admin FROM ops');
    };
    expect(await takenBack(on, blind)).toMatchObject({
      kind: 'done',
      evidence: { stays: expect.stringContaining("so whether another replication reads from there can't be seen") },
    });
    expect(turnedOff(on)).toBe(false);
  });
});
