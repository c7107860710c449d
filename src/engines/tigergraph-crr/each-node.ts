import type { ShellTarget } from '../../transports/shell.ts';

/** So many nodes of one cluster are asked at the same time: a bot has other links, and a host that many connect to at once turns some away. */
const atOnce = 8;

/** Asks every node, several at a time; the answers stand in the order of the nodes. Throws what `ask` throws. */
export async function eachNode<T>(nodes: readonly ShellTarget[], ask: (node: ShellTarget) => Promise<T>): Promise<readonly T[]> {
  const answers: T[] = [];
  for (let from = 0; from < nodes.length; from += atOnce) answers.push(...(await Promise.all(nodes.slice(from, from + atOnce).map(ask))));
  return answers;
}
