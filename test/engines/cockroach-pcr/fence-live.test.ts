import { describe, expect, it } from 'vitest';
import { kinds } from '../../../src/engines/cockroach-pcr/acts.ts';
import { byHand, comeBack, pcrLinkId as link, openPcr } from '../../conformance/cockroach-pcr-bed.ts';
import { anIo, executorFor, planOn } from '../../conformance/drive.ts';

describe('a fence', { timeout: 180_000 }, () => {
  it('stops nothing once the side that was to be kept has been stopped by somebody else', async () => {
    const on = await openPcr('26.2', { start: 'promoted' }, comeBack);
    try {
      const { steps } = await planOn(on, { kind: 'fence', link });
      const stop = steps.find(({ kind }) => kind === kinds.stopService);
      if (stop === undefined) throw new TypeError('a fence stops a service');
      expect(await executorFor(on.engine(), stop).probe(stop, on.link, anIo())).toEqual({ kind: 'todo' });
      await byHand(on.world, 'standby', `ALTER VIRTUAL CLUSTER ${on.world.virtualCluster} STOP SERVICE`);
      const probe = await executorFor(on.engine(), stop).probe(stop, on.link, anIo());
      expect(probe).toMatchObject({ kind: 'impossible', why: expect.stringContaining('takes no writes') });
    } finally {
      await on.close();
    }
  });
});
