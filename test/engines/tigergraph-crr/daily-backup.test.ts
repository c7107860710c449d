import { describe, expect, it } from 'vitest';
import { dailyBackupWords } from '../../../src/engines/tigergraph-crr/daily-backup.ts';
import { versionIn } from '../../../src/engines/tigergraph-crr/parse/version.ts';
import { aWorld } from '../../sim/tigergraph/bed.ts';
import { aSource } from './build.ts';
import { anIo, linkTo, reading } from './live-bed.ts';

const setup = aSource().backupSetup;

describe('a backup of every day', () => {
  it.each<[string | null, boolean | null, boolean]>([
    ['3.6.3', true, true],
    ['3.8.1', true, true],
    ['3.9.0', true, true],
    ['3.9.0', false, false],
    ['3.9.0', null, false],
    ['3.9.1', true, false],
    ['3.10.1', true, false],
    [null, true, false],
  ])('of %s with a folder (%s) is told: %s', (version, local, isTold) => {
    const words = dailyBackupWords('graph-east', {
      version: version === null ? null : versionIn(version),
      backupSetup: { ...setup, local },
    });
    if (!isTold) expect(words).toBeNull();
    else expect(words).toMatch(/^graph-east runs 3\.\d\.\d, .* every day at 00:00 UTC into \/data\/backup, and deletes none: .*\.$/);
  });

  it.each([
    ['3.8.1', true],
    ['3.9.1', false],
  ])('is warned of before a change and beside the list of backups on %s: %s', async (version, isTold) => {
    const world = await aWorld({ version, start: 'replicating', nodes: { primary: 2, standby: 2 } });
    const link = linkTo(world);
    const checks = await reading().preflight({ kind: 'pause', link: link.id }, link, anIo());
    const found = checks.filter(({ name }) => name.endsWith(': daily backup'));
    expect(found.map(({ name, outcome }) => `${name} ${outcome}`)).toEqual(
      isTold ? ['tiger-east: daily backup warned', 'tiger-west: daily backup warned'] : [],
    );
    const shown = await reading().inspections?.backups?.look(link, anIo());
    expect(shown?.notes.filter((note) => note.includes('00:00 UTC')).length).toBe(isTold ? 2 : 0);
  });
});
