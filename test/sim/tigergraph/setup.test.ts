import { describe, expect, it } from 'vitest';
import type { TigerWorld } from '../../../src/sim/tigergraph/contract.ts';
import { all, aWorld, carry, crrKey, inStep, isOnline, on, pointAtPrimary } from './bed.ts';

const force = "gsql 'INSTALL QUERY -force ALL'";

async function backedUp(world: TigerWorld, command: string, pattern: RegExp): Promise<string> {
  const said = await all(world, 'primary', command);
  const tag = pattern.exec(said)?.[1];
  if (tag === undefined) throw new TypeError(said);
  return tag;
}

const enable = [`gadmin config set ${crrKey('Enabled')} true`, ...pointAtPrimary(), 'gadmin init kafka -y', 'gadmin restart all -y'];

describe('replication is set up', () => {
  it('in 3.6 with gbar and by hand', async () => {
    const world = await aWorld({ version: '3.6.3', start: 'none' });
    expect((await on(world, 'primary', 'gadmin backup create x')).stderr).toBe('Error: unknown command "backup" for "gadmin"\n');
    const tag = await backedUp(world, 'gbar backup -t crr', /Backup to (\S+) finished in/);
    expect(await all(world, 'primary', 'gbar list')).toContain(tag);
    await carry(world, tag);
    expect(await all(world, 'standby', `gbar restore -y ${tag}`)).toMatch(/^Restore from \S+ finished in/m);
    await all(world, 'standby', ...enable);
    await isOnline(world, 'standby');
    await all(world, 'primary', force);
    await inStep(world);
    expect(world.side('standby')).toMatchObject({ enabled: true, connector: 'running', outdated: null, writable: false });
    expect(world.splitBrain()).toEqual([]);
  });

  it('in 3.9.1 with a file of metadata', async () => {
    const world = await aWorld({ version: '3.9.1', start: 'none' });
    const tag = await backedUp(world, 'gadmin backup create crr', /Tag is (\S+)/);
    const path = `/home/tigergraph/backups/${tag}`;
    await carry(world, tag);
    expect((await on(world, 'standby', `gadmin backup restore ${tag} -y`)).stderr).toContain('does not exist');
    await all(world, 'primary', `mkdir -p '${path}' && cd '${path}' && gadmin backup list ${tag} --meta`, `test -s '${path}/metadata'`);
    await carry(world, tag);
    expect(await all(world, 'standby', `gadmin backup restore --meta=${path}/metadata -y`)).toContain('Restore completes');
    await all(world, 'standby', ...enable);
    await all(world, 'primary', force);
    await inStep(world);
  });

  it('from 3.9.2 on with the tag alone', async () => {
    const world = await aWorld({ version: '3.9.2', start: 'none' });
    const tag = await backedUp(world, 'gadmin backup create crr', /Tag is (\S+)/);
    expect((await on(world, 'primary', `gadmin backup list ${tag} --meta`)).exitCode).not.toBe(0);
    await carry(world, tag);
    await all(world, 'standby', `gadmin backup restore ${tag} -y`, ...enable);
    await all(world, 'primary', force);
    await inStep(world);
  });

  it.each(['3.10.1', '4.1.4'])('in %s with --dr, from a folder', async (version) => {
    const world = await aWorld({ version, start: 'none' });
    expect((await on(world, 'standby', `gadmin config set ${crrKey('Enabled')} true`)).stderr).toMatch(/ParameterErr .*restore --dr/);
    expect((await on(world, 'standby', 'gbar list')).exitCode).toBe(127);
    const tag = await backedUp(world, 'gadmin backup create crr', /Tag is (\S+)/);
    await carry(world, tag);
    expect((await on(world, 'standby', `gadmin backup restore ${tag} --dr -y`)).stderr).toContain('PrimaryKafkaIPs');
    await all(world, 'standby', ...pointAtPrimary());
    const said = await all(world, 'standby', `gadmin backup restore ${tag} --dr -y`);
    expect(said).toMatch(/Enabled to true[\s\S]*Initializing Kafka[\s\S]*Restore completes[\s\S]*start CRR by/);
    expect(world.side('standby').seq).toBe(256);
    await all(world, 'primary', force);
    await inStep(world);
  });

  it('from one bucket for both', async () => {
    const world = await aWorld({ version: '4.1.4', start: 'none', backup: 's3' });
    await all(world, 'primary', 'gadmin backup create shared --custom-tag');
    expect(world.bucket()).toContain('graph-backups/shared/GPE_1_1.tgdat');
    expect(await all(world, 'standby', 'gadmin backup list')).toContain('shared');
    await all(world, 'standby', ...pointAtPrimary(), 'gadmin backup restore shared --dr -y');
    await all(world, 'primary', force);
    await inStep(world);
    expect((await on(world, 'primary', 'gadmin backup create shared --custom-tag')).stderr).toContain(
      "Provided tag: 'shared' already exists, please use a different tag",
    );
  });

  it('from nothing on both sides, and no metadata goes wrong without a seed', async () => {
    const world = await aWorld({ start: 'scratch', writesPerSecond: 0 });
    await all(world, 'standby', ...pointAtPrimary(), 'gadmin backup restore --dr -y');
    expect(world.side('standby')).toMatchObject({ outdated: null, connector: 'none' });
    world.control().writes(1000);
    await inStep(world);
    const unseeded = await aWorld({ start: 'none' });
    await all(unseeded, 'standby', ...pointAtPrimary(), 'gadmin backup restore --dr -y');
    expect(unseeded.side('standby')).toMatchObject({ outdated: 'never seeded', records: 0 });
  });

  it('never with a wrong prefix, though the connector runs', async () => {
    const world = await aWorld({ start: 'none', backup: 's3', version: '4.1.4' });
    await all(world, 'primary', 'gadmin backup create a --custom-tag');
    await all(world, 'standby', ...pointAtPrimary('Primary.Primary'), 'gadmin backup restore a --dr -y');
    await all(world, 'primary', force);
    const { records } = world.side('standby');
    world.control().advance(60_000);
    expect(world.side('standby')).toMatchObject({ connector: 'running', seq: 256, records });
  });
});
