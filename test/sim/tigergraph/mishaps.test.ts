import { describe, expect, it } from 'vitest';
import { connectShell } from '../../../src/transports/shell.ts';
import { lookAtJob, startJob } from '../../../src/transports/shell-jobs.ts';
import { until } from '../../support/until.ts';
import { aCall, targetOf } from '../hosts/bed.ts';
import { all, aWorld, carry, commandPath, crrKey, isOnline, on } from './bed.ts';

const slow = { backupMs: 3_600_000, restoreMs: 3_600_000 };
const tagIn = (said: string): string => /Tag is (\S+)/.exec(said)?.[1] ?? '';

describe('a backup that takes hours', () => {
  it('goes on when its connection breaks, and tells how far it is', async () => {
    const world = await aWorld({ pace: slow });
    const host = world.host('primary', 'm1');
    const first = await connectShell(targetOf(host), aCall());
    expect(await startJob(first, 'backup-1', `${commandPath}gadmin backup create nightly`)).toBe('started');
    await until(() => world.side('primary').busy === 'backup', 'the backup is under way', 5000, 5);
    host.faults.add({ match: /echo cut/, act: { kind: 'drop-after' } });
    await expect(first.read('echo cut')).rejects.toMatchObject({ code: 'connection-lost' });
    const second = await connectShell(targetOf(host), aCall());
    expect(await lookAtJob(second, 'backup-1')).toMatchObject({ kind: 'running', log: expect.stringContaining('Tag is nightly-') });
    expect((await on(world, 'primary', 'gadmin backup create other')).stderr).toMatch(/NotReady .*'backup' is in progress/);
    expect((await on(world, 'primary', 'gadmin config apply -y')).exitCode).toBe(1);
    world.control().advance(1_800_000);
    await until(() => Object.keys(world.side('primary').backups['m2'] ?? {}).length === 1, 'files are there', 5000, 5);
    expect(await all(world, 'primary', 'gadmin backup list')).not.toContain('nightly');
    world.control().advance(1_800_000);
    await until(async () => (await lookAtJob(second, 'backup-1')).kind === 'ended', 'the job has ended', 5000, 5);
    expect(await lookAtJob(second, 'backup-1')).toMatchObject({ exitCode: 0, log: expect.stringContaining('Backup completes') });
    expect(await all(world, 'primary', 'gadmin backup list')).toContain('nightly');
    expect(world.effects()).toMatchObject([{ kind: 'backup', statement: 'gadmin backup create nightly', changed: true }]);
    second.close();
  });

  it('dies with its node, gives the lock back and is listed nowhere', async () => {
    const world = await aWorld({ pace: slow });
    const running = on(world, 'primary', 'gadmin backup create nightly');
    await until(() => world.side('primary').busy === 'backup', 'the backup is under way', 5000, 5);
    await world.faults.nodeDown('primary', 'm1');
    expect((await running).exitCode).toBe(255);
    await world.faults.nodeUp('primary', 'm1');
    expect(world.side('primary').busy).toBeNull();
    expect(await all(world, 'primary', 'gadmin backup list')).not.toContain('nightly');
    expect(world.effects()).toEqual([]);
  });

  it('waits for a query that runs', async () => {
    const world = await aWorld();
    world.faults.runningQuery('primary', true);
    const running = on(world, 'primary', 'gadmin backup create nightly');
    await until(() => world.side('primary').busy === 'backup', 'the backup is under way', 5000, 5);
    world.control().advance(3_600_000);
    expect(world.side('primary').busy).toBe('backup');
    world.faults.runningQuery('primary', false);
    expect((await running).exitCode).toBe(0);
  });

  it.each([
    [
      'a service is down',
      (world: Awaited<ReturnType<typeof aWorld>>) => world.faults.service('primary', 'GPE', 'down'),
      'GPE is not available',
    ],
    ['a disk is full', (world: Awaited<ReturnType<typeof aWorld>>) => world.faults.fullDisk('primary', 'm2', true), 'disk space on m2'],
    [
      'its folder is missing on a node',
      (world: Awaited<ReturnType<typeof aWorld>>) => world.host('primary', 'm3').files.remove('/home/tigergraph/backups'),
      'does not exist on m3',
    ],
  ])('is refused when %s', async (_, spoil, words) => {
    const world = await aWorld();
    spoil(world);
    expect(await on(world, 'primary', 'gadmin backup create x')).toMatchObject({ exitCode: 1, stderr: expect.stringContaining(words) });
    expect(world.effects()).toEqual([]);
  });

  it('is refused when one node may not reach the bucket', async () => {
    const world = await aWorld({ backup: 's3' });
    world.faults.denyS3('primary', 'm2', true);
    expect((await on(world, 'primary', 'gadmin backup create x')).stderr).toContain('AccessDenied: Access Denied; from m2');
  });
});

describe('a restore', () => {
  it('that is killed leaves a cluster without data and without services, and can be repeated', async () => {
    const world = await aWorld({ start: 'outdated', backup: 's3', version: '4.1.4', pace: { restoreMs: 3_600_000 } });
    await all(world, 'primary', 'gadmin backup create a --custom-tag');
    expect(world.side('standby').records).toBeGreaterThan(0);
    const running = on(world, 'standby', 'gadmin backup restore a --dr -y');
    const past = (done: () => boolean) => {
      world.control().advance(300_000);
      return done();
    };
    await until(() => past(() => world.side('standby').records === 0), 'the old data is gone', 5000, 5);
    await world.faults.nodeDown('standby', 'm1');
    expect((await running).exitCode).toBe(255);
    await world.faults.nodeUp('standby', 'm1');
    expect(world.side('standby')).toMatchObject({ enabled: true, online: false, seq: 0, busy: null, connector: 'none' });
    let ended: number | null = null;
    const again = on(world, 'standby', 'gadmin backup restore a --dr -y').then(({ exitCode }) => {
      ended = exitCode;
    });
    await until(() => past(() => ended !== null), 'the second try has ended', 5000, 5);
    await again;
    expect(ended).toBe(0);
    await isOnline(world, 'standby');
    expect(world.side('standby')).toMatchObject({ seq: 3, outdated: null });
  });

  it('refuses a copy with a missing or damaged file, another version and other partitions, and touches nothing', async () => {
    const world = await aWorld({ start: 'none' });
    const tag = tagIn(await all(world, 'primary', 'gadmin backup create a'));
    const restore = () => on(world, 'standby', `gadmin backup restore ${tag} -y`);
    world.faults.spoilCopy('missing');
    await carry(world, tag);
    expect((await restore()).stderr).toContain('is not found on any node');
    world.faults.spoilCopy('damaged');
    await carry(world, tag);
    expect((await restore()).stderr).toContain('checksum of GPE_1_1.tgdat does not match');
    await carry(world, tag);
    world.control().upgrade('standby', '3.10.2');
    expect((await restore()).stderr).toContain('backup version 3.10.1 does not match system version 3.10.2');
    expect(world.effects().filter(({ side, kind }) => side === 'standby' && kind !== 'copy')).toEqual([]);
    expect(world.side('standby').online).toBe(true);
    const narrow = await aWorld({ start: 'none', backup: 's3', nodes: { primary: 3, standby: 2 } });
    const other = tagIn(await all(narrow, 'primary', 'gadmin backup create a'));
    expect((await on(narrow, 'standby', `gadmin backup restore ${other} -y`)).stderr).toContain('3 partitions');
  });

  it('does not begin while a node is down, and writes off who follows the cluster', async () => {
    const world = await aWorld();
    const tag = tagIn(await all(world, 'primary', 'gadmin backup create a'));
    await world.faults.nodeDown('primary', 'm3');
    expect((await on(world, 'primary', `gadmin backup restore ${tag} -y`)).stderr).toMatch(/is not found|restore failed/);
    await world.faults.nodeUp('primary', 'm3');
    await isOnline(world, 'primary');
    expect((await on(world, 'primary', `gadmin backup restore ${tag}`)).stdout).toMatch(/Are you sure/);
    await all(world, 'primary', `gadmin backup restore ${tag} -y`);
    expect(world.side('standby').outdated).toBe('restore');
  });

  it('can be removed with a word that stands for the answer', async () => {
    const world = await aWorld();
    const tag = tagIn(await all(world, 'primary', 'gadmin backup create a'));
    await all(world, 'primary', `gadmin backup remove ${tag}`);
    expect(await all(world, 'primary', 'gadmin backup list')).toContain(tag);
    await all(world, 'primary', `echo y | gadmin backup remove ${tag}`);
    expect(await all(world, 'primary', 'gadmin backup list')).not.toContain(tag);
    expect(world.side('primary').backups['m1']).toEqual({});
  });
});

describe('faults', () => {
  it('strike commands as they arrive, and end together', async () => {
    const world = await aWorld();
    const rule = world.faults.add({ side: 'standby', match: /gadmin version/, act: { kind: 'refuse', exitCode: 9, stderr: 'no\n' } });
    const session = await connectShell(targetOf(world.host('standby', 'm2')), aCall());
    expect(await session.read(`${commandPath}gadmin version`)).toMatchObject({ exitCode: 9, stderr: 'no\n' });
    expect(rule.hits()).toBe(1);
    expect(await session.read(`${commandPath}gadmin version`)).toMatchObject({ exitCode: 0 });
    session.close();
    world.faults.add({ act: { kind: 'refuse', exitCode: 9, stderr: '' } });
    world.faults.link('down');
    world.faults.fullDisk('primary', 'm1', true);
    world.faults.service('primary', 'GSE', 'warmup');
    await world.faults.down('standby');
    expect(world.side('standby').online).toBe(false);
    await world.faults.clear();
    await isOnline(world, 'standby');
    await isOnline(world, 'primary');
    expect(world.side('standby').connector).toBe('running');
    const again = await connectShell(targetOf(world.host('standby', 'm3')), aCall());
    expect(await again.read('id -un')).toMatchObject({ stdout: 'tigergraph\n' });
    again.close();
    await all(world, 'primary', 'gadmin backup create x');
  });

  it('show what a check is to find: a loopback address, a license that ends', async () => {
    const world = await aWorld();
    world.faults.hostList('standby', ['127.0.0.1', '127.0.0.1', '127.0.0.1']);
    world.faults.license('standby', 5);
    expect(await all(world, 'standby', 'gadmin config get System.HostList')).toMatch(/^\[\{"Hostname":"127\.0\.0\.1","ID":"m1"/);
    expect(await all(world, 'standby', 'gadmin license status')).toContain('[Warning] License will expire in');
  });
});

describe('a node that is down', () => {
  it('leaves queries pending and keeps settings from being applied', async () => {
    const world = await aWorld();
    await world.faults.nodeDown('primary', 'm2');
    expect(await all(world, 'primary', "gsql 'INSTALL QUERY -force ALL'")).toContain('cannot be correctly installed');
    expect(await all(world, 'primary', 'gsql ls')).toContain('(pendingInstall)');
    expect(world.side('primary')).toMatchObject({ queriesPending: true, writable: false });
    await all(world, 'primary', `gadmin config set ${crrKey('TopicPrefix')} X`);
    expect((await on(world, 'primary', 'gadmin config apply -y')).stderr).toContain('failed to push the config to m2');
    await world.faults.nodeUp('primary', 'm2');
    await isOnline(world, 'primary');
    expect(await all(world, 'primary', "gsql 'INSTALL QUERY -force ALL'")).toContain('Query installation finished.');
  });

  it('asks for the password of GSQL where it is not the default one any more', async () => {
    const world = await aWorld({ version: '3.6.3', users: [{ name: 'tigergraph', password: 'new', superuser: true }] });
    expect((await on(world, 'primary', 'gbar backup -t a')).stderr).toContain('authentication failed');
    const ask = 'read -r GSQL_USERNAME; read -r GSQL_PASSWORD; export GSQL_USERNAME GSQL_PASSWORD; gbar backup -t a';
    const said = await all(world, 'primary', `printf 'tigergraph\\nnew\\n' | { ${ask}; }`);
    const tag = /^Backup to (\S+) finished/m.exec(said)?.[1] ?? '';
    expect(await all(world, 'primary', 'gbar list')).toContain(tag);
    expect(await all(world, 'primary', `gbar remove ${tag}`, 'gbar list')).not.toContain(tag);
  });
});
