import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareNewest, type PartitionView } from '../../../src/engines/tigergraph-crr/newest.ts';
import { parseNewest } from '../../../src/engines/tigergraph-crr/parse/numbers.ts';

const view = (topic: string, partition: number, newest: string | null, end = 7): PartitionView => ({ topic, partition, end, newest });

describe('what the newest records say', () => {
  it.each([
    ['the same of every partition', [view('T', 0, 'a'), view('T', 1, 'b')], [view('T', 1, 'b'), view('T', 0, 'a')], { alike: ['T'] }],
    ['another one of one partition', [view('T', 0, 'a'), view('T', 1, 'b')], [view('T', 0, 'a'), view('T', 1, 'c')], { apart: ['T'] }],
    ['none on the other side', [view('T', 0, 'a')], [view('T', 0, null)], { untold: ['T'] }],
    ['none where it is from', [view('T', 0, null)], [view('T', 0, 'a')], { untold: ['T'] }],
    ['none, of an empty topic', [view('T', 0, null, 0)], [], { alike: ['T'] }],
    ['nothing of a partition', [view('T', 0, 'a'), view('T', 1, 'b')], [view('T', 0, 'a')], { untold: ['T'] }],
    ['another one beside none', [view('T', 0, 'a'), view('T', 1, 'b')], [view('T', 0, null), view('T', 1, 'c')], { apart: ['T'] }],
  ])('%s', (_, source, follower, expected) => {
    expect(compareNewest(source, follower)).toEqual({ alike: [], apart: [], untold: [], ...expected });
  });

  it('never calls topics alike that differ anywhere', () => {
    const views = fc.array(
      fc.record({
        topic: fc.constantFrom('a', 'b'),
        partition: fc.nat(3),
        end: fc.nat(2),
        newest: fc.option(fc.constantFrom('x', 'y')),
      }),
    );
    fc.assert(
      fc.property(views, views, (source, follower) => {
        const { alike, apart, untold } = compareNewest(source, follower);
        expect([...alike, ...apart, ...untold].toSorted()).toEqual([...new Set(source.map(({ topic }) => topic))].toSorted());
        for (const topic of alike)
          for (const { partition, end, newest } of source.filter((one) => one.topic === topic))
            if (end > 0) {
              const there = follower.filter((one) => one.topic === topic && one.partition === partition).map((one) => one.newest);
              expect(there).toContain(newest);
            }
      }),
    );
  });

  const sum = 'a'.repeat(64);
  it.each([
    ['a sum', `${sum}  -\n`, sum],
    ['a sum of nothing', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  -\n', null],
    ['no sum', 'sha256sum: command not found', null],
    ['a sum of a file', `${sum}  /etc/passwd`, null],
    ['nothing', '', null],
  ])('is read out of %s', (_, raw, expected) => {
    expect(parseNewest(raw)).toBe(expected);
  });
});
