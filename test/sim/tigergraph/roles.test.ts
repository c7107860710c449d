import { describe, expect, it } from 'vitest';
import { until } from '../../support/until.ts';
import { all, aWorld, carry, crrKey, inStep, isOnline, on, pointAtPrimary } from './bed.ts';

const promote = [`gadmin config set ${crrKey('Enabled')} false`, 'gadmin config apply -y', 'gadmin restart -y'];

describe('a standby', () => {
  it('follows with a lag, and refuses to be written to', async () => {
    const world = await aWorld({ writesPerSecond: 1000, pace: { lagMs: 10_000 } });
    world.control().advance(60_000);
    const [one, other] = [world.side('primary'), world.side('standby')];
    expect(one.records - other.records).toBeGreaterThan(9_000);
    expect(one.records - other.records).toBeLessThan(12_000);
    expect(await on(world, 'standby', "gsql 'CREATE VERTEX A(PRIMARY_ID id STRING)'")).toMatchObject({ exitCode: 212 });
    await all(world, 'primary', "gsql 'CREATE VERTEX A(PRIMARY_ID id STRING)'");
    world.control().advance(5_000);
    expect(world.side('standby').seq).toBe(256);
    world.control().advance(10_000);
    expect(world.side('standby').seq).toBe(257);
  });

  it('takes writes only once what was set is applied and its services were restarted', async () => {
    const world = await aWorld();
    const [set = '', apply = '', restart = ''] = promote;
    await all(world, 'standby', set);
    expect(world.side('standby')).toMatchObject({ enabled: true, writable: false });
    expect(await all(world, 'standby', 'gadmin config diff')).toContain(crrKey('Enabled'));
    await all(world, 'standby', apply);
    expect(await all(world, 'standby', 'gadmin config diff')).toBe('');
    expect(world.side('standby')).toMatchObject({ enabled: true, writable: false, connector: 'running' });
    await all(world, 'primary', 'gadmin stop -y');
    await all(world, 'standby', restart);
    await isOnline(world, 'standby');
    expect(world.side('standby')).toMatchObject({ enabled: false, writable: true, connector: 'none', prefix: 'Primary' });
    expect(world.splitBrain()).toEqual([]);
    const lost = world.lost();
    expect(lost !== null && lost.reached <= lost.written).toBe(true);
  });

  it('that is promoted beside a primary that still takes writes splits the data', async () => {
    const world = await aWorld();
    await all(world, 'standby', ...promote);
    await isOnline(world, 'standby');
    expect(world.splitBrain()).toMatchObject([{ to: null }]);
    world.control().fence('primary', true);
    expect(world.splitBrain()).not.toMatchObject([{ to: null }]);
  });

  it('is written off by what resets its primary', async () => {
    const world = await aWorld();
    await all(world, 'primary', "gsql 'DROP ALL'");
    expect(world.side('standby')).toMatchObject({ outdated: 'DROP ALL', connector: 'running', seq: 256 });
    expect(world.side('primary').seq).toBe(0);
    expect(
      (await world.host('primary', 'm1').run("grep -s -o -E 'DROP ALL|IMPORT GRAPH' /home/tigergraph/tigergraph/log/gsql/log.INFO")).stdout,
    ).toBe('DROP ALL\n');
  });

  it('is written off when it was away for longer than Kafka keeps records', async () => {
    const world = await aWorld({ writesPerSecond: 1 });
    await all(world, 'standby', 'gadmin crr stop -y');
    world.control().advance(100 * 3_600_000);
    expect(world.side('standby').outdated).toBeNull();
    await all(world, 'standby', 'gadmin crr start');
    await inStep(world);
    world.faults.link('down');
    world.control().advance(169 * 3_600_000);
    world.faults.link('up');
    expect(world.side('standby').outdated).toBe('retention');
  });

  it('comes back from that with a new backup', async () => {
    const world = await aWorld({ start: 'outdated', writesPerSecond: 100 });
    const tag = /Tag is (\S+)/.exec(await all(world, 'primary', 'gadmin backup create again'))?.[1] ?? '';
    await carry(world, tag);
    await all(world, 'standby', `gadmin backup restore ${tag} --dr -y`);
    expect(world.side('standby').outdated).toBeNull();
    await all(world, 'primary', "gsql 'INSTALL QUERY -force ALL'");
    await inStep(world);
  });

  it('keeps its prefix when it is promoted; who follows it next needs one more', async () => {
    const world = await aWorld({ start: 'promoted', writesPerSecond: 0 });
    expect(world.side('standby')).toMatchObject({ writable: true, prefix: 'Primary' });
    const keys = [
      `gadmin config set ${crrKey('PrimaryKafkaIPs')} 10.0.2.11,10.0.2.12,10.0.2.13 ${crrKey('TopicPrefix')} Primary.Primary`,
      'gadmin config apply -y',
    ];
    // Nothing was written on either side since, so the old primary can follow as it is.
    await all(world, 'primary', ...keys, 'gadmin backup restore --dr -y');
    expect(world.side('primary')).toMatchObject({ outdated: null, enabled: true, writable: false });
    world.control().writes(1000);
    world.control().fence('primary', false);
    await until(() => world.side('primary').records > 1_000_010, 'records flow back', 5000, 5);
    expect(world.splitBrain()).toEqual([]);
  });

  it('does not replay what its own superuser may not', async () => {
    const world = await aWorld();
    world.control().password('standby', 'tigergraph', 'other');
    await all(world, 'primary', "gsql 'CREATE QUERY later() { }'");
    world.control().advance(60_000);
    expect(world.side('standby').seq).toBe(256);
    world.faults.blockReplica('standby', true);
    world.control().password('standby', 'tigergraph', 'tigergraph');
    world.control().advance(60_000);
    expect(world.side('standby').seq).toBe(256);
    world.faults.blockReplica('standby', false);
    world.control().advance(60_000);
    expect(world.side('standby').seq).toBe(257);
  });

  it('is not fed while its primary has no Kafka or the port is shut', async () => {
    const world = await aWorld({ writesPerSecond: 100 });
    world.faults.blockPort('standby', 30_002, true);
    expect(world.side('standby').connector).toBe('failed');
    const before = world.side('standby').records;
    world.control().advance(10_000);
    expect(world.side('standby').records).toBe(before);
    world.faults.blockPort('standby', 30_002, false);
    await inStep(world);
    world.faults.service('primary', 'KAFKA', 'down');
    expect(world.side('standby').connector).toBe('failed');
    world.faults.service('primary', 'KAFKA', 'up');
    expect(world.side('standby').connector).toBe('running');
  });

  it('can be pointed only at what is set before it is made to follow', async () => {
    const world = await aWorld({ start: 'none' });
    await all(world, 'standby', ...pointAtPrimary());
    expect(world.side('standby').applied[crrKey('TopicPrefix')]).toBe('Primary');
    expect((await on(world, 'standby', 'gadmin backup restore nosuch --dr -y')).stderr).toContain("tag 'nosuch' does not exist");
    expect(world.side('standby').enabled).toBe(false);
  });
});
