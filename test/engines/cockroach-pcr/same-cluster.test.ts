import { describe, expect, it } from 'vitest';
import { actsFor } from '../../../src/engines/cockroach-pcr/acts.ts';
import type { SideRead } from '../../../src/engines/cockroach-pcr/detail.ts';
import { isSameCluster } from '../../../src/engines/cockroach-pcr/same-cluster.ts';
import { openPcr } from '../../conformance/cockroach-pcr-bed.ts';
import { anIo, executorFor, planOn } from '../../conformance/drive.ts';
import { aJob, aReadSide, aStandby, aVirtualCluster, gone, micros } from './build.ts';

const served = (activated: string | null, id = '3') => aReadSide(aVirtualCluster({ activated, id }));
const feeding = (id: string) => aReadSide(aVirtualCluster(), { producers: [{ id, status: 'running' }] });

describe('two addresses of one cluster', () => {
  const rows: readonly (readonly [string, SideRead, SideRead, boolean])[] = [
    ['one promotion', served(micros(5)), served(micros(5)), true],
    ['two promotions', served(micros(5)), served(micros(6)), false],
    ['another virtual cluster', served(micros(5)), served(micros(5), '4'), false],
    ['none was ever promoted', served(null), served(null), false],
    ['one stream', aStandby({ job: aJob() }), aStandby({ job: aJob() }), true],
    ['two streams', aStandby({ job: aJob() }), aStandby({ job: aJob({ id: '7' }) }), false],
    ['one job that keeps history', feeding('8'), feeding('8'), true],
    ['two jobs that keep history', feeding('8'), feeding('9'), false],
    ['one is not heard', served(micros(5)), gone, false],
    ['nothing there', aReadSide(null), aReadSide(null), false],
  ];
  it.each(rows)('%s', (_, one, other, same) => {
    expect(isSameCluster(one, other)).toBe(same);
    expect(isSameCluster(other, one)).toBe(same);
  });
});

describe('a name that was moved from the old primary to the promoted side', { timeout: 180_000 }, () => {
  it('is no split brain, and nobody is told to stop the only writer', async () => {
    const bed = await openPcr('25.2', { start: 'promoted' });
    try {
      const { settings } = bed.link;
      const moved = { ...bed.link, settings: { ...settings, primary: { ...settings.standby, cluster: settings.primary.cluster } } };
      const on = { ...bed, link: moved };
      const seen = await on.engine().observe(moved, anIo({ tag: 'replops/read' }));
      expect(seen).toMatchObject({ health: 'unknown', headline: expect.stringContaining('leads to the same cluster') });
      expect(seen.offers ?? []).toEqual([]);
      for (const kind of ['fence', 'rebuild', 'failback', 'teardown'] as const)
        await expect(planOn(on, { kind, link: moved.id })).rejects.toThrow(/leads to the same cluster as that of/);
      await expect(planOn(on, { kind: 'failover', link: moved.id, to: { kind: 'latest' } })).rejects.toThrow(/leads to the same cluster/);
      const look = actsFor(moved.settings).checkSplitBrain('standby');
      const probe = await executorFor(on.engine(), look).probe(look, moved, anIo());
      expect(probe).toMatchObject({ kind: 'unknown', why: expect.stringContaining('it is the only writer') });
    } finally {
      await bed.close();
    }
  });
});
