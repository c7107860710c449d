import { afterEach, describe, expect, it } from 'vitest';
import type { Operation } from '../../../src/domain/operation.ts';
import type { Step } from '../../../src/domain/plan.ts';
import { isRefusal } from '../../../src/domain/refusal.ts';
import { aSetup, byHand, openPcr, type PcrBed } from '../../conformance/cockroach-pcr-bed.ts';
import { anIo, carryOut, planOn, settle, through } from '../../conformance/drive.ts';
import { until } from '../../support/until.ts';

describe('a copy by another name than its source’s, as the config says', { timeout: 240_000 }, () => {
  let close: () => Promise<void> = async () => undefined;
  afterEach(() => close());

  async function open(): Promise<PcrBed> {
    const bed = await openPcr(
      '25.2',
      { start: 'none', users: [{ name: 'ops', password: 'opssecret', admin: true }] },
      async (world) => {
        await byHand(world, 'standby', `CREATE VIRTUAL CLUSTER copy FROM REPLICATION OF main ON 'external://to-primary'`);
        await until(() => world.vc('standby', 'copy')?.status === 'replicating', 'it follows');
      },
      (world) => ({ virtualCluster: 'copy', setup: aSetup(world, { source: 'main' }) }),
    );
    close = () => bed.close();
    return bed;
  }

  async function go(bed: PcrBed, step: Step): Promise<void> {
    await carryOut(bed, step, () => bed.engine());
    // No read shows what a connection holds.
    if (step.kind !== 'pcr.replace-connection') expect((await settle(bed, step, () => bed.engine())).kind, step.title).toBe('done');
  }

  const look = (bed: PcrBed, planning?: Operation['kind']) =>
    bed.engine().observe(bed.link, anIo({ tag: 'replops/read', ...(planning === undefined ? {} : { planning }) }));

  const refusedOf = async (bed: PcrBed, kind: 'switchover' | 'failback' | 'setup'): Promise<string> => {
    const answer = bed.engine().plan({ kind, link: bed.link.id }, bed.link, await look(bed, kind));
    return isRefusal(answer) ? `${answer.sentence} ${answer.next}` : `planned: ${answer.summary}`;
  };

  it('is healthy while it follows, and its source takes the writes', async () => {
    const bed = await open();
    const seen = await look(bed);
    expect(seen).toMatchObject({ health: 'healthy', primary: { writable: 'yes', problem: null, role: 'primary' } });
    expect(await refusedOf(bed, 'switchover')).toMatch(/sql-west copies main of sql-east, while the config of prod-sql names copy/);
    const failover = await planOn(bed, { kind: 'failover', link: bed.link.id, to: { kind: 'latest' } });
    expect(failover.steps[1]).toMatchObject({ by: 'person', kind: 'fence-by-hand' });
  });

  it('is compared with its source, each by its own name', async () => {
    const bed = await open();
    const plan = await planOn(bed, { kind: 'verify', link: bed.link.id });
    // A comparison is known to the process that makes it.
    const engine = bed.engine();
    for (const step of plan.steps) await carryOut(bed, step, () => engine);
    const asked = (side: 'primary' | 'standby') =>
      bed.world.statements().filter((seen) => seen.side === side && /EXPERIMENTAL_FINGERPRINTS/.test(seen.statement));
    expect(asked('primary').map(({ statement }) => statement)).toEqual([expect.stringContaining('VIRTUAL CLUSTER "main"')]);
    expect(asked('standby').map(({ statement }) => statement)).toEqual([expect.stringContaining('VIRTUAL CLUSTER "copy"')]);
    expect(bed.effects()).toEqual([]);
  });

  it('that differs from its source halts the run', async () => {
    const bed = await open();
    bed.world.faults.corrupt('standby', true);
    const [time, compare] = (await planOn(bed, { kind: 'verify', link: bed.link.id })).steps;
    if (time === undefined || compare === undefined) throw new TypeError('the plan has no two steps');
    const engine = bed.engine();
    await carryOut(bed, time, () => engine);
    await expect(carryOut(bed, compare, () => engine)).rejects.toThrow(/copy differs between sql-west and sql-east/);
  });

  it('is rebuilt once its stream broke, and can be torn down', async () => {
    const bed = await open();
    const job = bed.world.jobs('standby').find(({ type }) => type === 'REPLICATION STREAM INGESTION');
    await byHand(bed.world, 'standby', `CANCEL JOB ${job?.id}`);
    await until(() => bed.world.vc('standby', 'copy')?.status === 'add', 'the stream is cancelled');
    expect((await look(bed)).headline).toMatch(/^sql-east takes the writes and nothing follows it/);
    expect(await refusedOf(bed, 'failback')).toContain('/repl rebuild prod-sql');
    expect(await refusedOf(bed, 'setup')).toContain('/repl rebuild prod-sql replaces it');

    const rebuild = await planOn(bed, { kind: 'rebuild', link: bed.link.id });
    expect(rebuild.summary).toBe('Drop what sql-west has, copy main of sql-east to sql-west in full, and let sql-west follow sql-east.');
    await through(bed, rebuild, (step) => go(bed, step));
    expect(bed.world.vc('standby', 'copy')?.status).toBe('replicating');
    expect(bed.world.writable()).toEqual({ primary: true, standby: false });

    const teardown = await planOn(bed, { kind: 'teardown', link: bed.link.id });
    await through(bed, teardown, (step) => go(bed, step));
    expect(bed.world.vc('standby', 'copy')).toBeNull();
    expect((await look(bed)).headline).toMatch(/^(Replication is not set up yet: )?sql-east takes the writes/);
  });

  it('is no source for a rewind, and no target for a stop, once it was promoted', async () => {
    const bed = await open();
    await byHand(bed.world, 'standby', 'ALTER VIRTUAL CLUSTER copy COMPLETE REPLICATION TO LATEST');
    await until(() => bed.world.vc('standby', 'copy')?.status === 'ready', 'it is promoted');
    expect(await refusedOf(bed, 'failback')).toMatch(/Applications write to main on sql-east, not to copy, .*\/repl rebuild prod-sql/);
    const failover = await planOn(bed, { kind: 'failover', link: bed.link.id, to: { kind: 'latest' } });
    expect(failover.steps[0]).toMatchObject({ by: 'person', kind: 'fence-by-hand' });
    expect(failover.steps.map(({ kind }) => kind)).not.toContain('pcr.stop-service');
  });
});
