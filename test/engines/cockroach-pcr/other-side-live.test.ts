import { afterEach, describe, expect, it } from 'vitest';
import type { Operation } from '../../../src/domain/operation.ts';
import type { Step } from '../../../src/domain/plan.ts';
import { kinds } from '../../../src/engines/cockroach-pcr/acts.ts';
import { byHand, pcrLinkId as link, openPcr, type PcrBed } from '../../conformance/cockroach-pcr-bed.ts';
import { anIo, carryOut, planOn, pressRetry, settle } from '../../conformance/drive.ts';
import { until } from '../../support/until.ts';

let bed: PcrBed | null = null;
afterEach(async () => {
  await bed?.close();
  bed = null;
});

const failover: Operation = { kind: 'failover', link, to: { kind: 'latest' } };
const switchover: Operation = { kind: 'switchover', link, maxWriteStopMs: 60_000 };

interface UnderWay {
  readonly on: PcrBed;
  readonly next: Step;
  readonly rest: readonly Step[];
}

/** An operation on a link under load, carried out up to a step. */
async function underWay(operation: Operation, upTo: string): Promise<UnderWay> {
  const on = await openPcr('25.2', { writesPerSecond: 100 });
  bed = on;
  const steps = (await planOn(on, operation)).steps.filter(({ by }) => by === 'engine');
  const at = steps.findIndex(({ kind }) => kind === upTo);
  for (const step of steps.slice(0, at)) await carryOut(on, step, () => on.engine());
  const [next, ...rest] = steps.slice(at);
  if (at < 0 || next === undefined) throw new TypeError(`the plan has no ${upTo}`);
  return { on, next, rest };
}

const serve = async ({ world }: PcrBed, how: 'START SERVICE SHARED' | 'STOP SERVICE'): Promise<void> => {
  await byHand(world, 'primary', `ALTER VIRTUAL CLUSTER main ${how}`);
  await until(() => world.writable().primary === (how !== 'STOP SERVICE'), `sql-east has taken ${how}`);
};

/** The primary answers with a state that no manual names, its service on. */
const turnsStrange = ({ world }: PcrBed) =>
  world.faults.add({
    side: 'primary',
    match: /SHOW VIRTUAL CLUSTER/,
    times: 1_000,
    act: {
      kind: 'rewrite',
      rewrite: (table) => {
        const odd = (column: string, value: string | null) =>
          column === 'data_state' || column === 'status' ? 'read only' : column === 'service_mode' ? 'shared' : value;
        return { ...table, rows: table.rows.map((row) => row.map((value, index) => odd(table.columns[index]?.name ?? '', value))) };
      },
    },
  });

describe('an old primary that is started again by hand', { timeout: 180_000 }, () => {
  it('ends a switchover before the promotion, also when it is stopped again: what it took then was not waited for', async () => {
    const { on, next } = await underWay(switchover, kinds.completeReplication);
    await serve(on, 'START SERVICE SHARED');
    const shown = await settle(on, next, () => on.engine());
    expect(shown).toMatchObject({ kind: 'impossible', why: expect.stringContaining('takes writes again') });
    await serve(on, 'STOP SERVICE');
    pressRetry(on, shown);
    expect(await settle(on, next, () => on.engine())).toMatchObject({
      kind: 'impossible',
      why: expect.stringMatching(/^sql-east took writes after it had been stopped .* might lose them\. Press Cancel/),
    });
  });

  it.each([
    ['failover', failover],
    ['switchover', switchover],
  ] as const)('is told in what a %s records, once it was promoted over', async (_, operation) => {
    const { on, next, rest } = await underWay(operation, kinds.startService);
    await serve(on, 'START SERVICE SHARED');
    const shown = await settle(on, next, () => on.engine());
    expect(shown).toMatchObject({
      kind: 'impossible',
      why: expect.stringMatching(/To keep that, let sql-east go on, press Cancel, .*failback/),
    });
    await serve(on, 'STOP SERVICE');
    pressRetry(on, shown);
    for (const step of [next, ...rest]) await carryOut(on, step, () => on.engine());
    expect(await settle(on, next, () => on.engine())).toMatchObject({
      kind: 'done',
      evidence: { 'took writes again': expect.any(String) },
    });
  });
});

describe('an old primary in a state that is not known', { timeout: 180_000 }, () => {
  it.each([
    ['switchover', switchover, kinds.completeReplication],
    ['failover', failover, kinds.startService],
  ] as const)('is not taken for stopped in a %s before a person says so', async (_, operation, upTo) => {
    const { on, next } = await underWay(operation, upTo);
    const odd = turnsStrange(on);
    const shown = await settle(on, next, () => on.engine());
    expect(shown).toMatchObject({ kind: 'unknown', why: expect.stringContaining('(read only, service shared)') });
    pressRetry(on, shown);
    expect((await settle(on, next, () => on.engine())).kind).toBe('todo');
    odd.remove();
  });
});

describe('a primary that was stopped by hand first', { timeout: 180_000 }, () => {
  it('is switched over without loss, and is left stopped when that is taken back', async () => {
    const on = await openPcr('25.2', { writesPerSecond: 100 });
    bed = on;
    await serve(on, 'STOP SERVICE');
    const plan = await planOn(on, switchover);
    expect(plan.steps.filter(({ undo }) => undo.kind === 'act')).toEqual([]);
    for (const step of plan.steps.filter(({ by }) => by === 'engine')) await carryOut(on, step, () => on.engine());
    expect(on.world.lost()).toMatchObject({ side: 'standby', rows: 0 });
    expect(on.world.writable()).toEqual({ primary: false, standby: true });
  });

  it('is named by the plan of a failover, which may lose what a wait would keep', async () => {
    const on = await openPcr('25.2', { writesPerSecond: 100 });
    bed = on;
    await serve(on, 'STOP SERVICE');
    expect((await planOn(on, failover)).warnings[0]).toMatch(/sql-east is stopped and still has everything.*\/repl switchover prod-sql/);
  });
});

describe('a promotion that nobody put to use', { timeout: 180_000 }, () => {
  it('says how to go on without loss, and that way works', async () => {
    const on = await openPcr('25.2', { writesPerSecond: 100 });
    bed = on;
    await byHand(on.world, 'standby', 'ALTER VIRTUAL CLUSTER main COMPLETE REPLICATION TO LATEST');
    await until(() => on.world.vc('standby')?.status === 'ready', 'sql-west is promoted');
    expect((await on.engine().observe(on.link, anIo())).headline).toMatch(
      /^sql-west was promoted to .* and does not serve; sql-east takes the writes.* a failback keeps that, makes sql-west follow again/,
    );
    expect((await planOn(on, failover)).warnings.join(' ')).toContain('/repl failback prod-sql makes it follow sql-east again');
    for (const operation of [{ kind: 'failback', link }, switchover] as const) {
      for (const step of (await planOn(on, operation)).steps.filter(({ by }) => by === 'engine'))
        await carryOut(on, step, () => on.engine());
    }
    expect(on.world.lost()).toMatchObject({ rows: 0 });
    expect(on.world.writable()).toEqual({ primary: false, standby: true });
  });
});
