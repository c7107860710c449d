import { describe, expect, it } from 'vitest';
import type { SimSide, TigerWorld } from '../../../src/sim/tigergraph/contract.ts';
import { aWorld, inStep, on } from './bed.ts';

const consume = (world: TigerWorld, side: SimSide, words: string) => {
  const root = `/home/tigergraph/tigergraph/app/${world.side(side).version}/kafka/bin`;
  const ip = side === 'primary' ? '10.0.1.11' : '10.0.2.11';
  return on(world, side, `cd ${root} && bash kafka-console-consumer.sh --bootstrap-server ${ip}:30002 ${words}`);
};

const newest = '--max-messages 1 --timeout-ms 5000 --property print.timestamp=true';

describe('records in a simulated Kafka', () => {
  it('are the same on both sides at offsets of their own', async () => {
    const world = await aWorld({ writesPerSecond: 0 });
    await inStep(world);
    for (const topic of ['Metadata', 'deltaQ_GPE_1Q', 'GSE_journal_1']) {
      const ends = await Promise.all(
        (['primary', 'standby'] as const).map(async (side) => {
          const root = `/home/tigergraph/tigergraph/app/${world.side(side).version}/kafka/bin`;
          const name = side === 'primary' ? topic : `Primary.${topic}`;
          const ip = side === 'primary' ? '10.0.1.11' : '10.0.2.11';
          const told = await on(world, side, `cd ${root} && bash kafka-get-offsets.sh --bootstrap-server ${ip}:30002 --topic ${name}`);
          const end = Number(told.stdout.trim().split(':')[2]);
          const { stdout } = await consume(world, side, `--topic ${name} --partition 0 --offset ${end - 1} ${newest}`);
          return { end, stdout };
        }),
      );
      expect(ends[0]?.stdout).toMatch(/^CreateTime:\d+\t\S/);
      expect(ends[1]?.stdout).toBe(ends[0]?.stdout);
      expect(ends[1]?.end).not.toBe(ends[0]?.end);
    }
  });

  it('begin with the oldest that is kept, and are none once all were thrown away', async () => {
    const world = await aWorld();
    const first = () => consume(world, 'primary', '--topic Metadata --partition 0 --offset earliest --max-messages 1 --timeout-ms 100');
    expect((await first()).stdout).toContain('"value":{"0":');
    world.faults.keepsFrom('primary', 250);
    expect((await first()).stdout).toContain('"value":{"250":');
    world.faults.keepsFrom('primary', 300);
    const none = await first();
    expect([none.stdout, none.stderr.includes('TimeoutException')]).toEqual(['', true]);
  });

  it('are told to nobody who asks for another topic, another place, or in another folder', async () => {
    const world = await aWorld();
    expect((await consume(world, 'primary', '--topic Nobody --from-beginning --max-messages 1')).exitCode).toBe(1);
    expect((await consume(world, 'primary', '--topic Metadata --partition 0 --offset soon --max-messages 1')).exitCode).toBe(1);
    expect((await on(world, 'primary', 'bash kafka-console-consumer.sh --topic Metadata')).exitCode).toBe(127);
  });

  it('of a promoted standby differ from those that its old primary went on to write', async () => {
    const world = await aWorld({ start: 'promoted' });
    world.control().fence('primary', false);
    world.control().advance(60_000);
    const at = '--partition 0 --offset';
    const [old, fresh] = [
      await consume(world, 'primary', `--topic deltaQ_GPE_1Q ${at} 333400 ${newest}`),
      await consume(world, 'standby', `--topic Primary.deltaQ_GPE_1Q ${at} 333403 ${newest}`),
    ];
    expect([old.stdout !== '', fresh.stdout !== '', old.stdout === fresh.stdout]).toEqual([true, true, false]);
  });
});
