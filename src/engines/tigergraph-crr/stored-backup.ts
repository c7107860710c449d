import type { ShellConnect, ShellTarget } from '../../transports/shell.ts';
import type { EngineIo } from '../engine.ts';
import { askNode } from './ask.ts';
import { hasFolder, storedQuestions } from './commands.ts';
import type { CrrCluster } from './config.ts';
import { eachNode } from './each-node.ts';
import { parseMetadata } from './parse/metadata.ts';
import { linesOf, reasonIn } from './parse/text.ts';
import { judgeBackup, type StoredPart, type Verdict, type Vessel } from './whole-backup.ts';

/** `7274 ./GPE_1_1.tgdat`; the sum at the end is of no file. */
const sizesIn = (text: string): ReadonlyMap<string, number> =>
  new Map(
    linesOf(text).flatMap((line): readonly (readonly [string, number])[] => {
      const [, size, name] = /^(\d{1,15}) \.\/(.+)$/.exec(line) ?? [];
      return size === undefined || name === undefined ? [] : [[name, Number(size)]];
    }),
  );

/** A node without the folder has no part of the backup; one that does not tell is a sentence. */
async function partOn(shell: ShellConnect, cluster: CrrCluster, node: ShellTarget, of: { path: string; tag: string }, io: EngineIo) {
  const [there] = await askNode(shell, cluster, node, io, [hasFolder(of.path, of.tag)]);
  if (there.exitCode === 1) return { node: node.name, metadata: null, sizes: new Map<string, number>() };
  if (there.exitCode !== 0) return `${node.name}: ${reasonIn(there.text)}`;
  const [metadata, list] = await askNode(shell, cluster, node, io, storedQuestions(of.path, of.tag));
  if (list.exitCode !== 0) return `${node.name}: ${reasonIn(list.text) || `exit code ${list.exitCode}`}`;
  const sizes = sizesIn(list.text);
  return { node: node.name, metadata: sizes.has('metadata') ? parseMetadata(metadata.text) : null, sizes };
}

/** Looks at a backup that lies in a folder of the nodes. Not every node answering is a sentence. Throws a Fault only when the caller itself gave up. */
export async function judgeStored(
  shell: ShellConnect,
  cluster: CrrCluster,
  of: { readonly path: string; readonly tag: string },
  vessel: Vessel,
  io: EngineIo,
): Promise<Verdict | string> {
  const parts: StoredPart[] = [];
  for (const part of await eachNode(cluster.nodes, (node) => partOn(shell, cluster, node, of, io))) {
    if (typeof part === 'string') return part;
    parts.push(part);
  }
  const bases = new Set(parts.flatMap(({ metadata }) => (metadata?.kind === 'read' ? (metadata.metadata.base ?? []) : [])));
  const there = new Set<string>();
  for (const base of bases) {
    const found = await eachNode(cluster.nodes, async (node) => {
      const [answer] = await askNode(shell, cluster, node, io, [hasFolder(of.path, base)]);
      return answer.exitCode === 0;
    });
    if (found.includes(true)) there.add(base);
  }
  return judgeBackup(of.tag, parts, vessel, (base) => there.has(base));
}
