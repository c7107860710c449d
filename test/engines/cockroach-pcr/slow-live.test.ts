import { afterEach, describe, expect, it } from 'vitest';
import { isRefusal } from '../../../src/domain/refusal.ts';
import { kinds } from '../../../src/engines/cockroach-pcr/acts.ts';
import { pcrLinkId as link, openPcr } from '../../conformance/cockroach-pcr-bed.ts';
import { anIo, carryOut, executorFor, through } from '../../conformance/drive.ts';

type PcrBed = Awaited<ReturnType<typeof openPcr>>;
let bed: PcrBed | null = null;
afterEach(async () => {
  await bed?.close();
  bed = null;
});

/** Both clusters never answer when they are asked for their jobs. */
async function openSlow(version: '23.2' | '25.2', start: 'replicating' | 'promoted' = 'replicating'): Promise<PcrBed> {
  const on = await openPcr(version, { writesPerSecond: 1, start });
  bed = on;
  on.world.faults.add({ match: /SHOW JOBS/, act: { kind: 'hang' }, times: 1000 });
  return on;
}

const brief = { timeoutMs: 8_000 };
const look = (on: PcrBed) => on.engine().observe(on.link, anIo({ ...brief, tag: 'replops/read' }));

describe('jobs that are not listed in time', { timeout: 240_000 }, () => {
  it('keep no failover from being planned and carried out', async () => {
    const on = await openSlow('25.2');
    const seen = await look(on);
    expect(seen.headline).not.toContain('half gone');
    expect(seen.facts.find(({ name }) => name === 'standby.job')?.value).toContain('not told');
    expect(seen.facts.find(({ name }) => name === 'primary.history')?.value).toContain('not told');
    await on.world.faults.down('primary');
    const plan = on.engine().plan({ kind: 'failover', link, to: { kind: 'latest' } }, on.link, await look(on));
    if (isRefusal(plan)) throw new TypeError(`not planned: ${plan.sentence}`);
    await through(on, plan, async (step) => {
      for (;;) {
        const executor = executorFor(on.engine(), step);
        const probe = await executor.probe(step, on.link, anIo(brief));
        if (probe.kind === 'done') return;
        if (probe.kind === 'todo') await executor.perform(step, on.link, anIo());
        else if (probe.kind !== 'underway') throw new TypeError(`'${step.title}' is ${probe.kind}: ${probe.why}`);
      }
    });
    expect(on.world.writable().standby).toBe(true);
  });

  it('are needed to show a promotion where the state does not, and are then waited for', async () => {
    const on = await openPcr('23.2', { writesPerSecond: 1 });
    bed = on;
    const plan = on.engine().plan({ kind: 'failover', link, to: { kind: 'latest' } }, on.link, await look(on));
    if (isRefusal(plan)) throw new TypeError(`not planned: ${plan.sentence}`);
    await through(on, plan, async (step) => {
      await carryOut(on, step, () => on.engine());
    });
    const complete = plan.steps.find(({ kind }) => kind === kinds.completeReplication);
    if (complete === undefined) throw new TypeError(`no promotion in ${plan.steps.map(({ kind }) => kind).join(', ')}`);
    on.world.faults.add({ match: /SHOW JOBS/, act: { kind: 'hang' }, times: 1000 });
    await expect(executorFor(on.engine(), complete).probe(complete, on.link, anIo(brief))).rejects.toMatchObject({
      code: 'deadline-passed',
    });
  });

  it('refuse a failback, which goes by them', async () => {
    const on = await openSlow('25.2', 'promoted');
    const plan = on.engine().plan({ kind: 'failback', link }, on.link, await look(on));
    expect(plan).toMatchObject({ sentence: expect.stringContaining('did not list its jobs in time') });
    expect(on.effects()).toEqual([]);
  });
});
