import type { Check } from '../../../domain/plan.ts';
import type { ShellConnect } from '../../../transports/shell.ts';
import { quoteWord } from '../../../transports/shell-quoting.ts';
import type { EngineIo } from '../../engine.ts';
import { failed, passed, warned } from '../../frame/checks.ts';
import { askNode } from '../ask.ts';
import { eachNode } from '../each-node.ts';
import { parseDiskFree } from '../parse/host.ts';
import type { BackupMetadata } from '../parse/metadata.ts';
import { toolOf } from '../scene.ts';
import { judgeStored } from '../stored-backup.ts';
import { roomFor, type Verdict } from '../whole-backup.ts';
import { few } from '../words.ts';
import type { Known } from './check.ts';
import { gigabytes } from './nodes.ts';

/** Whether a backup that lies on the nodes of one cluster is whole and fits the one that it is to fill. */
export async function storedChecks(shell: ShellConnect, from: Known, to: Known, tag: string, io: EngineIo): Promise<readonly Check[]> {
  const { cluster, read } = from;
  // What gbar makes, and what is in a bucket, the bot can't look into.
  if (cluster.backup.kind !== 'local' || read.tools === null || toolOf({ tools: read.tools }) === 'gbar') return [];
  const { path } = cluster.backup;
  const vessel = { cluster: to.cluster.cluster, version: to.read.version, partitions: to.read.shape?.partitions ?? null };
  const verdict = await judgeStored(shell, cluster, { path, tag }, vessel, io);
  const files = filesCheck(cluster.cluster, `${path}/${tag}`, verdict);
  return typeof verdict === 'string' || verdict.metadata === null
    ? [files]
    : [files, await spaceCheck(shell, to, tag, verdict.metadata, io)];
}

/** Pure. */
export function filesCheck(cluster: string, folder: string, verdict: Verdict | string): Check {
  const name = `${cluster}: files of the backup`;
  if (typeof verdict === 'string')
    return failed(name, `What lies in ${folder} is not known (${verdict}).`, 'Look at it on every node by hand.');
  const { wrong, unknown, metadata } = verdict;
  if (wrong.length > 0)
    return failed(name, `${folder} can't be restored: ${few(wrong)}.`, 'Bring the files back, or choose another backup.');
  if (unknown.length > 0 && metadata !== null)
    return warned(name, `${folder} is whole as far as its metadata tells; it does not tell ${few(unknown)}.`, 'Look at it by hand.');
  return passed(
    name,
    metadata === null
      ? `${folder} holds every partition, on all nodes of ${cluster} together.`
      : `${folder} holds all ${metadata.files?.length ?? 0} files that its metadata names, whole, and fits.`,
  );
}

/** The old data stays beside the new one, and a fifth more is for what nobody has counted. */
const margin = 1.2;

async function spaceCheck(
  shell: ShellConnect,
  { cluster, read }: Known,
  tag: string,
  metadata: BackupMetadata,
  io: EngineIo,
): Promise<Check> {
  const name = `${cluster.cluster}: room for ${tag}`;
  const bytes = roomFor(metadata);
  const next = 'Make room where the data lies, or move it to a larger disk.';
  const root = read.roots.data;
  if (bytes === null || root === null)
    return warned(name, `How much room ${tag} needs on ${cluster.cluster} is not told.`, 'Look at its size and with df by hand.');
  const need = Math.ceil((bytes * margin) / 1_024);
  const free = await eachNode(cluster.nodes, async (node) => {
    const [answer] = await askNode(shell, cluster, node, io, [`df -Pk ${quoteWord(root)}`]);
    return { node: node.name, free: parseDiskFree(answer) };
  });
  const silent = free.filter(({ free: kilobytes }) => kilobytes === null).map(({ node }) => node);
  if (silent.length > 0) return failed(name, `How much room there is in ${root} is not known (${few(silent)}).`, 'Look with df by hand.');
  const tight = free.filter(({ free: kilobytes }) => (kilobytes ?? 0) < need).map(({ node }) => node);
  const words = `${tag} needs ${gigabytes(need)} in ${root} on each node, by its own metadata.`;
  return tight.length === 0 ? passed(name, words) : failed(name, `${words} Too full: ${few(tight)}.`, next);
}
