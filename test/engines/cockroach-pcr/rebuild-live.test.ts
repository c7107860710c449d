import { afterEach, describe, expect, it } from 'vitest';
import type { Operation } from '../../../src/domain/operation.ts';
import type { Plan, Step } from '../../../src/domain/plan.ts';
import { byHand, pcrLinkId as link, openPcr, type PcrBed } from '../../conformance/cockroach-pcr-bed.ts';
import { byConnection, streamSettings, streamUsers } from '../../conformance/cockroach-pcr-streams.ts';
import { carryOut, planOn, settle, through } from '../../conformance/drive.ts';
import { until } from '../../support/until.ts';

const rebuild: Operation = { kind: 'rebuild', link };
const failover: Operation = { kind: 'failover', link, to: { kind: 'latest' } };

let bed: PcrBed | null = null;
afterEach(async () => {
  await bed?.close();
  bed = null;
});

const renew = (uri: string): string => `ALTER EXTERNAL CONNECTION "to-primary" AS '${uri}'`;

/** A paused standby whose external connection holds a password that is no longer valid. */
async function open(): Promise<PcrBed> {
  const on = await openPcr('25.4', streamUsers('25.4'), (world) => byConnection(world, '25.4'), streamSettings);
  bed = on;
  await byHand(on.world, 'standby', 'ALTER VIRTUAL CLUSTER main PAUSE REPLICATION');
  await until(() => on.world.vc('standby')?.status === 'replication paused', 'it is paused');
  await byHand(on.world, 'standby', renew('postgresql://stream:old@sql-east:26257/defaultdb?sslmode=require'));
  return on;
}

const step = (plan: Plan, kind: string): Step => {
  const found = plan.steps.find((one) => one.kind === kind);
  if (found === undefined) throw new TypeError(`no ${kind}`);
  return found;
};
const probe = (on: PcrBed, plan: Plan, kind: string) => settle(on, step(plan, kind), () => on.engine());

/** What the standby has is there, and can be promoted. */
async function isWhole(on: PcrBed): Promise<void> {
  expect(on.effects()).toEqual([]);
  await planOn(on, failover);
}

describe('a rebuild', { timeout: 180_000 }, () => {
  it('writes the connection anew before it drops what the standby has, and goes through', async () => {
    const on = await open();
    const plan = await planOn(on, rebuild);
    const kinds = plan.steps.map(({ kind }) => kind);
    expect(kinds.slice(kinds.indexOf('pcr.prove-login'), kinds.indexOf('pcr.create-copy') + 1)).toEqual([
      'pcr.prove-login',
      'pcr.replace-connection',
      'pcr.prove-connection',
      'pcr.drop-old-copy',
      'pcr.create-copy',
    ]);
    await through(on, plan, async (one) => void (await carryOut(on, one, () => on.engine())));
    expect(on.world.vc('standby')?.status).toBe('replicating');
  });

  it('drops nothing while the login of the config is not let in, whenever that was found out', async () => {
    const on = await open();
    const plan = await planOn(on, rebuild);
    await byHand(on.world, 'primary', `ALTER USER stream WITH PASSWORD 'another'`);
    for (const kind of ['pcr.prove-login', 'pcr.prove-connection', 'pcr.drop-old-copy']) {
      expect(await probe(on, plan, kind)).toMatchObject({ kind: 'impossible', why: expect.stringContaining('does not let in') });
    }
    await isWhole(on);
  });

  it('drops nothing when the connection has come to lead elsewhere, or is gone, since it was looked at', async () => {
    const on = await open();
    const plan = await planOn(on, rebuild);
    expect(await probe(on, plan, 'pcr.prove-connection')).toMatchObject({ kind: 'done', evidence: { connection: 'to-primary' } });
    await byHand(on.world, 'standby', renew('postgresql://stream:x@staging-db:26257/defaultdb?sslmode=require'));
    expect(await probe(on, plan, 'pcr.drop-old-copy')).toMatchObject({
      kind: 'impossible',
      why: expect.stringMatching(/leads to staging-db:26257, but the config says sql-east:26257.*Nothing was dropped/),
    });
    await byHand(on.world, 'standby', 'DROP EXTERNAL CONNECTION "to-primary"');
    expect(await probe(on, plan, 'pcr.drop-old-copy')).toMatchObject({
      kind: 'impossible',
      why: expect.stringContaining('is gone. Nothing was dropped'),
    });
    await isWhole(on);
  });

  it('asks a person when the connection that the config names is not seen, and what it would drop stays', async () => {
    const on = await openPcr('25.4', { start: 'promoted' });
    bed = on;
    await byHand(on.world, 'primary', 'DROP EXTERNAL CONNECTION "to-standby"');
    const plan = await planOn(on, rebuild);
    expect(plan.warnings.join('\n')).toContain('what sql-east has is dropped first, so see before you approve');
    expect(await probe(on, plan, 'pcr.prove-connection')).toMatchObject({
      kind: 'unknown',
      why: expect.stringMatching(/^ops sees no external connection to-standby on sql-east.*Nothing was dropped.*press Retry\.$/),
    });
    expect(on.world.vc('primary')?.status).toBe('ready');
    expect(on.effects()).toEqual([]);
    await planOn(on, { kind: 'failback', link });
  });

  it('says what to do when only the new copy finds out that the connection is of no use', async () => {
    const on = await openPcr('25.4', { start: 'promoted' });
    bed = on;
    await byHand(
      on.world,
      'primary',
      `ALTER EXTERNAL CONNECTION "to-standby" AS 'postgresql://ops:old@sql-west:26257/defaultdb?sslmode=require'`,
    );
    const plan = await planOn(on, rebuild);
    await carryOut(on, step(plan, 'pcr.drop-old-copy'), () => on.engine());
    await expect(carryOut(on, step(plan, 'pcr.create-copy'), () => on.engine())).rejects.toThrow(
      /the external connection to-standby on sql-east holds an old one\. Replace it there .* then press Retry\./,
    );
  });
});
