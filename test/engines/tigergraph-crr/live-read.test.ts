import { describe, expect, it } from 'vitest';
import { Secret } from '../../../src/domain/secret.ts';
import { crrDetail, type ReadSide } from '../../../src/engines/tigergraph-crr/detail.ts';
import type { SimSide, TigerWorld } from '../../../src/sim/tigergraph/contract.ts';
import { all, aWorld, inStep } from '../../sim/tigergraph/bed.ts';
import { until } from '../../support/until.ts';
import { anIo, linkTo, reading } from './live-bed.ts';

async function look(world: TigerWorld) {
  const seen = await reading().observe(linkTo(world), anIo());
  const detail = crrDetail.parse(seen.detail);
  const side = (name: SimSide): ReadSide => {
    const read = detail[name];
    if (read.kind !== 'read') throw new TypeError(`${name} is ${read.kind}: ${read.why}`);
    return read;
  };
  return { seen, side, past: detail.past };
}

describe('two simulated clusters', () => {
  it.each(['3.9.2', '3.10.1', '4.1.4'])('are read whole in %s, and nothing is changed', async (version) => {
    const world = await aWorld({ version });
    await inStep(world);
    const before = world.effects().length;
    const { seen, side, past } = await look(world);
    expect(seen.headline).toContain('follows');
    expect([seen.primary.role, seen.primary.writable, seen.standby.role, seen.standby.writable]).toEqual([
      'primary',
      'yes',
      'standby',
      'no',
    ]);
    for (const name of ['primary', 'standby'] as const) {
      const read = side(name);
      expect(read.version?.text).toBe(version);
      expect(read.nodes.map(({ id }) => id)).toEqual(['m1', 'm2', 'm3']);
      expect([read.services.kind, read.connector.kind, read.staged.kind, read.backups.kind]).toEqual(['read', 'read', 'read', 'read']);
      expect(read.sequence).toMatchObject({ kind: 'read', last: world.side(name).seq });
      expect(read.positions.kind).toBe('read');
      expect(read.tools?.restore.includes('--dr')).toBe(version !== '3.9.2');
      expect(read.shape).toEqual({ partitions: 3, replicas: 1 });
    }
    expect(side('standby').crr).toMatchObject({ enabled: true, prefix: 'Primary', port: 30_002 });
    expect(past.changes).toBe(0);
    expect(world.effects().length).toBe(before);
    expect(JSON.stringify(seen)).not.toContain('PRIVATE KEY');
  });

  it('tell from 4.3 on how far the standby is behind in time, by the word of the product', async () => {
    const world = await aWorld({ version: '4.3.0' });
    await inStep(world);
    const level = await look(world);
    expect(level.side('standby').native).toMatchObject({ kind: 'read', topics: expect.any(Number) });
    expect(level.seen.lag).toMatchObject({ kind: 'duration' });
    world.faults.link('down');
    world.control().advance(600_000);
    const behind = await look(world);
    const { native } = behind.side('standby');
    expect(native).toMatchObject({ kind: 'read' });
    expect(native.kind === 'read' ? (native.records ?? 0) : 0).toBeGreaterThan(0);
    expect(behind.seen.lag.kind === 'duration' ? behind.seen.lag.ms : 0).toBeGreaterThanOrEqual(300_000);
    expect((await look(await aWorld({ version: '4.2.0' }))).side('standby').native).toMatchObject({ kind: 'unread' });
  });

  it('show somebody else’s staged setting', async () => {
    const world = await aWorld();
    await all(world, 'primary', 'gadmin config set Kafka.RetentionHours 200');
    const { seen, side } = await look(world);
    expect(side('primary').staged).toEqual({ kind: 'read', keys: ['Kafka.RetentionHours'] });
    expect(seen.health).toBe('degraded');
  });

  it('are two writers after a promotion that nobody fenced', async () => {
    const world = await aWorld({ start: 'promoted' });
    const { seen } = await look(world);
    expect(seen.health).toBe('danger');
    expect(seen.headline).toContain('Split brain');
  });

  it('are no link before a set-up', async () => {
    const world = await aWorld({ start: 'none' });
    const { seen } = await look(world);
    expect(seen.headline).toContain('no replication is set up');
  });

  it('say when the password is wrong, without telling it', async () => {
    const world = await aWorld();
    const link = linkTo(world);
    const wrong = new Secret('not-the-password');
    const settings = { ...link.settings, standby: { ...link.settings.standby, superuser: { name: 'tigergraph', password: wrong } } };
    const seen = await reading().observe({ ...link, settings }, anIo());
    const detail = crrDetail.parse(seen.detail);
    expect(detail.standby).toMatchObject({ kind: 'read', sequence: { kind: 'unread', why: expect.stringContaining('does not let') } });
    expect(seen.lag.kind).toBe('unknown');
    expect(JSON.stringify(seen)).not.toContain('not-the-password');
  });

  it('list a backup that was made', async () => {
    const world = await aWorld({ version: '4.1.4' });
    await all(world, 'primary', 'gadmin backup create weekly --custom-tag');
    const shown = await reading().inspections.backups?.look(linkTo(world), anIo());
    expect(shown?.rows.map(([cluster, tag]) => [cluster, tag])).toEqual([[world.primary.cluster, 'weekly']]);
  });

  it('are looked over before a rebuild: what is all right passes, and nothing is changed', async () => {
    const world = await aWorld({ version: '4.1.4' });
    await inStep(world);
    const before = world.effects().length;
    const checks = await reading().preflight({ kind: 'rebuild', link: linkTo(world).id }, linkTo(world), anIo());
    const wrong = checks.filter(({ outcome, name }) => outcome === 'failed' && name !== 'a rebuild can be planned');
    expect(wrong).toEqual([]);
    expect(checks.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        'partitions',
        `${world.standby.cluster}: reaches ${world.primary.cluster}`,
        `${world.standby.cluster}: superuser`,
      ]),
    );
    expect(world.effects().length).toBe(before);
  });
});

describe('a node that is down while gadmin status waits for it', () => {
  it('leaves a look in a hurry without the state of the services, and says so; one with patience has it', async () => {
    const world = await aWorld({ version: '4.1.4', pace: { statusTimeoutMs: 35_000 } });
    await world.faults.nodeDown('primary', 'm3');
    const asked = () => world.hosts().flatMap((host) => host.commands().filter(({ command }) => command.includes('gadmin status')));
    const hurried = await reading().observe(linkTo(world), anIo(2_000));
    const { primary } = crrDetail.parse(hurried.detail);
    expect(primary).toMatchObject({ kind: 'read', services: { kind: 'unread' } });
    expect(hurried.primary.writable).toBe('unknown');
    expect(hurried.health).toBe('degraded');
    expect(hurried.facts.find(({ name }) => name === 'primary.services')?.value).toMatch(
      /^not known: .*within 2000 ms.* While a node is down it takes half a minute; `describe` waits for it\.$/,
    );

    const before = asked().length;
    const waiting = reading().observe(linkTo(world), anIo(60_000));
    await until(() => asked().length >= before + 2, 'both sides are asked');
    world.control().advance(35_000);
    const patient = await waiting;
    expect(patient.primary.writable).toBe('yes');
    expect(patient.facts.find(({ name }) => name === 'primary.services')?.value).toMatch(/^not online: .*StatusUnknown/);
    expect(patient.headline).toMatch(/Not every node of .* answers: .*m3/);
  });
});
