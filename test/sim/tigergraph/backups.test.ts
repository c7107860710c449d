import { describe, expect, it } from 'vitest';
import type { TigerWorld } from '../../../src/sim/tigergraph/contract.ts';
import { all, aWorld, isOnline, on } from './bed.ts';

const store = '/home/tigergraph/backups';

/** A backup a minute apart from the one before, so that the times of a list tell them apart. */
async function take(world: TigerWorld, tag: string, flags = ''): Promise<void> {
  await all(world, 'primary', `gadmin backup create ${tag} --custom-tag${flags}`);
  world.control().advance(60_000);
}

const refused = async (world: TigerWorld, command: string): Promise<string> => {
  const { exitCode, stderr } = await on(world, 'primary', command);
  expect(exitCode, command).not.toBe(0);
  return stderr;
};

/** Columns of the list, by tag. */
async function listed(world: TigerWorld): Promise<ReadonlyMap<string, readonly string[]>> {
  world.faults.plainTables(true);
  const lines = (await all(world, 'primary', 'gadmin backup list')).split('\n').filter((line) => line.startsWith('|'));
  const cells = lines.map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
  return new Map(cells.map((row) => [row[0] ?? '', row]));
}

describe('an incremental backup', () => {
  it('builds on the last full one up to 4.1, and on the newest of any kind from 4.2 on', async () => {
    for (const [version, base] of [
      ['4.1.4', 'full'],
      ['4.2.0', 'one'],
    ] as const) {
      const world = await aWorld({ version, start: 'none' });
      expect(await refused(world, 'gadmin backup create one --custom-tag --incremental')).toMatch(/create a full backup first/);
      await take(world, 'full');
      await take(world, 'one', ' --incremental');
      await take(world, 'two', ' --incremental');
      expect((await listed(world)).get('two')?.[4], version).toBe(base);
      expect((await listed(world)).get('TAG')?.[5]).toBe('POINT-IN-TIME START TIME');
    }
  });

  it('can be told what to build on from 4.1 on', async () => {
    const world = await aWorld({ version: '4.2.0', start: 'none' });
    await take(world, 'full');
    await take(world, 'one', ' --incremental');
    await take(world, 'two', ' --incremental --base full');
    expect((await listed(world)).get('two')?.[4]).toBe('full');
    expect(await refused(world, 'gadmin backup create three --custom-tag --incremental --base none')).toMatch(/full backup first/);
    expect(await refused(await aWorld({ version: '3.11.0', start: 'none' }), 'gadmin backup create x --base full')).toMatch(
      /unknown flag: --base/,
    );
  });

  it('is of no use without what it builds on', async () => {
    const world = await aWorld({ version: '4.2.0', start: 'none' });
    await take(world, 'full');
    await take(world, 'one', ' --incremental');
    await take(world, 'two', ' --incremental');
    for (const { name } of world.primary.nodes) world.host('primary', name).files.remove(`${store}/full`);
    expect(await refused(world, 'gadmin backup restore two -y')).toMatch(
      /base backup 'one' of 'two' can not be used: base backup 'full' of 'one'/,
    );
    expect(world.effects().filter(({ kind }) => kind.startsWith('restore'))).toEqual([]);
  });

  it('needs a new beginning after Kafka was reset, and builds on what was restored', async () => {
    const world = await aWorld({ version: '4.2.0', start: 'none' });
    await take(world, 'full');
    await take(world, 'one', ' --incremental');
    await all(world, 'primary', 'gadmin backup restore full -y');
    await isOnline(world, 'primary');
    await take(world, 'two', ' --incremental');
    expect((await listed(world)).get('two')?.[4]).toBe('full');
    await all(world, 'primary', 'gadmin init kafka -y');
    expect(await refused(world, 'gadmin backup create three --custom-tag --incremental')).toMatch(/full backup first/);
  });
});

describe('a restore to a point in time', () => {
  it('needs a backup that covers it, and brings the records of that moment', async () => {
    const world = await aWorld({ version: '4.1.4', start: 'none', writesPerSecond: 100 });
    await take(world, 'full');
    const before = world.side('primary').records;
    const at = (ms: number) => `${new Date(world.now() + ms).toISOString().slice(0, 19)}Z`;
    world.control().advance(600_000);
    const middle = at(-300_000);
    expect(await refused(world, `gadmin backup restore ${middle} --time-point -y`)).toMatch(/no backup covers the time point/);
    await take(world, 'later', ' --incremental');
    const after = world.side('primary').records;
    await all(world, 'primary', `gadmin backup restore ${middle} --time-point -y`);
    const { records } = world.side('primary');
    expect(records).toBeGreaterThan(before + 20_000);
    expect(records).toBeLessThan(after - 20_000);
    await isOnline(world, 'primary');
    // What came after it can't be followed from here.
    expect(await refused(world, 'gadmin backup create next --custom-tag --incremental')).toMatch(/full backup first/);
    expect((await on(world, 'primary', `gadmin backup restore ${middle} --time-point -y`)).stdout).toMatch(/before the last restore/);
  });

  it('takes whole seconds of UTC only, and only where the version can', async () => {
    const world = await aWorld({ version: '4.1.4', start: 'none' });
    expect(await refused(world, 'gadmin backup restore yesterday --time-point -y')).toMatch(/invalid time point/);
    const old = await aWorld({ version: '3.10.1', start: 'none' });
    expect(await refused(old, 'gadmin backup restore 2026-01-01T00:00:00Z --time-point -y')).toMatch(/unknown flag: --time-point/);
  });
});

describe('retaining backups', () => {
  it('shows and drops what is neither among the newest nor young enough', async () => {
    const world = await aWorld({ version: '4.1.4', start: 'none' });
    for (const tag of ['day-1', 'day-2', 'day-3', 'other']) await take(world, tag);
    expect(await all(world, 'primary', 'gadmin backup retain day- -c 2 --dry-run')).toBe('[   Info] to be removed: day-1\n');
    expect([...(await listed(world)).keys()]).toContain('day-1');
    await all(world, 'primary', 'gadmin backup retain day- -c 2 -y');
    expect([...(await listed(world)).keys()]).toEqual(['TAG', 'day-2', 'day-3', 'other']);
    world.control().advance(2 * 3_600_000);
    await all(world, 'primary', 'gadmin backup retain day- -d 1h -y');
    expect([...(await listed(world)).keys()]).toEqual(['TAG', 'other']);
    expect(await refused(world, 'gadmin backup retain day-')).toMatch(/-c or -d/);
    expect(await refused(await aWorld({ version: '3.8.0', start: 'none' }), 'gadmin backup retain x -c 1')).toMatch(/unknown command/);
  });
});

describe('settings of MirrorMaker', () => {
  it('are taken from a file that leaves its name and its topics alone', async () => {
    const world = await aWorld({ version: '4.1.4' });
    await all(world, 'standby', 'gadmin crr config > crr.cfg');
    const host = world.host('standby', 'm1');
    const text = host.files.read('/home/tigergraph/crr.cfg');
    host.files.write('/home/tigergraph/crr.cfg', text.replace('tasks.max=10', 'tasks.max=20'));
    await all(world, 'standby', 'gadmin crr update -c crr.cfg');
    expect(await all(world, 'standby', 'gadmin crr config')).toMatch(/tasks\.max=20/);
    host.files.write('/home/tigergraph/crr.cfg', text.replace('Metadata.*', 'Nothing'));
    expect((await on(world, 'standby', 'gadmin crr update -c crr.cfg')).stderr).toMatch(/topics of the connector can not be changed/);
    expect((await on(world, 'standby', 'gadmin crr update -c none.cfg')).stderr).toMatch(/can not read the config file/);
    expect(world.effects().map(({ kind }) => kind)).toEqual(['crr-update']);
  });
});
