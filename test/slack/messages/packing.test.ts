import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packed } from '../../../src/slack/messages/packing.ts';

const room = 10;
const sizeOf = (item: number): number => item;
const sum = (items: readonly number[]): number => items.reduce((all, item) => all + item, 0);
const sizes = fc.array(fc.integer({ min: 0, max: 14 }), { maxLength: 40 });

describe('packing', () => {
  it('keeps every item and the order', () => {
    fc.assert(
      fc.property(sizes, fc.option(fc.integer({ min: 0, max: room }), { nil: undefined }), (items, firstRoom) => {
        expect(packed(items, { room, sizeOf, ...(firstRoom === undefined ? {} : { firstRoom }) }).flat()).toEqual(items);
      }),
    );
  });

  it('fills a group before it begins another, and lets only a large item stand out of one', () => {
    fc.assert(
      fc.property(sizes, (items) => {
        const groups = packed(items, { room, sizeOf });
        for (const [at, group] of groups.entries()) {
          expect(group.length === 1 || sum(group) <= room).toBe(true);
          const next = groups[at + 1]?.[0];
          if (next !== undefined) expect(sum(group) + next).toBeGreaterThan(room);
        }
      }),
    );
  });

  const rows = [
    ['nothing is no group', [], {}, []],
    ['nothing beside what stands there is the group of that', [], { firstRoom: 3 }, [[]]],
    [
      'the first group has less room',
      [2, 1, 1, 9],
      { firstRoom: 3 },
      [
        [2, 1],
        [1, 9],
      ],
    ],
    ['what the first has no room for begins the second', [4, 1], { firstRoom: 3 }, [[], [4, 1]]],
    ['what crowds a group begins another', [1, 1, 1], { crowds: (group: readonly number[]) => group.length === 2 }, [[1, 1], [1]]],
  ] as const;
  it.each(rows)('%s', (_name, items, options, groups) => {
    expect(packed<number>(items, { room, sizeOf, ...options })).toEqual(groups);
  });
});
