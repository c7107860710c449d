import { posix } from 'node:path';
import type { Check } from '../../../domain/plan.ts';
import type { ShellConnect } from '../../../transports/shell.ts';
import { quoteWord } from '../../../transports/shell-quoting.ts';
import type { EngineIo } from '../../engine.ts';
import { failed, passed, warned } from '../../frame/checks.ts';
import { askNode } from '../ask.ts';
import type { CrrCluster } from '../config.ts';
import type { ReadSide } from '../detail.ts';
import { eachNode } from '../each-node.ts';
import { parseDiskFree, parseProcesses, parseUsage } from '../parse/host.ts';
import { linesOf } from '../parse/text.ts';
import { few } from '../words.ts';

/** What one node says of its disks and of what runs there. Kilobytes; null: not told. */
export interface NodeRoom {
  readonly node: string;
  readonly dataFree: number | null;
  readonly graph: number | null;
  /** Null where backups don't lie on the nodes. */
  readonly folder: { readonly usable: boolean; readonly free: number | null } | null;
  readonly running: readonly string[] | null;
  /** Versions of TigerGraph that are installed. */
  readonly installed: readonly string[] | null;
}

/** A path of the cluster as a word, or the empty word, which no tool takes, where it is not known. */
const known = (path: string | null): string => quoteWord(path ?? '');

/** Throws a Fault only when the caller itself gave up. */
export const readRooms = (shell: ShellConnect, cluster: CrrCluster, { roots }: ReadSide, io: EngineIo): Promise<readonly NodeRoom[]> => {
  const path = cluster.backup.kind === 'local' ? quoteWord(cluster.backup.path) : null;
  const commands = [
    `df -Pk ${known(roots.data)}`,
    `du -sk ${known(roots.data === null ? null : `${roots.data}/gstore`)}`,
    'pgrep -fa -e gadmin',
    'pgrep -fa -e gbar',
    "pgrep -fa -e 'install[.]sh'",
    `ls ${known(roots.app === null ? null : posix.dirname(roots.app))}`,
    path === null ? 'true' : `test -d ${path} && test -w ${path}`,
    path === null ? 'true' : `df -Pk ${path}`,
  ] as const;
  return eachNode(cluster.nodes, async (node) => {
    const [free, usage, gadmin, gbar, install, installed, test, folder] = await askNode(shell, cluster, node, io, commands);
    return {
      node: node.name,
      dataFree: parseDiskFree(free),
      graph: parseUsage(usage),
      folder: path === null ? null : { usable: test.exitCode === 0, free: parseDiskFree(folder) },
      running: joined([gadmin, gbar, install].map(parseProcesses)),
      installed: installed.exitCode === 0 ? linesOf(installed.text).filter((line) => line !== '') : null,
    };
  });
};

/** One command may be found by several words. */
const joined = (lists: readonly (readonly string[] | null)[]): readonly string[] | null =>
  lists.some((list) => list === null) ? null : [...new Set(lists.flatMap((list) => list ?? []))];

export interface Need {
  /** Kilobytes that have to be free on every node where the data lies, and where the backups lie; null: it can't be told how much. */
  readonly data: number | null;
  readonly folder: number | null;
}

/** Kilobytes of the largest graph of a cluster's nodes; null while one of them has not told. */
export function largestGraph(rooms: readonly NodeRoom[]): number | null {
  const sizes = rooms.map(({ graph }) => graph);
  return sizes.length === 0 || sizes.includes(null) ? null : Math.max(...sizes.map((size) => size ?? 0));
}

export const gigabytes = (kilobytes: number): string => `${(kilobytes / 1_048_576).toFixed(1)} GB`;

/** Pure. */
export const roomChecks = (cluster: CrrCluster, read: ReadSide, rooms: readonly NodeRoom[], need: Need): readonly Check[] => [
  spaceCheck(
    `${cluster.cluster}: room for data`,
    `where the data of ${cluster.cluster} lies`,
    rooms,
    ({ dataFree }) => dataFree,
    need.data,
  ),
  ...(cluster.backup.kind === 'local'
    ? [
        folderCheck(cluster, read, rooms, cluster.backup.path),
        spaceCheck(
          `${cluster.cluster}: room for backups`,
          `in ${cluster.backup.path}`,
          rooms,
          ({ folder }) => folder?.free ?? null,
          need.folder,
        ),
      ]
    : []),
  runningCheck(cluster, rooms),
  installedCheck(cluster, read, rooms),
];

function spaceCheck(
  name: string,
  where: string,
  rooms: readonly NodeRoom[],
  freeOf: (room: NodeRoom) => number | null,
  need: number | null,
): Check {
  const next = 'Make room, or move the folder to a larger disk.';
  const silent = rooms.filter((room) => freeOf(room) === null).map(({ node }) => node);
  if (silent.length > 0 || need === null)
    return failed(
      name,
      `How much room there is ${where}, or how much is needed, is not known${silent.length > 0 ? ` (${few(silent)})` : ''}.`,
      'Look with df and du by hand.',
    );
  const tight = rooms.filter((room) => (freeOf(room) ?? 0) < need).map(({ node }) => node);
  const least = Math.min(...rooms.map((room) => freeOf(room) ?? 0));
  const seen = `${gigabytes(least)} are free ${where} on the fullest node; ${gigabytes(need)} are needed.`;
  return tight.length === 0 ? passed(name, seen) : failed(name, `${seen} Too full: ${few(tight)}.`, next);
}

function folderCheck({ cluster }: CrrCluster, { roots }: ReadSide, rooms: readonly NodeRoom[], path: string): Check {
  const name = `${cluster}: folder of backups`;
  const inside = [roots.data, roots.app].find((root) => root !== null && `${path}/`.startsWith(`${root}/`));
  if (inside !== undefined)
    return failed(name, `${path} lies under ${inside ?? ''}, where ${cluster} keeps its own files.`, 'Choose a folder outside of it.');
  const without = rooms.filter(({ folder }) => folder?.usable !== true).map(({ node }) => node);
  return without.length === 0
    ? passed(name, `${path} can be written on every node.`)
    : failed(name, `${path} is missing or can't be written on ${few(without)}.`, `Make it there: mkdir -p ${quoteWord(path)}.`);
}

function runningCheck({ cluster }: CrrCluster, rooms: readonly NodeRoom[]): Check {
  const name = `${cluster}: nothing else runs`;
  const silent = rooms.filter(({ running }) => running === null).map(({ node }) => node);
  if (silent.length > 0) return warned(name, `What runs on ${few(silent)} is not known.`, 'Look for gadmin, gbar and install.sh by hand.');
  const busy = rooms.flatMap(({ node, running }) => (running ?? []).map((command) => `${command} on ${node}`));
  return busy.length === 0
    ? passed(name, `Nobody else runs a change with gadmin on ${cluster}.`)
    : failed(name, `Somebody else is at work on ${cluster}: ${few(busy)}.`, 'Wait until it is done.');
}

/** After an upgrade that left a node out, that node's services are of another version. */
function installedCheck({ cluster }: CrrCluster, { roots, version }: ReadSide, rooms: readonly NodeRoom[]): Check {
  const name = `${cluster}: version on every node`;
  const next = `Run gadmin version on every node, and install ${version?.text ?? 'the same version'} where it is missing.`;
  if (roots.app === null || version === null) return warned(name, `Where ${cluster} is installed, or its version, is not known.`, next);
  const root = posix.basename(roots.app);
  const silent = rooms.filter(({ installed }) => installed === null).map(({ node }) => node);
  const without = rooms.filter(({ installed }) => installed?.includes(root) === false).map(({ node }) => node);
  if (silent.length > 0) return warned(name, `What is installed on ${few(silent)} is not known.`, next);
  if (without.length > 0) return warned(name, `${roots.app} is missing on ${few(without)}.`, next);
  return root === version.text
    ? passed(name, `Every node of ${cluster} has ${version.text} installed.`)
    : warned(name, `${cluster} says that it runs ${version.text}, out of ${roots.app}.`, next);
}
