import { afterEach, describe, expect, it } from 'vitest';
import { isFault } from '../../../src/domain/faults.ts';
import { fingerprintOf } from '../../../src/domain/observation.ts';
import type { Act, Step } from '../../../src/domain/plan.ts';
import { byHand, type PcrBed } from '../../conformance/cockroach-pcr-bed.ts';
import { pcrOptionSituations } from '../../conformance/cockroach-pcr-options.ts';
import { pcrSituations } from '../../conformance/cockroach-pcr-situations.ts';
import { pcrStreamSituations } from '../../conformance/cockroach-pcr-streams.ts';
import { anIo, carryOut, executorFor, planOn, settle, through } from '../../conformance/drive.ts';
import { until } from '../../support/until.ts';

let bed: PcrBed | null = null;
afterEach(async () => {
  await bed?.close();
  bed = null;
});

const undoOf = ({ undo }: Step): readonly Act[] => (undo.kind === 'act' ? [undo.act] : []);

/** Sends an act that ends in the middle of its statement, as when the worker dies there; another worker then knows nothing of it. */
async function dieIn(on: PcrBed, act: Act, statement: string, how: 'drop-before' | 'drop-after'): Promise<void> {
  on.breakWire(statement, how);
  const fault: unknown = await executorFor(on.engine(), act)
    .perform(act, on.link, anIo())
    .then(
      () => null,
      (cause: unknown) => cause,
    );
  expect(isFault(fault) ? fault.effect : 'no fault', statement).toBe('unknown');
  expect(on.broke()).toBe(true);
}

const rows = [
  ['an opened reader', pcrStreamSituations('26.2').find(({ name }) => name === 'reader on'), 'pcr.close-reader', 2],
  [
    'a copy that was begun with a reader',
    pcrOptionSituations('26.2').find(({ name }) => name === 'setup with a reader alone'),
    'pcr.drop-new-copy',
    3,
  ],
] as const;

describe.each(rows)('taking back %s', { timeout: 180_000 }, (_, situation, kind, statements) => {
  const deaths = Array.from({ length: statements }, (_one, at) => at).flatMap((at) =>
    (['drop-before', 'drop-after'] as const).map((how) => ({ at, how })),
  );

  it.each(deaths)('comes to the same end when its worker dies in statement $at ($how)', async ({ at, how }) => {
    if (situation === undefined) throw new TypeError('there is no such situation');
    const on = await situation.open();
    bed = on;
    const before = fingerprintOf((await on.engine().observe(on.link, anIo())).facts);
    const plan = await planOn(on, situation.operation);
    await through(on, plan, async (step) => void (await carryOut(on, step, () => on.engine())));
    for (const act of [...plan.steps].reverse().flatMap(undoOf)) {
      const statement = act.kind === kind ? act.statements[at] : undefined;
      if (statement !== undefined) {
        expect((await settle(on, act, () => on.engine())).kind).toBe('todo');
        await dieIn(on, act, statement, how);
      }
      await carryOut(on, act, () => on.engine());
    }
    expect(fingerprintOf((await on.engine().observe(on.link, anIo())).facts)).toBe(before);
    const drops = on.effects().filter(({ statement, changed }) => changed && statement.startsWith('DROP VIRTUAL CLUSTER'));
    expect(new Set(drops.map(({ statement }) => statement)).size).toBe(drops.length);
  });
});

describe('a copy that was begun, and has been used since', { timeout: 180_000 }, () => {
  const setup = pcrSituations('26.2').find(({ name }) => name === 'setup by an external connection');

  /** People move the applications to the copy, which takes a row, and stop it again. */
  async function useCopy({ world }: PcrBed): Promise<() => readonly string[]> {
    const on = (side: 'primary' | 'standby', what: string) => byHand(world, side, `ALTER VIRTUAL CLUSTER ${world.virtualCluster} ${what}`);
    await on('primary', 'STOP SERVICE');
    await on('standby', 'COMPLETE REPLICATION TO LATEST');
    await until(() => world.vc('standby')?.status === 'ready', 'the copy is promoted');
    await on('standby', 'START SERVICE SHARED');
    await until(() => world.writable().standby, 'the copy serves');
    const lost = world.clientsWrite();
    await on('standby', 'STOP SERVICE');
    await until(() => world.vc('standby')?.serviceMode === 'none', 'the copy is stopped');
    return lost;
  }

  it.each([
    ['nobody serves', false, []],
    ['its source serves again', true, ['the row that main on sql-west took is not in what serves instead: main on sql-east']],
  ] as const)('is not taken back with what applications wrote to it, when %s', async (_, again, without) => {
    if (setup === undefined) throw new TypeError('there is no such situation');
    const on = await setup.open();
    bed = on;
    const plan = await planOn(on, setup.operation);
    await through(on, plan, async (step) => void (await carryOut(on, step, () => on.engine())));
    const lost = await useCopy(on);
    if (again) {
      await byHand(on.world, 'primary', `ALTER VIRTUAL CLUSTER ${on.world.virtualCluster} START SERVICE SHARED`);
      await until(() => on.world.writable().primary, 'the source serves again');
    }
    const drop = plan.steps.flatMap(undoOf).find(({ kind }) => kind === 'pcr.drop-new-copy');
    if (drop === undefined) throw new TypeError('nothing takes the copy back');
    const probe = await settle(on, drop, () => on.engine());
    if (probe.kind === 'todo') await carryOut(on, drop, () => on.engine());
    expect(lost()).toEqual(without);
    expect(probe).toMatchObject({ kind: 'impossible', why: expect.stringContaining('main on sql-west must not be dropped') });
  });
});
