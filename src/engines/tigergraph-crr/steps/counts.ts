import { z } from 'zod';
import type { JsonObject } from '../../../domain/json.ts';
import type { CountsView } from '../detail-signs.ts';
import type { Spot } from '../look.ts';
import { readCounts } from '../reads/signs.ts';

const counted = z.object({ vertices: z.number(), edges: z.number() });
export type Counted = z.infer<typeof counted>;

const told = (counts: CountsView): Counted | string =>
  counts.kind === 'read' ? { vertices: counts.vertices, edges: counts.edges } : `not known: ${counts.why}`;

/** What a cluster's graph holds, as evidence. No step fails because it is not told. */
export const graphOn = async ({ connect: shell, cluster, node, io }: Spot): Promise<{ readonly graph: Counted | string }> => ({
  graph: told(await readCounts({ shell, cluster, node, io })),
});

/** Counts that a step has recorded; null when it has none. */
export function countedIn(evidence: JsonObject | null | undefined, name = 'graph'): Counted | null {
  const read = counted.safeParse(evidence?.[name]);
  return read.success ? read.data : null;
}

const total = ({ vertices, edges }: Counted): number => vertices + edges;
const same = (one: Counted, other: Counted): boolean => one.vertices === other.vertices && one.edges === other.edges;

/**
 * Compares a standby with its primary, which is counted before and after it. Whatever the primary held between the two looks is right for the
 * standby; what it takes meanwhile makes the numbers drift. No difference halts a run: by the vendor's word these are approximate sizes of
 * local partitions, and a standby that was just filled still fetches what was written since its backup.
 */
export function compare(before: Counted, standby: Counted, after: Counted): 'equal' | 'drifting' | 'differ' {
  if (same(standby, before) || same(standby, after)) return 'equal';
  if (same(before, after)) return 'differ';
  const [least, most] = [Math.min(total(before), total(after)), Math.max(total(before), total(after))];
  return total(standby) >= least && total(standby) <= most ? 'equal' : 'drifting';
}

/** Counts both sides of a replication that has just come into step. */
export async function graphsOn(here: Spot, there: Spot): Promise<JsonObject> {
  const before = await graphOn(there);
  const { graph } = await graphOn(here);
  const after = await graphOn(there);
  const sides: JsonObject = { graph, 'graph there': after.graph };
  if (typeof before.graph === 'string' || typeof graph === 'string' || typeof after.graph === 'string')
    return { ...sides, graphs: 'not known' };
  return { ...sides, graphs: compare(before.graph, graph, after.graph) };
}
