import { describe, expect, it } from 'vitest';
import type { Sample } from '../../../src/domain/observation.ts';
import { crrDetail } from '../../../src/engines/tigergraph-crr/detail.ts';
import type { TigerWorld } from '../../../src/sim/tigergraph/contract.ts';
import { all, aWorld, inStep, isOnline } from '../../sim/tigergraph/bed.ts';
import { anIo, linkTo, reading } from './live-bed.ts';

const patient = 90_000;

async function look(world: TigerWorld, history: readonly Sample[] = [], engine = reading()) {
  const seen = await engine.observe(linkTo(world), { ...anIo(patient), history: async () => history });
  const fact = (name: string) => seen.facts.find((one) => one.name === name)?.value ?? '';
  const sample = { at: seen.observedAt, health: seen.health, headline: seen.headline, trail: seen.trail ?? null, lags: [] };
  return { seen, fact, past: crrDetail.parse(seen.detail).past, sample };
}

const still = { writesPerSecond: 0 };

describe('what has made a standby outdated', () => {
  it('is found in a log that was rotated between two looks, with its time and its file', async () => {
    const world = await aWorld({ version: '4.1.4', ...still });
    await inStep(world);
    const before = await look(world);
    expect([before.past.outdated, before.past.doubts, before.fact('standby.doubts')]).toEqual([[], [], 'none']);
    await all(world, 'primary', "gsql 'EXPORT GRAPH ALL'");
    world.control().rotateLogs('primary');
    const after = await look(world, [before.sample]);
    expect(after.past.outdated).toEqual([
      expect.stringMatching(
        /^EXPORT GRAPH was run on tiger-east at \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC \(log\.INFO\.1 on tiger-east-m1\)\.$/,
      ),
    ]);
    expect(after.seen.health).toBe('broken');
    expect(after.seen.headline).toContain('tiger-west is outdated and can only be filled anew. EXPORT GRAPH was run');
    expect(after.fact('standby.outdated')).toContain('EXPORT GRAPH was run');
  });

  it('may be what a log tells of a time before anybody looked, and does not break the link', async () => {
    const world = await aWorld({ version: '4.1.4', ...still });
    await all(world, 'primary', "gsql 'EXPORT GRAPH ALL'");
    const { seen, past, fact } = await look(world);
    expect(past.outdated).toEqual([]);
    expect(past.doubts).toEqual([expect.stringMatching(/^EXPORT GRAPH was run .* when tiger-west was filled is not known\./)]);
    expect(fact('standby.doubts')).toBe(past.doubts[0]);
    expect(seen.facts.find(({ name }) => name === 'standby.doubts')?.about).toBe('lag');
    expect(seen.headline).not.toContain('outdated');
  });

  it('is no longer told once the standby was filled anew', async () => {
    const world = await aWorld({ version: '4.1.4', ...still });
    await all(world, 'primary', "gsql 'EXPORT GRAPH ALL'", 'gadmin backup create weekly --custom-tag');
    const folder = '/home/tigergraph/backups/weekly';
    for (const node of ['m1', 'm2', 'm3']) {
      const from = world.host('primary', node).files;
      for (const path of from.list(folder)) world.host('standby', 'm1').files.write(path, from.read(path));
    }
    expect((await look(world)).past.doubts).toHaveLength(1);
    await all(world, 'standby', 'gadmin backup restore weekly --dr -y');
    await isOnline(world, 'standby');
    const { past } = await look(world);
    expect([past.outdated, past.doubts]).toEqual([[], []]);
  });

  it('is a restore of the primary, where it keeps an audit log', async () => {
    const world = await aWorld({ version: '4.1.4', ...still });
    await inStep(world);
    const without = await look(world);
    expect(without.fact('standby.unseen')).toContain('keeps no audit log of gadmin');
    await all(world, 'primary', 'gadmin config set System.Audit.Enable true', 'gadmin config apply -y', 'gadmin restart -y');
    await isOnline(world, 'primary');
    await all(world, 'primary', 'gadmin backup create weekly --custom-tag');
    const before = await look(world);
    expect([before.past.outdated, before.fact('standby.unseen')]).toEqual([[], 'none']);
    await all(world, 'primary', 'gadmin backup restore weekly -y');
    await isOnline(world, 'primary');
    const after = await look(world, [before.sample]);
    expect(after.past.outdated).toEqual([
      expect.stringMatching(/^gadmin backup restore was run on tiger-east at .*the audit log of tiger-east-m1/),
    ]);
  });

  it('is a change that no Kafka has any more; of its record only its number leaves the node', async () => {
    const world = await aWorld({ version: '3.10.1', ...still });
    await inStep(world);
    world.faults.link('down');
    await all(world, 'primary', "gsql 'CREATE QUERY one'", "gsql 'CREATE QUERY two'", "gsql 'CREATE QUERY three'");
    expect((await look(world)).past.outdated).toEqual([]);
    world.faults.keepsFrom('primary', 258);
    const { seen, past } = await look(world);
    expect(past.outdated).toEqual([
      'The Kafka of tiger-east begins with change 258 of the metadata, and tiger-west has fetched only up to 256: the changes between are gone.',
    ]);
    expect(JSON.stringify(seen)).not.toContain('Basic 25');
    world.faults.keepsFrom('standby', 270);
    expect((await look(world)).past.outdated[0]).toMatch(/^The Kafka of tiger-west|^The Kafka of tiger-east/);
  });

  it('may be that the primary holds far less than the standby', async () => {
    const world = await aWorld({ version: '4.1.4', ...still });
    await inStep(world);
    const level = await look(world);
    expect(level.fact('primary.counts')).toBe('99999 vertices and 900000 edges');
    expect(level.fact('standby.counts')).toBe(level.fact('primary.counts'));
    await all(world, 'primary', "gsql 'CLEAR GRAPH STORE'");
    const { seen, past } = await look(world);
    expect(past.doubts).toContain(
      'tiger-east holds far less than tiger-west (0 vertices and 0 edges against 99999 vertices and 900000 edges): it may have been cleared.',
    );
    expect([seen.health, seen.headline]).toEqual([
      'degraded',
      expect.stringContaining('follows, and may be outdated. tiger-east holds far less'),
    ]);
  });

  it('is not looked for in every quick look', async () => {
    const world = await aWorld({ version: '4.1.4', ...still });
    const engine = reading();
    const asked = () =>
      world.hosts().flatMap((host) => host.commands().filter(({ command }) => /gstatusgraph|AuditLog|A\[uU\]/.test(command))).length;
    await engine.observe(linkTo(world), anIo());
    const once = asked();
    expect(once).toBeGreaterThan(0);
    await engine.observe(linkTo(world), anIo());
    expect(asked()).toBe(once);
    await look(world, [], engine);
    expect(asked()).toBeGreaterThan(once);
  });
});
