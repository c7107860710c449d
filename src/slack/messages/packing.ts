/**
 * Most characters of one message. Slack documents no limit for all blocks together, and refuses more than some 12,000 with
 * `msg_blocks_too_long`: https://github.com/slackapi/bolt-js/issues/2509. Tables have a limit of their own, 10,000.
 */
export const pageSize = 8_000;

interface Packing<Item> {
  /** What one group holds. An item that is larger stands alone. */
  readonly room: number;
  readonly sizeOf: (item: Item) => number;
  /** What the first group holds beside what stands there already; it exists then even with no item in it. */
  readonly firstRoom?: number;
  /** True where a group does not take an item for another reason than its size. */
  readonly crowds?: (group: readonly Item[], item: Item) => boolean;
}

/** All items in their order, in as few groups as hold them. */
export function packed<Item>(
  items: readonly Item[],
  { room, sizeOf, firstRoom, crowds = () => false }: Packing<Item>,
): readonly (readonly Item[])[] {
  const groups: Item[][] = firstRoom === undefined ? [] : [[]];
  let left = firstRoom ?? 0;
  for (const item of items) {
    const group = groups.at(-1);
    const size = sizeOf(item);
    if (group !== undefined && size <= left && !crowds(group, item)) group.push(item);
    else {
      groups.push([item]);
      left = room;
    }
    left -= size;
  }
  return groups;
}
