import { expect, it } from 'vitest';
import { kinds } from '../../../src/engines/cockroach-pcr/acts.ts';
import { tinyPace } from '../../../src/sim/cockroach/pace.ts';
import { byHand, pcrLinkId as link, openPcr } from '../../conformance/cockroach-pcr-bed.ts';
import { anIo, carryOut, earlierOn, executorFor, planOn } from '../../conformance/drive.ts';
import { until } from '../../support/until.ts';

const minuteMs = 60_000;

it('asks whether a standby is lost by when its promotion was asked for, not by the time that it goes to', {
  timeout: 180_000,
}, async () => {
  const on = await openPcr('25.2', { writesPerSecond: 1, pace: { ...tinyPace, failoverWaitMs: 60 * minuteMs } });
  try {
    await byHand(on.world, 'primary', 'ALTER VIRTUAL CLUSTER main STOP SERVICE');
    await until(() => !on.world.writable().primary, 'sql-east is stopped');
    const to = { kind: 'time', at: Math.trunc(on.world.now()) - 10 * minuteMs } as const;
    const steps = (await planOn(on, { kind: 'failover', link, to })).steps.filter(({ by }) => by === 'engine');
    const at = steps.findIndex(({ kind }) => kind === kinds.awaitPromotion);
    for (const step of steps.slice(0, at)) await carryOut(on, step, () => on.engine());
    const wait = steps[at];
    if (wait === undefined) throw new TypeError('the plan waits for nothing');
    await on.world.faults.down('standby');
    const askedAgo = (ms: number) => {
      const io = anIo();
      const earlier = earlierOn(on, wait).map((entry) => ({ ...entry, at: io.clock.now() - ms }));
      return executorFor(on.engine(), wait).probe(wait, on.link, { ...io, earlier });
    };
    await expect(askedAgo(0)).rejects.toMatchObject({ code: 'connect-failed' });
    expect(await askedAgo(5 * minuteMs)).toMatchObject({
      kind: 'unknown',
      why: expect.stringContaining('Its promotion was asked for 5 min'),
    });
  } finally {
    await on.close();
  }
});
