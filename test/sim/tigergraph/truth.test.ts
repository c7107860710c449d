import { describe, expect, it } from 'vitest';
import type { TigerWorld } from '../../../src/sim/tigergraph/contract.ts';
import { all, aWorld, isOnline } from './bed.ts';

/** What is done on the standby, and what takes it back. */
const pairs: readonly (readonly [string, readonly [readonly string[], readonly string[]]])[] = [
  ['services that are stopped', [['gadmin stop -y'], ['gadmin start']]],
  ['a standby that fetches nothing', [['gadmin crr stop -y'], ['gadmin crr start']]],
  ['what is only staged', [['gadmin config set Kafka.RetentionHours 12'], ['gadmin config discard -y']]],
  [
    'what is applied',
    [
      ['gadmin config set Kafka.RetentionHours 12', 'gadmin config apply -y'],
      ['gadmin config set Kafka.RetentionHours 168', 'gadmin config apply -y'],
    ],
  ],
  ['a file', [["echo 'secret' > /home/tigergraph/left"], ['rm -f /home/tigergraph/left']]],
];

const rests = async (world: TigerWorld): Promise<void> => {
  world.control().advance(60_000);
  if (world.truth().clusters.standby['busyWith'] !== null) throw new TypeError('the standby is at something');
};

describe('the truth of two TigerGraph clusters', () => {
  it.each(pairs)('tells %s, and is as before once that is taken back', async (_, [does, undoes]) => {
    const world = await aWorld();
    await rests(world);
    const before = world.truth();
    await all(world, 'standby', ...does);
    await rests(world);
    expect(world.truth()).not.toEqual(before);
    await all(world, 'standby', ...undoes);
    await isOnline(world, 'standby');
    await rests(world);
    expect(world.truth()).toEqual(before);
  });

  it('tells nothing of what applications write', async () => {
    const world = await aWorld();
    await rests(world);
    const before = world.truth();
    world.control().clientsWrite();
    await rests(world);
    expect(world.truth()).toEqual(before);
  });
});

describe('what clients have written', () => {
  it('is still there after a restart', async () => {
    const world = await aWorld();
    const gone = world.control().clientsWrite();
    await all(world, 'primary', 'gadmin restart all -y');
    await isOnline(world, 'primary');
    expect(gone()).toEqual([]);
  });

  it('is gone with a restore from before it, however much is written since, and there with one from after it', async () => {
    const world = await aWorld({ version: '4.1.4', start: 'none', writesPerSecond: 100 });
    await all(world, 'primary', 'gadmin backup create older --custom-tag');
    const gone = world.control().clientsWrite();
    await all(world, 'primary', 'gadmin backup create newer --custom-tag', 'gadmin backup restore newer -y');
    await isOnline(world, 'primary');
    expect(gone()).toEqual([]);
    await all(world, 'primary', 'gadmin backup restore older -y');
    await isOnline(world, 'primary');
    world.control().advance(3_600_000);
    expect(gone()).toEqual([expect.stringMatching(/^record \d+ of tiger-east$/)]);
  });

  it('is gone with a reset of the graph store', async () => {
    const world = await aWorld();
    const gone = world.control().clientsWrite();
    await all(world, 'primary', `gsql -u tigergraph -p tigergraph 'CLEAR GRAPH STORE -HARD'`);
    expect(gone()).toEqual([expect.stringMatching(/^record \d+ of tiger-east$/)]);
  });
});
