import { z } from 'zod';
import type { CountsView } from '../detail-signs.ts';
import { isNodeId } from '../names.ts';
import type { Block } from './blocks.ts';
import { parseValue } from './config.ts';
import { linesOf, reasonIn } from './text.ts';

const layout = z.array(z.object({ HostID: z.string().refine(isNodeId), Partition: z.int().min(1).max(4_096) })).min(1);

/** Hosts that have a copy of each partition; null when it is not told. */
function hostsByPartition(nodes: Block): ReadonlyMap<number, readonly string[]> | null {
  const parsed = layout.safeParse(asJson(parseValue(nodes) ?? ''));
  if (!parsed.success) return null;
  const hosts = new Map<number, string[]>();
  for (const { HostID, Partition } of parsed.data) hosts.set(Partition, [...(hosts.get(Partition) ?? []), HostID]);
  return hosts;
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // What is no JSON is not read.
    return null;
  }
}

interface Row {
  readonly vertices: number;
  readonly edges: number;
}

const rowPattern = /^\[\s*(\w{1,32})\s*\].*\bVertex count: (\d{1,15}), Edge count: (\d{1,15})\b/;

function rowsIn(text: string): ReadonlyMap<string, Row> {
  return new Map(
    linesOf(text).flatMap((line) => {
      const [, node, vertices, edges] = rowPattern.exec(line) ?? [];
      return node === undefined ? [] : [[node, { vertices: Number(vertices), edges: Number(edges) }] as const];
    }),
  );
}

/**
 * Reads `gstatusgraph`, with `GPE.BasicConfig.Nodes`, which tells whose numbers repeat one another: one copy of each partition counts. Of
 * copies that differ the fuller one is taken. An undirected edge counts twice in it. Pure; never throws.
 */
export function parseCounts(nodes: Block, table: Block): CountsView {
  const unread = (why: string): CountsView => ({ kind: 'unread', why });
  const hosts = hostsByPartition(nodes);
  if (hosts === null) return unread('Which node has which partition is not known, so its numbers say nothing of the whole graph.');
  const rows = rowsIn(table.text);
  if (table.exitCode !== 0 || rows.size === 0) return unread(`gstatusgraph told no counts (${reasonIn(table.text) || 'nothing'}).`);
  let [vertices, edges] = [0, 0];
  for (const [partition, copies] of hosts) {
    const told = copies.flatMap((host) => rows.get(host) ?? []).sort((a, b) => b.vertices + b.edges - (a.vertices + a.edges));
    const [fullest] = told;
    if (fullest === undefined) return unread(`gstatusgraph told no counts of partition ${partition}.`);
    vertices += fullest.vertices;
    edges += fullest.edges;
  }
  return { kind: 'read', vertices, edges };
}
