import { describe, expect, it } from 'vitest';
import { tinyPace } from '../../src/sim/tigergraph/pace.ts';
import { until } from '../support/until.ts';
import { crrLinkId, openCrr } from './tigergraph-crr-bed.ts';
import { havePlays, playOn } from './tigergraph-crr-play.ts';

const minute = 60_000;
const hour = 60 * minute;

havePlays();

describe('a backup of two hours', { timeout: 180_000 }, () => {
  it('is watched to its end while SSH is cut every ten minutes, and is taken once', async () => {
    const bed = await openCrr({ version: '4.1.4', start: 'replicating', pace: { ...tinyPace, backupMs: 2 * hour } });
    const play = await playOn(bed, {
      kind: 'backup',
      link: crrLinkId,
      action: { kind: 'create', mode: 'full', tag: null },
      on: null,
    });
    await play.worker('only');
    await play.says(/^tiger-east-m1 is at it: Exporting/);
    for (let cut = 1; cut <= 11; cut += 1) {
      await play.pass(10 * minute);
      // Every other time the connection breaks after the host has done what it was asked for.
      const act = { kind: cut % 2 === 0 ? 'drop-after' : 'drop-before' } as const;
      const broken = bed.world.faults.add({ side: 'primary', match: /\/proc|\.replops\/jobs/, act });
      await until(() => broken.hits() > 0, `connection ${cut} breaks`);
      broken.remove();
      expect((await play.view()).state).toBe('running');
      expect(bed.world.side('primary')).toMatchObject({ writable: true, busy: 'backup' });
    }
    await play.says(/is at it: .*(?:Archiving|Calculate)/);
    await play.pass(30 * minute);
    const { report } = await play.reaches('succeeded');
    expect(bed.world.effects().filter(({ kind }) => kind === 'backup')).toHaveLength(1);
    expect(report?.facts.find(({ label }) => label === 'Backup')?.value).toBe('replops1');
    expect(report?.facts.find(({ label }) => /^Take a full backup/.test(label))?.value).toMatch(/^2(\.\d)? h$/);
  });
});
