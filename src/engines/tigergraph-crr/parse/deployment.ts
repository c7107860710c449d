import type { HostView, ReadSide, ShapeView, VersionView } from '../detail.ts';
import { isHostName, isNodeId } from '../names.ts';
import type { Block } from './blocks.ts';
import { plain } from './text.ts';
import { versionIn } from './version.ts';

/** What the shell tools of a cluster go by: which hosts there are, what runs where, and where it all lies. */
export interface DeploymentView {
  readonly hosts: readonly HostView[];
  /** Null when the services that are listed make no whole cluster. */
  readonly shape: ShapeView | null;
  readonly roots: ReadSide['roots'];
  /** By the folder that it runs out of; null when that folder is called otherwise. */
  readonly version: VersionView | null;
}

interface Listed extends HostView {
  /** `GPE_1#2`, … */
  readonly services: readonly string[];
}

/** A path is only whole when its line is. */
const wholeLines = (raw: string): readonly string[] =>
  plain(raw)
    .split('\n')
    .slice(0, -1)
    .map((line) => line.trim());

/** `Host m1 ADMIN#1 … GPE_1#1 …`, and under it `HostName 10.0.1.11`. */
function hostsIn(lines: readonly string[]): readonly Listed[] {
  const found: { id: string; hostname: string; services: readonly string[] }[] = [];
  for (const line of lines) {
    const [word = '', first = '', ...rest] = line.split(/\s+/);
    if (word === 'Host') found.push({ id: first, hostname: '', services: rest });
    const last = found.at(-1);
    if (word === 'HostName' && last !== undefined && last.hostname === '') last.hostname = first;
  }
  return found.filter(({ id, hostname }) => isNodeId(id) && isHostName(hostname));
}

const member = (lines: readonly string[], name: string): string | null =>
  lines
    .find((line) => line.startsWith(`#${name}:`))
    ?.slice(name.length + 2)
    .trim() ?? null;

function rootIn(lines: readonly string[], name: string): string | null {
  const path = member(lines, name);
  return path?.startsWith('/') && !/\s/.test(path) ? path.replace(/(?<=.)\/+$/, '') : null;
}

/** Every copy of every partition has to be there, once. */
function shapeOf(hosts: readonly Listed[]): ShapeView | null {
  const found = hosts.flatMap(({ services }) => services.flatMap((service) => [/^GPE_(\d{1,4})#(\d{1,2})$/.exec(service) ?? []]));
  const pairs = found.flatMap(([, partition, replica]) =>
    partition === undefined || replica === undefined ? [] : [[Number(partition), Number(replica)] as const],
  );
  const partitions = Math.max(0, ...pairs.map(([partition]) => partition));
  const replicas = Math.max(0, ...pairs.map(([, replica]) => replica));
  const isWhole = pairs.length === partitions * replicas && new Set(pairs.map((pair) => pair.join('#'))).size === pairs.length;
  return isWhole && pairs.length > 0 && pairs.every(([partition, replica]) => partition > 0 && replica > 0)
    ? { partitions, replicas }
    : null;
}

/**
 * Reads what `gssh` prints without an argument. It calls itself a usage, so its exit code says nothing. Null unless the list of nodes at
 * its end names each host above it and no other, so that nothing is missing. Pure; never throws.
 */
export function parseDeployment({ text }: Pick<Block, 'text'>): DeploymentView | null {
  const lines = wholeLines(text);
  const hosts = hostsIn(lines);
  const listed = member(lines, 'cluster.nodes')
    ?.split(',')
    .map((pair) => pair.trim())
    .sort()
    .join(',');
  const named = hosts
    .map(({ id, hostname }) => `${id}:${hostname}`)
    .sort()
    .join(',');
  if (hosts.length === 0 || listed !== named || new Set(hosts.map(({ id }) => id)).size !== hosts.length) return null;
  const app = rootIn(lines, 'app.root');
  return {
    hosts: hosts.map(({ id, hostname }) => ({ id, hostname })),
    shape: shapeOf(hosts),
    roots: { app, data: rootIn(lines, 'data.root'), log: rootIn(lines, 'log.root') },
    version: versionIn(app?.split('/').at(-1) ?? ''),
  };
}
