import { afterEach, describe, expect, it } from 'vitest';
import { isFault } from '../../../src/domain/faults.ts';
import { fingerprintOf } from '../../../src/domain/observation.ts';
import type { Act, Step } from '../../../src/domain/plan.ts';
import type { PcrBed } from '../../conformance/cockroach-pcr-bed.ts';
import { pcrOptionSituations } from '../../conformance/cockroach-pcr-options.ts';
import { pcrStreamSituations } from '../../conformance/cockroach-pcr-streams.ts';
import { anIo, carryOut, executorFor, planOn, settle, through } from '../../conformance/drive.ts';

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
